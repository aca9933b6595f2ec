"""For every test of the project."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long a machine takes is no property of the code under test: these machines are shared and
# noisy, so nothing may fail for being slow.
settings.register_profile(
    "gateway", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("gateway")

IN_REAL_TIME = (
    "scenarios",
    "failures",
    "interop",
    "cli",
    "dect",
    "electrical",
    "examination",
    "rotary",
    "handset",
    "live",
    "probe",
    "presence",
    "test_multifon_network",
    "hardware/dect",
    "hardware/slic",
    "hardware/telephone",
    "hardware/test_",
    "test_accounts.py",
    "test_call_test.py",
    "demo",
)
"""Where voice, dials and bells take the time that they take, and bear no other work beside them."""


LONG = ("failures/test_long_call.py", "failures/test_verdicts.py", "scenarios", "interop/test_sip")
"""Of these, what takes longest begins first, so that no worker is left with it at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is busy all the time comes first, then what mostly waits: several of that go together.

    A browser or a property test beside a call takes the processor away for longer than the voice's
    reserve; three calls beside each other do not.
    """
    here = Path(__file__).parent

    def turn(item: pytest.Item) -> int:
        path = item.path.relative_to(here).as_posix()
        if not path.startswith(IN_REAL_TIME):
            return 0
        return 1 if path.startswith(LONG) else 2

    items.sort(key=turn)
