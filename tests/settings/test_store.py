from __future__ import annotations

import contextlib
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as property_settings

from gateway.settings import emit, files
from gateway.settings.declaration import Account, Dialling, Line, Log, Settings
from gateway.settings.load import SettingsError, Source, settled
from gateway.settings.secret import Secret
from gateway.settings.store import draft, good_copy, load_or_last_good, save_draft
from tests.settings.folder import GOOD, GOOD_SECRETS, Folder
from tests.settings.valid import valid_settings

COMMENTED = """\
# Our telephone.
dialling.first_digit_timeout = 20 # we are slow

[[account]]   # grandmother's
# from the SMS of May
number    =    "79261234567"   # hers
transport = 'udp' # "tcp" did not work

[[account]]
name = "office"
number = '''79267654321'''

[[line]]
rings_for = [
    "main", # hers
    "office",
] # both

[log]
level = "info"

# The end.
"""
SECRETS = '[account.main]\npassword = "a"\n[account.office]\npassword = "b"\n'

ACCOUNT = Account(number="79261234567", password=Secret("open sesame"))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@given(valid_settings())
@property_settings(deadline=None, max_examples=150)
def test_what_is_written_reads_back_exactly(whole: Settings) -> None:
    secrets = {account.name: account.password for account in whole.accounts}
    read = settled(Source(emit.settings(whole).encode(), emit.passwords(secrets).encode()))
    # By the text: nan is not equal to itself, and True is equal to 1.
    assert emit.settings(read) == emit.settings(whole)
    assert {account.name: account.password for account in read.accounts} == secrets
    if "nan" not in emit.settings(whole):
        assert read == whole


@given(valid_settings(), valid_settings())
@property_settings(deadline=None, max_examples=25)
def test_any_settings_can_follow_any_others(
    tmp_path_factory: pytest.TempPathFactory, first: Settings, second: Settings
) -> None:
    folder = Folder(tmp_path_factory.mktemp("config"))
    for whole in (first, second):
        folder.save(whole)
        assert emit.settings(folder.load()) == emit.settings(whole)
        passwords = [account.password for account in folder.load().accounts]
        assert passwords == [account.password for account in whole.accounts]


def test_only_what_differs_from_its_default_is_written() -> None:
    assert emit.settings(Settings()) == ""
    line = Line(options={"pin": 4, "two words": 'a\n"b"\\'})
    whole = Settings(accounts=(ACCOUNT,), lines=(line,), dialling=Dialling(first_digit_timeout=20))
    assert emit.settings(whole) == (
        '[[account]]\nname = "main"\nnumber = "79261234567"\n'
        '\n[[line]]\nname = "line1"\n[line.options]\npin = 4\n'
        '"two words" = "a\\u000a\\"b\\"\\\\"\n'
        "\n[dialling]\nfirst_digit_timeout = 20.0\n"
    )
    assert emit.settings(Settings(lines=())) == "line = []\n"


def test_passwords_go_to_a_file_that_nobody_else_can_read(folder: Folder) -> None:
    folder.save(Settings(accounts=(ACCOUNT,)))
    assert "sesame" not in folder.settings.read_text()
    for path in (folder.secrets, good_copy(folder.secrets)):
        assert "sesame" in path.read_text()
        assert mode(path) == 0o600
    assert mode(folder.settings) == 0o644


def test_secrets_that_stood_open_are_closed_by_a_save(folder: Folder) -> None:
    folder.write(GOOD, GOOD_SECRETS)
    folder.secrets.chmod(0o644)
    folder.save(Settings(accounts=(ACCOUNT,)))
    assert mode(folder.secrets) == 0o600


@pytest.mark.parametrize("accounts", [(), (ACCOUNT,)])
@pytest.mark.parametrize("broken", ["[", GOOD_SECRETS + 'pasword = "x"\n', "[network]\n"])
def test_a_broken_file_of_secrets_is_put_right_by_a_save(
    folder: Folder, broken: str, accounts: tuple[Account, ...]
) -> None:
    folder.write(GOOD, broken)
    folder.secrets.chmod(0o640 if broken == "[" else 0o600)
    folder.save(Settings(accounts=accounts))
    assert folder.load() == Settings(accounts=accounts)


def test_the_settings_file_keeps_the_mode_that_it_was_given(folder: Folder) -> None:
    folder.write(GOOD, GOOD_SECRETS)
    folder.settings.chmod(0o640)
    folder.save(Settings(accounts=(replace(ACCOUNT, number="1"),)))
    assert mode(folder.settings) == 0o640


def test_a_change_of_values_keeps_comments_and_the_order_of_lines(folder: Folder) -> None:
    old = folder.write(COMMENTED, SECRETS).load()
    main, office = old.accounts
    new = replace(
        old,
        accounts=(replace(main, transport="tcp", expiry=60), replace(office, number="5")),
        lines=(replace(old.lines[0], rings_for=("office",)),),
        log=Log(level="debug", sip_trace=True),
    )
    folder.save(new)
    assert (
        folder.settings.read_text()
        == """\
# Our telephone.
dialling.first_digit_timeout = 20 # we are slow

[[account]]   # grandmother's
# from the SMS of May
number    =    "79261234567"   # hers
transport = "tcp" # "tcp" did not work
expiry = 60

[[account]]
name = "office"
number = "5"

[[line]]
rings_for = ["office"] # both

[log]
level = "debug"
sip_trace = true

# The end.
"""
    )
    assert folder.load() == new


def test_new_tables_are_added_behind_what_is_there(folder: Folder) -> None:
    old = folder.write("# mine\n" + GOOD, GOOD_SECRETS).load()
    office = Account(name="office", number="5", password=Secret("b"))
    hall = Line(name="hall", options={"pin": 4})
    new = replace(
        old,
        accounts=(*old.accounts, office),
        lines=(*old.lines, hall),
        dialling=Dialling(inter_digit_timeout=6),
    )
    folder.save(new)
    assert folder.settings.read_text().startswith("# mine\n" + GOOD)
    assert folder.load() == new


def test_where_a_line_cannot_be_changed_the_file_is_written_anew(folder: Folder) -> None:
    old = folder.write(COMMENTED, SECRETS).load()
    new = replace(old, dialling=Dialling(first_digit_timeout=10))
    folder.save(new)
    assert folder.load() == new
    removed = replace(new, accounts=(), lines=())
    folder.save(removed)
    assert folder.load() == removed
    assert "[account" not in folder.secrets.read_text()


@pytest.mark.parametrize(
    "text",
    [
        'log = {level = "info"}\n',
        '"log".level = "info"\n',
        '[ "log" ]\n\'level\' = "info"\n',
        '[log]\r\nlevel = "info"\r\n',
        '[log]\nlevel = "info"',
        'tones = {country = "ru"}\n[[line]]\n[line.options]\na = """\n[log]\nlevel = """',
        "[log]#[\n",
        "",
    ],
)
def test_however_a_file_is_written_a_value_in_it_can_be_changed(folder: Folder, text: str) -> None:
    folder.settings.write_bytes(text.encode())
    new = replace(folder.load(), log=Log(level="error"))
    folder.save(new)
    assert folder.load() == new


def test_a_save_that_changes_nothing_writes_nothing(folder: Folder) -> None:
    old = folder.write(COMMENTED, SECRETS).load()
    folder.save(old)
    before = {path: path.stat().st_ino for path in folder.path.iterdir()}
    folder.save(old)
    assert {path: path.stat().st_ino for path in folder.path.iterdir()} == before
    assert folder.settings.read_text() == COMMENTED
    assert folder.secrets.read_text() == SECRETS


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (Settings(accounts=(replace(ACCOUNT, number="+7"),)), "form"),
        (Settings(accounts=(replace(ACCOUNT, password=Secret("")),)), "bad-password"),
        (Settings(accounts=(ACCOUNT, ACCOUNT)), "duplicate-name"),
        (Settings(dialling=Dialling(first_digit_timeout=0)), "out-of-range"),
        (Settings(lines=(Line(options={"a": "\ud800"}),)), "not-storable"),
        (Settings(accounts=(replace(ACCOUNT, password=Secret("\ud800")),)), "not-storable"),
    ],
)
def test_wrong_settings_are_not_saved(folder: Folder, wrong: Settings, code: str) -> None:
    folder.write(GOOD, GOOD_SECRETS)
    with pytest.raises(SettingsError) as caught:
        folder.save(wrong)
    assert code in [problem.code for problem in caught.value.problems]
    assert folder.settings.read_text() == GOOD
    assert folder.secrets.read_text() == GOOD_SECRETS
    assert not good_copy(folder.settings).exists()


def test_a_text_that_no_file_can_hold_is_told(folder: Folder) -> None:
    with pytest.raises(SettingsError) as caught:
        folder.save(Settings(lines=(Line(options={"a": "\ud800"}),)))
    (problem,) = caught.value.problems
    assert problem.text("en") == (
        "settings.toml: A text has characters that no file can hold. Type it anew."
    )
    assert problem.text("ru") == (
        "settings.toml: В тексте есть символы, которые нельзя записать в файл. Введите его заново."
    )


@pytest.mark.parametrize("replaced", range(7))
def test_a_save_that_stops_between_two_files_leaves_what_can_be_loaded(
    folder: Folder, replaced: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = Account(name="left", number="1", password=Secret("l"))
    come = Account(name="come", number="2", password=Secret("c"))
    stay = replace(ACCOUNT, password=Secret("other"))
    before, after = Settings(accounts=(left, ACCOUNT)), Settings(accounts=(stay, come))
    folder.save(before)
    calls: list[Path] = []
    really_replace = files.replace

    def stop_before_the_last(path: Path, content: bytes, mode: int | None = None) -> None:
        if len(calls) == replaced:
            raise KeyboardInterrupt
        calls.append(path)
        really_replace(path, content, mode)

    monkeypatch.setattr(files, "replace", stop_before_the_last)
    with contextlib.suppress(KeyboardInterrupt):
        folder.save(after)
    assert len(calls) == min(replaced, 6)
    monkeypatch.undo()
    names = [account.name for account in folder.load().accounts]
    assert names in (["left", "main"], ["main", "come"])
    folder.write("[")
    found, _ = load_or_last_good(folder.settings, folder.secrets)
    assert [account.name for account in found.accounts] in (["left", "main"], ["main", "come"])


def test_two_writers_do_not_disturb_each_other(folder: Folder) -> None:
    whole = [Settings(accounts=(replace(ACCOUNT, number=str(number) * 9),)) for number in range(2)]

    def save_often(settings: Settings) -> None:
        for _ in range(20):
            folder.save(settings)

    with ThreadPoolExecutor(max_workers=2) as writers:
        for done in [writers.submit(save_often, settings) for settings in whole]:
            done.result()
    assert folder.load() in whole


# The last good copy.


def test_good_settings_become_the_good_copy_with_their_comments(folder: Folder) -> None:
    folder.write(COMMENTED, SECRETS)
    settings, problems = load_or_last_good(folder.settings, folder.secrets)
    assert problems == ()
    assert settings == folder.load()
    assert good_copy(folder.settings).read_text() == COMMENTED
    assert mode(good_copy(folder.secrets)) == 0o600


@pytest.mark.parametrize(
    ("settings", "secrets"),
    [("[", None), (None, "["), ('[log]\nlevel = "loud"\n', None), (None, "")],
)
def test_bad_files_are_replaced_by_the_last_good_ones_and_told(
    folder: Folder, settings: str | None, secrets: str | None
) -> None:
    folder.write(GOOD, GOOD_SECRETS)
    good, _ = load_or_last_good(folder.settings, folder.secrets)
    folder.write(settings, secrets)
    found, problems = load_or_last_good(folder.settings, folder.secrets)
    assert found == good
    assert len(problems) == 2
    assert problems[-1].text("en") == (
        "settings.toml.good: The last good copy of the settings is used until the problems above "
        "are put right."
    )
    assert problems[-1].text("ru") == (
        "settings.toml.good: Пока эти ошибки не исправлены, используется последняя исправная "
        "копия настроек."
    )
    # And again: the good copy is still the good one.
    assert load_or_last_good(folder.settings, folder.secrets) == (found, problems)


def test_a_settings_file_that_is_gone_is_replaced_and_told(folder: Folder) -> None:
    folder.write(GOOD, GOOD_SECRETS)
    good, _ = load_or_last_good(folder.settings, folder.secrets)
    folder.settings.unlink()
    found, problems = load_or_last_good(folder.settings, folder.secrets)
    assert found == good
    assert problems[0].text("en") == (
        "settings.toml: The file is gone. Save the settings again, or delete settings.toml.good "
        "too to begin anew."
    )
    assert problems[0].text("ru") == (
        "settings.toml: Файл исчез. Сохраните настройки заново или удалите и settings.toml.good, "
        "чтобы начать с нуля."
    )


def test_without_a_good_copy_bad_files_are_an_error(folder: Folder) -> None:
    folder.write("[", "")
    with pytest.raises(SettingsError) as first:
        load_or_last_good(folder.settings, folder.secrets)
    good_copy(folder.settings).write_text("]")
    with pytest.raises(SettingsError) as second:
        load_or_last_good(folder.settings, folder.secrets)
    assert first.value.problems == second.value.problems


def test_a_new_gateway_without_files_keeps_no_copy(folder: Folder) -> None:
    assert load_or_last_good(folder.settings, folder.secrets) == (Settings(), ())
    assert list(folder.path.iterdir()) == []


def test_a_copy_that_cannot_be_kept_is_told_and_the_settings_are_used(folder: Folder) -> None:
    folder.write(GOOD, GOOD_SECRETS)
    good_copy(folder.settings).mkdir()
    settings, problems = load_or_last_good(folder.settings, folder.secrets)
    assert settings == folder.load()
    (problem,) = problems
    assert problem.text("en") == (
        "settings.toml.good: The last good copy cannot be written: Is a directory. The settings "
        "themselves are in use."
    )
    assert problem.text("ru") == (
        "settings.toml.good: Последнюю исправную копию не удалось записать: Is a directory. Сами "
        "настройки действуют."
    )


def test_a_save_becomes_the_last_good_copy(folder: Folder) -> None:
    whole = Settings(accounts=(ACCOUNT,))
    folder.save(whole)
    folder.write("[")
    assert load_or_last_good(folder.settings, folder.secrets)[0] == whole


OPTIONS = """\
[[line]]  # hall
driver = "slic"
options = { board = "pi-ag1171" } # ours

[[line]]
name = "attic"
[line.options]
"odd key" = 1
[line.options.deep]  # nested
a = 1

[log]
"""


@pytest.mark.parametrize(
    ("line", "options", "kept"),
    [
        ("line1", {"board": "pi-ag1171", "ear_gain": 3.0}, ["# hall", "# ours", "# nested"]),
        ("attic", {"odd key": 1, "deep": {"a": 1}, "b": True}, ["# hall", "# ours", "# nested"]),
        ("attic", {"odd key": 2, "deep": {"a": 2}}, []),
        ("attic", {"b": 1}, []),
    ],
)
def test_options_change_and_comments_stay_where_that_is_possible(
    folder: Folder, line: str, options: dict[str, object], kept: list[str]
) -> None:
    folder.write(OPTIONS)
    before = folder.load()
    lines = tuple(
        replace(entry, options=options) if entry.name == line else entry for entry in before.lines
    )
    folder.save(replace(before, lines=lines))
    assert folder.load().lines == lines
    text = folder.settings.read_text(encoding="utf-8")
    assert all(comment in text for comment in kept)


def test_a_draft_writes_nothing_until_it_is_saved(folder: Folder) -> None:
    folder.write(COMMENTED, SECRETS)
    made = draft(
        lambda whole: replace(whole, log=Log(level="debug")), folder.settings, folder.secrets
    )
    assert folder.settings.read_text(encoding="utf-8") == COMMENTED
    assert made.before.decode() == COMMENTED
    assert made.after.decode() == COMMENTED.replace('level = "info"', 'level = "debug"')
    save_draft(made, folder.settings, folder.secrets)
    assert folder.settings.read_bytes() == made.after


def test_a_draft_of_another_file_is_not_saved(folder: Folder) -> None:
    folder.write(COMMENTED, SECRETS)
    made = draft(
        lambda whole: replace(whole, log=Log(level="debug")), folder.settings, folder.secrets
    )
    changed = COMMENTED.replace("we are slow", "we are quick")
    folder.write(changed)
    with pytest.raises(SettingsError, match="Somebody else has changed the file"):
        save_draft(made, folder.settings, folder.secrets)
    assert folder.settings.read_text(encoding="utf-8") == changed
    assert not good_copy(folder.settings).exists()
