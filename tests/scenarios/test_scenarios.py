from pathlib import Path

import pytest

from tests.scenarios.conftest import HOUSES, PATIENCE, Programme

FILES = sorted(Path(__file__).parent.glob("*/*.scenario"))
NAMES = [f"{path.parent.name}: {path.stem.replace('-', ' ')}" for path in FILES]


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_a_scenario_happens_as_it_is_written(programme: Programme, path: Path) -> None:
    programme.outcomes[path].result(PATIENCE)


def test_every_house_has_scenarios_and_every_scenario_a_house() -> None:
    assert {path.parent.name for path in FILES} == set(HOUSES)
