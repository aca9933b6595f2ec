"""The description of the HTTP API (OpenAPI 3.1), made from the table of methods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gateway
from gateway.interfaces.methods import METHODS, Method
from gateway.interfaces.parameters import object_schema

ROOT = "/api/v1"

STATUSES: Mapping[int, str] = {
    400: "The body is no JSON, or the parameters are wrong.",
    401: "There is no token, or none that is known.",
    403: "The token is not good for this method.",
    404: "This gateway has no such method.",
    409: "Refused: the message says why, for a person.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    429: "Too many wrong tokens from there, or too many requests at a time.",
    502: "The gateway failed; its log says why.",
    503: "The gateway does not answer.",
    504: "The gateway did not answer in time.",
}
"""What else than a result may come, by the status of the answer."""


def description() -> Mapping[str, Any]:
    """The whole description; it is the same for everybody."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "MultiFon gateway",
            "version": gateway.__version__,
            "license": {"name": "GPL-2.0-or-later", "identifier": "GPL-2.0-or-later"},
            "description": "The methods of the control socket, see docs/control-api.md. The same "
            f"by JSON-RPC 2.0, also in batches, at POST {ROOT}.",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": {f"{ROOT}/{name}": {"post": _operation(m)} for name, m in METHODS.items()}
        | {ROOT: {"post": _json_rpc()}},
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Made on the set-up page, under More, Interfaces.",
                }
            },
            "schemas": {"Error": _error_schema()},
            "responses": {str(status): _failure(words) for status, words in STATUSES.items()},
        },
    }


def _operation(method: Method) -> dict[str, Any]:
    body = {"content": {"application/json": {"schema": object_schema(method.parameters)}}}
    required = any(parameter.required for parameter in method.parameters)
    return {
        "operationId": method.name,
        "summary": method.help,
        "description": f"The token's scope is to have: {method.scope.value}.",
        "tags": [method.scope.value],
        "requestBody": body | {"required": required},
        "responses": {
            "200": {
                "description": "Done.",
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "properties": {"result": {}},
                            "required": ["result"],
                        }
                    }
                },
            }
        }
        | _failures(),
    }


def _json_rpc() -> dict[str, Any]:
    one = {
        "type": "object",
        "properties": {
            "jsonrpc": {"const": "2.0"},
            "id": {"type": ["string", "integer", "null"]},
            "method": {"type": "string", "enum": list(METHODS)},
            "params": {"type": "object"},
        },
        "required": ["jsonrpc", "method"],
    }
    schema = {"oneOf": [one, {"type": "array", "items": one, "minItems": 1, "maxItems": 20}]}
    return {
        "operationId": "json-rpc",
        "summary": "JSON-RPC 2.0: one request, or a list of them.",
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "200": {
                "description": "A response, or a list of them; errors of methods are inside.",
                "content": {"application/json": {"schema": {"type": ["object", "array"]}}},
            },
            "204": {"description": "There was nothing but notifications."},
        }
        | {status: found for status, found in _failures().items() if status in _OF_THE_DOOR},
    }


_OF_THE_DOOR = frozenset({"401", "413", "415", "429"})


def _failures() -> dict[str, Any]:
    return {str(status): {"$ref": f"#/components/responses/{status}"} for status in STATUSES}


def _failure(words: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _error_schema() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "error": {
                "type": "object",
                "properties": {
                    "code": {"type": "integer", "description": "As in the control socket's."},
                    "message": {"type": "string", "description": "A sentence for a person."},
                    "data": {},
                },
                "required": ["code", "message"],
            }
        },
        "required": ["error"],
    }
