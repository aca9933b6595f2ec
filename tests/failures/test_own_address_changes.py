import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMESPACE = ["unshare", "--map-root-user", "--net"]


def namespaces_work() -> bool:
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return False
    tried = subprocess.run([*NAMESPACE, "true"], check=False, capture_output=True, timeout=20)
    return tried.returncode == 0


@pytest.mark.skipif(not namespaces_work(), reason="this kernel gives no network of one's own")
def test_another_address_of_our_own_is_noticed_told_and_a_call_lives_on(tmp_path: Path) -> None:
    done = subprocess.run(
        [*NAMESPACE, sys.executable, "-m", "tests.failures.moving_house", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
