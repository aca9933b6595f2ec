import pytest

from gateway.cli.output import duration, table


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (-3, "0 s"),
        (0.6, "1 s"),
        (59, "59 s"),
        (60, "1 min"),
        (65, "1 min 5 s"),
        (3600, "1 h"),
        (3605, "1 h"),
        (11520, "3 h 12 min"),
        (86400, "1 d"),
        (86400 * 4 + 3600 * 7 + 59, "4 d 7 h"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_columns_of_a_table_stand_under_their_heads() -> None:
    lines = table(("NAME", "STATE"), [("home", "registered"), ("a long one", "")]).splitlines()
    assert lines == ["NAME        STATE", "home        registered", "a long one"]
