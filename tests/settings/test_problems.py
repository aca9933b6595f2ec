"""Every problem, once, with its exact sentences."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.settings.load import SettingsError, load
from gateway.settings.problem import SENTENCES
from tests.settings.folder import GOOD, GOOD_SECRETS, Folder


@dataclass(frozen=True)
class Case:
    """A pair of files with one problem in it."""

    code: str
    settings: str
    en: str
    ru: str
    secrets: str = GOOD_SECRETS


ACCOUNT = GOOD

CASES = [
    Case(
        "syntax",
        'number = "79261234567\n',
        "settings.toml, line 1, column 22: This breaks the rules of TOML (Illegal character "
        "'\\n'). Check the quotes, the = and the brackets.",
        "settings.toml, line 1, column 22: Здесь нарушены правила TOML (Illegal character "
        "'\\n'). Проверьте кавычки, знак = и скобки.",
    ),
    Case(
        "unknown",
        ACCOUNT + 'trasnport = "udp"\n',
        "account[0].trasnport: There is no such setting. Did you mean 'transport'?",
        "account[0].trasnport: Такой настройки нет. Возможно, вы имели в виду 'transport'?",
    ),
    Case(
        "unknown-here",
        '[tones]\nship = "red"\n',
        "tones.ship: There is no such setting. There are here: country.",
        "tones.ship: Такой настройки нет. Здесь есть: country.",
    ),
    Case(
        "password-misplaced",
        ACCOUNT + 'password = "x"\n',
        "account[0].password: A password does not belong here. Move it to secrets.toml, under "
        "[account.main].",
        "account[0].password: Паролю здесь не место. Перенесите его в secrets.toml, в раздел "
        "[account.main].",
    ),
    Case(
        "wrong-type",
        '[network]\nlocal_sip_port = "5060"\n',
        'network.local_sip_port: This is to be a whole number, not "5060".',
        'network.local_sip_port: Здесь нужно целое число, а не "5060".',
    ),
    Case(
        "needs-quotes",
        "[[account]]\nnumber = 79261234567\n",
        'account[0].number: This is a text. Put it in quotes: number = "79261234567".',
        'account[0].number: Это текст. Заключите его в кавычки: number = "79261234567".',
    ),
    Case(
        "one-bracket",
        '[account]\nnumber = "79261234567"\n',
        "account: There can be several of these. Write [[account]] with two brackets on each side.",
        "account: Таких таблиц может быть несколько. Напишите [[account]] с двойными скобками.",
    ),
    Case(
        "out-of-range",
        ACCOUNT + "expiry = 5\n",
        "account[0].expiry: 5 is out of range. Give from 30 to 3600 seconds, or 0 (as the "
        "provider's profile says).",
        "account[0].expiry: 5 — вне допустимых пределов. Укажите от 30 до 3600 с, или 0 (как в "
        "профиле оператора).",
    ),
    Case(
        "choice",
        ACCOUNT + 'transport = "carrier pigeon"\n',
        'account[0].transport: "carrier pigeon" is not one of the choices. Give udp, tcp, or "" '
        "(as the provider's profile says).",
        'account[0].transport: "carrier pigeon" — не из списка. Укажите udp, tcp, или "" (как в '
        "профиле оператора).",
    ),
    Case(
        "choice-near",
        '[log]\nlevel = "warn"\n',
        "log.level: \"warn\" is not one of the choices. Did you mean 'warning'? Give debug, info, "
        "warning, error.",
        "log.level: \"warn\" — не из списка. Возможно, вы имели в виду 'warning'? Укажите debug, "
        "info, warning, error.",
    ),
    Case(
        "form",
        '[[account]]\nnumber = "+7 926 123-45-67"\n',
        'account[0].number: "+7 926 123-45-67" does not fit here. Give digits (or Latin letters) '
        "without spaces, plus sign or brackets, such as 79261234567.",
        'account[0].number: "+7 926 123-45-67" здесь не подходит. Укажите цифры (или латинские '
        "буквы) без пробелов, плюса и скобок, например 79261234567.",
    ),
    Case(
        "option-value",
        "[[line]]\n[line.options]\na.b.c.d.e.f.g.h.i.j.k.l = 1\n",
        "line[0].options: An option is too large or too deeply nested. Use whole numbers of at "
        "most 64 bits and at most 8 levels.",
        "line[0].options: Значение слишком велико или вложено слишком глубоко. Допустимы целые "
        "числа до 64 бит и не больше 8 уровней.",
    ),
    Case(
        "missing",
        '[[account]]\nname = "main"\n',
        'account[0].number: This setting is missing. Add: number = "…". The number, which is also '
        "the login; for MultiFon 7 and ten digits.",
        'account[0].number: Этой настройки не хватает. Добавьте: number = "…". Номер, он же '
        "логин; для МультиФона — 7 и десять цифр.",
    ),
    Case(
        "number-hidden",
        '[[line]]\nnumber = "61"\n[[line]]\nname = "line2"\nnumber = "612"\n',
        "line[1].number: 612 and 61 cannot both be dialled, because one begins with the other. "
        "Choose another number.",
        "line[1].number: 612 и 61 нельзя набрать оба: один начинается с другого. Выберите другой "
        "номер.",
    ),
    Case(
        "duplicate-name",
        ACCOUNT + ACCOUNT,
        "account[1].name: The name 'main' is used twice. Give each [[account]] a name of its own.",
        "account[1].name: Имя 'main' использовано дважды. Дайте каждой таблице [[account]] своё "
        "имя.",
    ),
    Case(
        "unknown-account",
        ACCOUNT + '[[line]]\nrings_for = ["main", "office"]\n',
        "line[0].rings_for: There is no account 'office'. The accounts are: main.",
        "line[0].rings_for: Учётной записи 'office' нет. Есть: main.",
    ),
    Case(
        "no-accounts",
        '[[line]]\naccount = "office"\n',
        "line[0].account: There is no account 'office'; there is none at all. Add one in a table "
        "[[account]].",
        "line[0].account: Учётной записи 'office' нет; нет вообще ни одной. Добавьте её в таблице "
        "[[account]].",
    ),
    Case(
        "no-domain",
        f'{ACCOUNT}provider = "plain"\n',
        'account[0].domain: The profile plain has no domain. Add your own: domain = "…".',
        'account[0].domain: В профиле plain нет домена. Добавьте домен оператора: domain = "…".',
    ),
    Case(
        "voice-ports",
        "[voice]\nrtp_port_min = 20000\nrtp_port_max = 20050\n",
        "voice.rtp_port_max: The highest port must be at least 100 above the lowest. Raise "
        "rtp_port_max or lower rtp_port_min.",
        "voice.rtp_port_max: Наибольший порт должен быть хотя бы на 100 больше наименьшего. "
        "Увеличьте rtp_port_max или уменьшите rtp_port_min.",
    ),
    Case(
        "no-password",
        ACCOUNT,
        "account[0].password: The account has no password. Add to secrets.toml: [account.main] "
        'and below it password = "…".',
        "account[0].password: У учётной записи нет пароля. Добавьте в secrets.toml: "
        '[account.main] и ниже password = "…".',
        secrets="",
    ),
    Case(
        "no-password-near",
        ACCOUNT,
        "account[0].password: The account has no password. secrets.toml has [account.mian]: did "
        "you mean [account.main]?",
        "account[0].password: У учётной записи нет пароля. В secrets.toml есть [account.mian]: "
        "возможно, вы имели в виду [account.main]?",
        secrets='[account.mian]\npassword = "x"\n',
    ),
    Case(
        "bad-password",
        "",
        "secrets.toml: account.main.password: The password is to be a text in quotes, and not "
        "empty.",
        "secrets.toml: account.main.password: Пароль должен быть непустым текстом в кавычках.",
        secrets="[account.main]\npassword = 1234\n",
    ),
]

ELSEWHERE = {
    "no-changes",
    "no-change",
    "no-value",
    "no-such-path",
    "no-driver",
    "driver-refuses",
    "changed-since",
    "password-not-kept",
    "no-such-change",
    "no-backup",
    "backup-newer",
    "backup-closed",
    "backup-too-long",
    "backup-password-short",
    "no-folder",
    "unreadable",
    "open-to-others",
    "not-utf8",
    "file-gone",
    "last-good-used",
    "copy-failed",
    "changed-meanwhile",
    "not-storable",
}
"""Problems of the files themselves: the tests below and those of the store."""


def texts(settings: Path, secrets: Path) -> list[tuple[str, str, str]]:
    with pytest.raises(SettingsError) as caught:
        load(settings, secrets)
    return [(p.code, p.text("en"), p.text("ru")) for p in caught.value.problems]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_a_problem_is_told_in_plain_words_in_every_language(case: Case, tmp_path: Path) -> None:
    folder = Folder(tmp_path).write(case.settings, case.secrets)
    assert texts(folder.settings, folder.secrets) == [(case.code, case.en, case.ru)]


def test_every_problem_has_its_test() -> None:
    assert {case.code for case in CASES} | ELSEWHERE == SENTENCES.keys()
    assert not {case.code for case in CASES} & ELSEWHERE


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    assert texts(gone / "settings.toml", gone / "secrets.toml") == [
        (
            "no-folder",
            f"settings.toml: The folder {gone} does not exist. Create it, or name another one "
            "with --config.",
            f"settings.toml: Папки {gone} нет. Создайте её или укажите другую: --config.",
        )
    ]


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    folder = Folder(tmp_path).write(None, GOOD_SECRETS)
    folder.settings.mkdir()
    assert texts(folder.settings, folder.secrets) == [
        (
            "unreadable",
            "settings.toml: The file cannot be read: Is a directory. Let the gateway's user read "
            "it.",
            "settings.toml: Файл не читается: Is a directory. Разрешите пользователю шлюза читать "
            "его.",
        )
    ]


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620, 0o601, 0o666])
def test_secrets_that_others_can_read_are_refused(tmp_path: Path, mode: int) -> None:
    folder = Folder(tmp_path).write(GOOD, GOOD_SECRETS)
    folder.secrets.chmod(mode)
    assert texts(folder.settings, folder.secrets) == [
        (
            "open-to-others",
            f"secrets.toml: Other users may read or change this file (mode {mode:04o}), so it is "
            f"not used. Run: chmod 600 {folder.secrets}",
            f"secrets.toml: Другие пользователи могут читать или менять этот файл (права "
            f"{mode:04o}), поэтому он не используется. Выполните: chmod 600 {folder.secrets}",
        )
    ]


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.settings.write_bytes("# привет\n".encode("koi8-r"))
    assert texts(folder.settings, folder.secrets) == [
        (
            "not-utf8",
            "settings.toml: The file is not UTF-8 text. Save it as UTF-8.",
            "settings.toml: Файл не в кодировке UTF-8. Сохраните его в UTF-8.",
        )
    ]
