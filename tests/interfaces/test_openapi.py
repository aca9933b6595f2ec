"""The description of the API."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema_rs

from gateway.interfaces.methods import METHODS
from gateway.interfaces.openapi import ROOT, STATUSES, description

DOCUMENTED = {
    name
    for line in (Path(__file__).parents[2] / "docs/control-api.md").read_text("utf-8").splitlines()
    if line.startswith("### ")
    for name in re.findall(r"`([a-z]+(?:\.[a-z-]+)?)`", line)
}


def test_every_method_that_is_offered_is_one_of_the_control_socket() -> None:
    assert set(METHODS) <= DOCUMENTED


def test_the_description_has_every_method_and_nothing_else() -> None:
    paths = description()["paths"]
    assert set(paths) == {ROOT, *(f"{ROOT}/{name}" for name in METHODS)}


def test_every_schema_in_it_is_a_schema() -> None:
    for path in description()["paths"].values():
        schema = path["post"]["requestBody"]["content"]["application/json"]["schema"]
        jsonschema_rs.meta.validate(schema)


def test_every_reference_in_it_leads_somewhere() -> None:
    found = description()
    assert set(found["components"]["responses"]) == {str(status) for status in STATUSES}
    for reference in re.findall(r"'\$ref': '#/([^']+)'", str(found)):
        place = found
        for part in reference.split("/"):
            place = place[part]
