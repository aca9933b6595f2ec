"""These tests need Asterisk: they run by ``./run``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway_process import NUMBER, PASSWORD
from tests.interop.asterisk.asterisk import Asterisk, asterisk

ROOT = os.environ.get("MULTIFON_ASTERISK_ROOT")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if ROOT is None and here in item.path.parents:
            item.add_marker(pytest.mark.skip("needs Asterisk: tests/interop/asterisk/run"))


@pytest.fixture(scope="module")
def network() -> Iterator[Asterisk]:
    assert ROOT is not None
    with asterisk(Path(ROOT), {NUMBER: PASSWORD}) as running:
        yield running
