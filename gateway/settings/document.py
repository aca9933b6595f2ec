"""Writes ``docs/settings.md`` from the declaration of the settings.

``python -m gateway.settings.document`` writes the page to the standard output, with ``--write`` to
its place in the source tree.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from gateway.settings import emit
from gateway.settings.check import accepted_values
from gateway.settings.declaration import Settings
from gateway.settings.setting import Kind, Section, Setting, sections_of, settings_of
from gateway.words import LANGUAGES, Language, Words

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"

_WARNING = """\
<!-- Written by "python -m gateway.settings.document --write".  Change
     the declaration in gateway/settings, not this page. -->
"""

_HEAD = Words(
    """\
# Settings

Two files in the folder that the gateway is given with `--config`. Only an account's number and
password must be there; everything else has a default. A wrong file is refused as a whole, with
everything that is wrong in it.

`settings.toml`:

```toml
[[account]]
number = "79261234567"

[[line]]
name = "hall"
driver = "simulated"
```

`secrets.toml`, which only the gateway's user may read (`chmod 600`):

```toml
[account.main]
password = "…"
```

`main` is the name of the account. Saving through the gateway keeps your comments in
`settings.toml`; the last files that were in order are kept beside them as `settings.toml.good` and
`secrets.toml.good`.

A saved setting takes effect as *takes effect* says, and no call is dropped for it:
[live-settings.md](live-settings.md). Change them with `gateway settings`, on the set-up page, or in
the files; after that, `gateway settings reload`.""",
    """\
# Настройки

Два файла в папке, которую шлюзу указывают ключом `--config`. Обязательны только номер и пароль
учётной записи, у остального есть значения по умолчанию. Файл с ошибками отвергается целиком, и
перечисляются сразу все ошибки.

`settings.toml`:

```toml
[[account]]
number = "79261234567"

[[line]]
name = "hall"
driver = "simulated"
```

`secrets.toml`, который может читать только пользователь шлюза (`chmod 600`):

```toml
[account.main]
password = "…"
```

`main` — имя учётной записи. При сохранении через шлюз ваши комментарии в `settings.toml` остаются;
последние исправные файлы хранятся рядом как `settings.toml.good` и `secrets.toml.good`.

Сохранённая настройка начинает действовать так, как сказано в столбце *Действует*, и разговоры при
этом не прерываются: [live-settings.md](live-settings.md). Менять их можно командой
`gateway settings`, на странице настройки или в самих файлах; после этого —
`gateway settings reload`.""",
)

_COLUMNS = (
    Words("Setting", "Настройка"),
    Words("Default", "По умолчанию"),
    Words("Accepted", "Допустимо"),
    Words("Takes effect", "Действует"),
    Words("Meaning", "Что это"),
)

_REQUIRED = Words("must be given", "обязательно")


def page() -> str:
    """The whole page: everything in English, then everything in Russian."""
    lines = [_WARNING]
    for language in LANGUAGES:
        lines += [_HEAD.of(language), ""]
        for section in sections_of(Settings).values():
            lines += _section(section, language)
    return "\n".join(lines)


def _section(section: Section, language: Language) -> Iterator[str]:
    title = f"[[{section.table}]]" if section.repeated else f"[{section.table}]"
    yield from (f"## `{title}`", "", section.help.of(language), "")
    yield _row([column.of(language) for column in _COLUMNS])
    yield _row(["---"] * len(_COLUMNS))
    for setting in settings_of(section.structure).values():
        yield _row(
            [
                f"`{setting.name}`",
                _default(setting, language),
                _accepted(setting, language),
                setting.takes_effect.words.of(language),
                setting.help.of(language),
            ]
        )
    yield ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _default(setting: Setting, language: Language) -> str:
    if setting.required:
        return _REQUIRED.of(language)
    return f"`{emit.value_of(setting, setting.default)}`"


def _accepted(setting: Setting, language: Language) -> str:
    if setting.kind is Kind.SECRET:
        return Kind.TEXT.words.of(language)
    return accepted_values(setting).of(language)


def main(arguments: Sequence[str]) -> int:
    """Write the page where ``arguments`` say; 2 if they make no sense."""
    if list(arguments) == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if arguments:
        sys.stderr.write("usage: python -m gateway.settings.document [--write]\n")
        return 2
    sys.stdout.write(page())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
