"""What can be wrong with the settings: one catalogue of sentences, in every language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.words import Language, Words

SENTENCES: Mapping[str, Words] = {
    "no-folder": Words(
        "The folder {folder} does not exist. Create it, or name another one with --config.",
        "Папки {folder} нет. Создайте её или укажите другую: --config.",
    ),
    "file-gone": Words(
        "The file is gone. Save the settings again, or delete {copy} too to begin anew.",
        "Файл исчез. Сохраните настройки заново или удалите и {copy}, чтобы начать с нуля.",
    ),
    "unreadable": Words(
        "The file cannot be read: {why}. Let the gateway's user read it.",
        "Файл не читается: {why}. Разрешите пользователю шлюза читать его.",
    ),
    "open-to-others": Words(
        "Other users may read or change this file (mode {mode}), so it is not used. "
        "Run: chmod 600 {path}",
        "Другие пользователи могут читать или менять этот файл (права {mode}), "
        "поэтому он не используется. Выполните: chmod 600 {path}",
    ),
    "not-utf8": Words(
        "The file is not UTF-8 text. Save it as UTF-8.",
        "Файл не в кодировке UTF-8. Сохраните его в UTF-8.",
    ),
    "syntax": Words(
        "This breaks the rules of TOML ({detail}). Check the quotes, the = and the brackets.",
        "Здесь нарушены правила TOML ({detail}). Проверьте кавычки, знак = и скобки.",
    ),
    "unknown": Words(
        "There is no such setting. Did you mean '{near}'?",
        "Такой настройки нет. Возможно, вы имели в виду '{near}'?",
    ),
    "unknown-here": Words(
        "There is no such setting. There are here: {known}.",
        "Такой настройки нет. Здесь есть: {known}.",
    ),
    "password-misplaced": Words(
        "A password does not belong here. Move it to {file}, under [account.{account}].",
        "Паролю здесь не место. Перенесите его в {file}, в раздел [account.{account}].",
    ),
    "wrong-type": Words(
        "This is to be {kind}, not {given}.",
        "Здесь нужно {kind}, а не {given}.",
    ),
    "needs-quotes": Words(
        'This is a text. Put it in quotes: {name} = "{given}".',
        'Это текст. Заключите его в кавычки: {name} = "{given}".',
    ),
    "one-bracket": Words(
        "There can be several of these. Write [[{table}]] with two brackets on each side.",
        "Таких таблиц может быть несколько. Напишите [[{table}]] с двойными скобками.",
    ),
    "out-of-range": Words(
        "{given} is out of range. Give {accepted}.",
        "{given} — вне допустимых пределов. Укажите {accepted}.",
    ),
    "choice": Words(
        "{given} is not one of the choices. Give {accepted}.",
        "{given} — не из списка. Укажите {accepted}.",
    ),
    "choice-near": Words(
        "{given} is not one of the choices. Did you mean '{near}'? Give {accepted}.",
        "{given} — не из списка. Возможно, вы имели в виду '{near}'? Укажите {accepted}.",
    ),
    "form": Words(
        "{given} does not fit here. Give {accepted}.",
        "{given} здесь не подходит. Укажите {accepted}.",
    ),
    "option-value": Words(
        "An option is too large or too deeply nested. Use whole numbers of at most 64 bits and "
        "at most {depth} levels.",
        "Значение слишком велико или вложено слишком глубоко. Допустимы целые числа до 64 бит и "
        "не больше {depth} уровней.",
    ),
    "missing": Words(
        'This setting is missing. Add: {name} = "…". {help}',
        'Этой настройки не хватает. Добавьте: {name} = "…". {help}',
    ),
    "number-hidden": Words(
        "{number} and {other} cannot both be dialled, because one begins with the other. "
        "Choose another number.",
        "{number} и {other} нельзя набрать оба: один начинается с другого. Выберите другой номер.",
    ),
    "duplicate-name": Words(
        "The name '{name}' is used twice. Give each [[{table}]] a name of its own.",
        "Имя '{name}' использовано дважды. Дайте каждой таблице [[{table}]] своё имя.",
    ),
    "unknown-account": Words(
        "There is no account '{name}'. The accounts are: {known}.",
        "Учётной записи '{name}' нет. Есть: {known}.",
    ),
    "no-accounts": Words(
        "There is no account '{name}'; there is none at all. Add one in a table [[account]].",
        "Учётной записи '{name}' нет; нет вообще ни одной. Добавьте её в таблице [[account]].",
    ),
    "no-domain": Words(
        'The profile {provider} has no domain. Add your own: domain = "…".',
        'В профиле {provider} нет домена. Добавьте домен оператора: domain = "…".',
    ),
    "voice-ports": Words(
        "The highest port must be at least {room} above the lowest. Raise rtp_port_max or lower "
        "rtp_port_min.",
        "Наибольший порт должен быть хотя бы на {room} больше наименьшего. Увеличьте "
        "rtp_port_max или уменьшите rtp_port_min.",
    ),
    "no-password": Words(
        "The account has no password. Add to {file}: [account.{account}] and below it "
        'password = "…".',
        "У учётной записи нет пароля. Добавьте в {file}: [account.{account}] и ниже "
        'password = "…".',
    ),
    "no-password-near": Words(
        "The account has no password. {file} has [account.{near}]: did you mean "
        "[account.{account}]?",
        "У учётной записи нет пароля. В {file} есть [account.{near}]: возможно, вы имели в виду "
        "[account.{account}]?",
    ),
    "bad-password": Words(
        "The password is to be a text in quotes, and not empty.",
        "Пароль должен быть непустым текстом в кавычках.",
    ),
    "not-storable": Words(
        "A text has characters that no file can hold. Type it anew.",
        "В тексте есть символы, которые нельзя записать в файл. Введите его заново.",
    ),
    "changed-meanwhile": Words(
        "Somebody else has changed the file meanwhile, so nothing was written. Look at it and try "
        "again.",
        "Тем временем файл изменил кто-то другой, поэтому ничего не записано. Проверьте его и "
        "повторите.",
    ),
    "no-changes": Words(
        "Give a list of 1 to {most} changes.",
        "Укажите список от 1 до {most} изменений.",
    ),
    "no-change": Words(
        "A change has one of set, unset, add, remove, and a path such as log.level.",
        "Изменение содержит set, unset, add или remove и путь, например log.level.",
    ),
    "no-value": Words(
        "The value is missing, or it is not an object where an account or a line is added.",
        "Не хватает значения, или это не объект там, где добавляется учётная запись или линия.",
    ),
    "no-such-path": Words(
        "There is no such setting, account or line. Look at what settings.read gives.",
        "Такой настройки, учётной записи или линии нет. Посмотрите, что выдаёт settings.read.",
    ),
    "no-driver": Words(
        "There is no driver '{driver}'. There are: {known}.",
        "Драйвера '{driver}' нет. Есть: {known}.",
    ),
    "driver-refuses": Words(
        "The driver does not take these options: {why}",
        "Драйвер не принимает эти настройки: {why}",
    ),
    "changed-since": Words(
        "This was changed again since, so it stays as it is.",
        "С тех пор это изменили ещё раз, поэтому оно остаётся как есть.",
    ),
    "password-not-kept": Words(
        "The password of that time is not kept any more. Type it anew.",
        "Тогдашний пароль уже не хранится. Введите его заново.",
    ),
    "no-such-change": Words(
        "The history has no change with this number.",
        "В истории нет изменения с этим номером.",
    ),
    "no-backup": Words(
        "This is no backup of a MultiFon gateway. Choose the file that was saved as one.",
        "Это не резервная копия шлюза МультиФон. Выберите файл, сохранённый как копия.",
    ),
    "backup-newer": Words(
        "A newer version has made this backup. Update this gateway first.",
        "Эту копию сделала более новая версия. Сначала обновите этот шлюз.",
    ),
    "backup-closed": Words(
        "The password does not open this backup, or the file is damaged. Type the password anew.",
        "Пароль не подходит к этой копии, или файл повреждён. Введите пароль заново.",
    ),
    "backup-too-long": Words(
        "The backup is longer than is possible.",
        "Резервная копия длиннее, чем возможно.",
    ),
    "backup-password-short": Words(
        "Choose a password of at least 8 characters for the backup; it holds your passwords.",
        "Выберите для копии пароль не короче 8 символов: в ней ваши пароли.",
    ),
    "last-good-used": Words(
        "The last good copy of the settings is used until the problems above are put right.",
        "Пока эти ошибки не исправлены, используется последняя исправная копия настроек.",
    ),
    "copy-failed": Words(
        "The last good copy cannot be written: {why}. The settings themselves are in use.",
        "Последнюю исправную копию не удалось записать: {why}. Сами настройки действуют.",
    ),
}
"""Every problem by its code.  The braces are filled in with the values of the problem."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.  ``place`` is where, such as ``account[0].number``."""

    code: str
    place: str
    values: Mapping[str, str | Words] = field(default_factory=dict)

    def text(self, language: Language) -> str:
        """Where, what and what to do about it, in a sentence or two."""
        return f"{self.place}: {self.sentence(language)}"

    def sentence(self, language: Language) -> str:
        """What and what to do about it."""
        values = {
            name: given.of(language) if isinstance(given, Words) else given
            for name, given in self.values.items()
        }
        return SENTENCES[self.code].of(language).format(**values)
