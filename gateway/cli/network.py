"""``gateway doctor network``: is there a way to the provider."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from gateway.cli import places
from gateway.cli.output import show
from gateway.control.blocking import BlockingClient
from gateway.exit_code import ExitCode

PATIENCE = 180.0
"""Seconds: every door of every provider may be silent for some seconds."""


def perform(options: argparse.Namespace) -> int:
    """Check the network; 1 if something is wrong."""
    with BlockingClient(places.socket(options.socket)) as client:
        found = client.call("network.check", {}, patience=PATIENCE)
    show(found, text(found), as_json=options.json)
    return ExitCode.OK if found["ok"] else ExitCode.FAILED


def text(found: Mapping[str, Any]) -> str:
    """A line for each finding."""
    marks = {True: "ok", False: "NOT OK"}
    return "\n".join(f"[{marks[one['ok']]}] {one['text']}" for one in found["findings"])
