"""What is taken of files and sticks, by real bundles; ``image-build/test-updates`` writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.update import install, system
from gateway.update.places import FOUND, GIVEN
from gateway.update.progress import Progress
from gateway.update.refusals import why
from gateway.words import Words
from tests.update.bundles import bundle, settings_that_trust, signer

RUNS = "0.1.0+git20261127.100000~trixie"
NEWER = "0.1.0+git20261128.100000~trixie"
NEWEST = "0.1.0+git20261129.100000~trixie"
OLDER = "0.1.0+git20261126.100000~trixie"


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    key = signer(tmp_path / "key")
    settings = settings_that_trust(key, tmp_path / "system.conf")
    monkeypatch.setattr(system, "RAUC_SETTINGS", settings)
    monkeypatch.setattr(system, "installed_version", lambda: RUNS)
    (tmp_path / "root").mkdir()
    monkeypatch.setattr(install, "FOLDER", tmp_path / "root")
    return key


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    return Progress(tmp_path / "root" / "progress.json")


def test_a_bundle_says_what_it_is_only_if_its_signature_is_right(key: Path, tmp_path: Path) -> None:
    ours = bundle(key, tmp_path / "ours.raucb", NEWER)
    assert system.look_into(ours) == system.Bundle(NEWER, "multifon-gateway-arm64")
    stranger = bundle(signer(tmp_path / "stranger"), tmp_path / "theirs.raucb", NEWER)
    said = system.look_into(stranger)
    assert isinstance(said, str)
    assert "is not signed" in why(said).en
    ours.write_bytes(ours.read_bytes()[:-10])
    said = system.look_into(ours)
    assert isinstance(said, str)
    assert "damaged" in why(said).en


def test_the_newest_on_a_stick_is_taken_and_nothing_that_does_not_fit(
    key: Path, tmp_path: Path, progress: Progress
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    assert install._newest_in(stick, progress) is None
    bundle(key, stick / "older.raucb", OLDER)
    bundle(key, stick / "other.raucb", NEWEST, "amd64")
    bundle(signer(tmp_path / "stranger"), stick / "theirs.raucb", NEWEST)
    (stick / "torn.raucb").write_bytes(b"hsqs")
    assert install._newest_in(stick, progress) is None
    newer = bundle(key, stick / "newer.raucb", NEWER)
    assert install._newest_in(stick, progress) == newer
    newest = bundle(key, stick / "a-newest.raucb", NEWEST)
    assert install._newest_in(stick, progress) == newest
    progress.tell("returned", Words("why", "почему"), version=NEWEST)
    assert install._newest_in(stick, progress) == newer


def test_what_was_found_by_itself_and_is_older_is_not_installed(
    key: Path, tmp_path: Path, progress: Progress
) -> None:
    """Whoever answers at the address may offer an old system that is signed, with holes in it."""
    page = tmp_path / "page"
    (page / "update").mkdir(parents=True)
    bundle(key, tmp_path / "older.raucb", OLDER).rename(page / FOUND)
    assert install.from_page(page, progress) == 0
    told = progress.read()
    assert told is not None
    assert told["phase"] == "done"
    assert not (page / FOUND).exists()


@pytest.mark.usefixtures("key")
def test_a_link_is_not_followed_and_goes(tmp_path: Path, progress: Progress) -> None:
    page = tmp_path / "page"
    (page / "update").mkdir(parents=True)
    secret = tmp_path / "secret"
    secret.write_text("root's")
    (page / GIVEN).symlink_to(secret)
    assert install.from_page(page, progress) == 0
    assert not (page / GIVEN).is_symlink()
    assert progress.read() is None
    assert secret.read_text() == "root's"


@pytest.mark.usefixtures("key")
def test_what_is_no_update_is_refused_in_words(tmp_path: Path, progress: Progress) -> None:
    page = tmp_path / "page"
    (page / "update").mkdir(parents=True)
    (page / GIVEN).write_bytes(b"hsqs" + bytes(1000))
    assert install.from_page(page, progress) == 1
    told = progress.read()
    assert told is not None
    assert (told["phase"], told["version"]) == ("refused", "")
    assert not (page / GIVEN).exists()


def test_a_stranger_who_answers_at_the_address_is_refused_in_words(
    key: Path, tmp_path: Path, progress: Progress
) -> None:
    page = tmp_path / "page"
    (page / "update").mkdir(parents=True)
    bundle(signer(tmp_path / "stranger"), tmp_path / "x.raucb", NEWER).rename(page / FOUND)
    assert key.is_dir()
    assert install.from_page(page, progress) == 1
    told = progress.read()
    assert told is not None
    assert "is not signed" in told["text"]


@pytest.mark.parametrize("phase", ["restarting", "trying"])
def test_nothing_is_written_over_the_way_back_while_a_system_is_tried(
    key: Path,
    tmp_path: Path,
    progress: Progress,
    monkeypatch: pytest.MonkeyPatch,
    phase: str,
) -> None:
    page = tmp_path / "page"
    (page / "update").mkdir(parents=True)
    bundle(key, tmp_path / "older.raucb", OLDER).rename(page / FOUND)
    progress.tell(phase, version=NEWER)
    seen = []

    def sleep(seconds: float) -> None:
        told = progress.read()
        assert told is not None
        seen.append((seconds, told["phase"], (page / FOUND).exists()))
        if len(seen) == 2:
            progress.tell("done", version=NEWER)

    monkeypatch.setattr("gateway.update.install.time.sleep", sleep)
    assert install.from_page(page, progress) == 0
    assert seen == [(install.LOOK_EVERY, phase, True)] * 2
    assert not (page / FOUND).exists()
