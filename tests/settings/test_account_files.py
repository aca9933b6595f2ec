from __future__ import annotations

import stat
from pathlib import Path

import pytest

from gateway.settings.account_files import CANDIDATES_FILE, AccountFiles
from gateway.settings.load import load
from gateway.settings.secret import Secret
from gateway.settings.store import good_copy
from tests.settings.folder import GOOD_SECRETS, Folder

OLD, NEW = Secret("open sesame"), Secret("New-Horse-22")
SETTINGS = """# My telephone
[[account]]
number = "79261234567"  # mine

[log]
level = "debug"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def files(folder: Folder) -> AccountFiles:
    folder.write(SETTINGS, GOOD_SECRETS)
    return AccountFiles(folder.path, "main", OLD)


def test_a_candidate_stands_beside_the_secrets_and_only_its_user_may_read_it(
    folder: Folder, files: AccountFiles
) -> None:
    assert files.candidate() is None
    files.keep_candidate(NEW)
    path = folder.path / CANDIDATES_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert files.candidate() == NEW
    assert AccountFiles(folder.path, "main", OLD).candidate() == NEW, "a restart finds it"
    assert files.present() == OLD
    assert folder.load().accounts[0].password == OLD


def test_a_dropped_candidate_leaves_no_file(folder: Folder, files: AccountFiles) -> None:
    files.keep_candidate(NEW)
    files.drop_candidate()
    files.drop_candidate()
    assert files.candidate() is None
    assert not (folder.path / CANDIDATES_FILE).exists()


def test_the_candidates_of_two_accounts_do_not_meet(folder: Folder, files: AccountFiles) -> None:
    other = AccountFiles(folder.path, "office", OLD)
    files.keep_candidate(NEW)
    other.keep_candidate(Secret("Third-Horse-33"))
    other.drop_candidate()
    assert files.candidate() == NEW


def test_an_adopted_password_is_in_both_copies_and_the_rest_stays_as_it_was(
    folder: Folder, files: AccountFiles
) -> None:
    files.keep_candidate(NEW)
    files.adopt(NEW)
    assert files.present() == NEW
    assert files.candidate() is None
    assert folder.load().accounts[0].password == NEW
    assert folder.settings.read_text() == SETTINGS
    copies = load(good_copy(folder.settings), good_copy(folder.secrets))
    assert copies.accounts[0].password == NEW


def test_a_kept_mode_goes_into_the_settings_among_the_comments(
    folder: Folder, files: AccountFiles
) -> None:
    files.keep_routing("both")
    assert folder.load().accounts[0].routing == "both"
    assert folder.settings.read_text() == SETTINGS.replace("# mine\n", '# mine\nrouting = "both"\n')
    files.keep_routing("phone")
    assert folder.load().accounts[0].routing == "phone"


def test_what_the_user_has_changed_in_the_files_meanwhile_is_kept(
    folder: Folder, files: AccountFiles
) -> None:
    folder.write(SETTINGS.replace("debug", "warning"))
    files.keep_routing("both")
    assert folder.load().log.level == "warning"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (SETTINGS.replace("debug", "loud"), "cannot be changed while they are wrong"),
        (SETTINGS.replace("[[account]]", '[[account]]\nname = "x"'), "while they are wrong"),
        ("", "no longer in settings.toml"),
    ],
)
def test_files_that_cannot_be_changed_lose_nothing(
    folder: Folder, files: AccountFiles, settings: str, sentence: str
) -> None:
    files.keep_candidate(NEW)
    folder.write(settings)
    with pytest.raises(OSError, match=sentence):
        files.adopt(NEW)
    assert files.present() == NEW, "the provider takes no other"
    assert files.candidate() == NEW
    assert folder.settings.read_text() == settings


def test_a_folder_that_is_gone_is_told(folder: Folder) -> None:
    gone = AccountFiles(folder.path / "gone", "main", OLD)
    assert gone.candidate() is None
    with pytest.raises(OSError, match="No such file"):
        gone.keep_candidate(NEW)


def test_a_damaged_file_of_candidates_is_no_candidate(folder: Folder, files: AccountFiles) -> None:
    (folder.path / CANDIDATES_FILE).write_text("[account.main\n")
    assert files.candidate() is None
    files.keep_candidate(NEW)
    assert files.candidate() == NEW
