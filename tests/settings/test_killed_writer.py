"""A writer is killed again and again; whatever it was doing, the files are whole."""

from __future__ import annotations

import random
import stat
import subprocess
import sys
import time
from pathlib import Path

from gateway.settings import emit
from gateway.settings.declaration import Account, Line, Settings
from gateway.settings.load import Source, settled
from gateway.settings.secret import Secret
from gateway.settings.store import good_copy, load_or_last_good
from tests.settings.folder import Folder

KILLS = 30

# Long enough to be written in more than one piece.
PADDING = "x" * 30_000


def choices() -> tuple[Settings, Settings]:
    short = Settings(accounts=(Account(number="1", password=Secret("first")),))
    office = Account(name="office", number="3", password=Secret("third"))
    main = Account(number="2", password=Secret("second"))
    return short, Settings((main, office), (Line(options={"padding": PADDING}),))


def write_for_ever(folder: Folder) -> None:
    print("begun", flush=True)  # noqa: T201 - the test waits for it
    while True:
        for settings in choices():
            folder.save(settings)


def test_a_killed_writer_leaves_the_old_or_the_new_file_whole(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.save(choices()[0])
    texts = {emit.settings(settings) for settings in choices()}
    passwords = {"first", "second", "third"}
    command = [sys.executable, "-m", "tests.settings.test_killed_writer", str(tmp_path)]
    for _ in range(KILLS):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"begun\n"
            time.sleep(random.uniform(0, 0.02))  # any moment of the work, not an appointment
            writer.kill()
        for settings in (folder.settings, good_copy(folder.settings)):
            # Its tables may stand in another order: saving keeps what was there.
            assert emit.settings(settled(Source(settings.read_bytes(), None))) in texts
        for secrets in (folder.secrets, good_copy(folder.secrets)):
            assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
        loaded, problems = load_or_last_good(folder.settings, folder.secrets)
        assert problems == ()
        assert {account.password.reveal() for account in loaded.accounts} <= passwords
    # What the killed ones left behind is in nobody's way, and goes away.
    for settings_ in choices():
        folder.save(settings_)
        assert folder.load() == settings_
    left = {path.name for path in tmp_path.iterdir()}
    names = {"settings.toml", "secrets.toml"}
    assert left == names | {f"{name}.good" for name in names}


if __name__ == "__main__":
    write_for_ever(Folder(Path(sys.argv[1])))
