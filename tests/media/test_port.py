"""The port of a line in pjsua2's conference bridge."""

from __future__ import annotations

import subprocess
import sys


def test_a_line_leaves_the_bridge_while_another_talks() -> None:
    # A process of its own: the fault would be its abort.
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-m", "tests.media.ports_come_and_go"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
