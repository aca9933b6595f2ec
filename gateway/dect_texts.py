"""What happened to a base and its handsets, as sentences in English and in Russian."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.handset_base import BaseEvent, BaseEventKind, RegistrationOutcome
from gateway.words import Words

KINDS: Final[Mapping[BaseEventKind, Words]] = {
    BaseEventKind.UP: Words("The base works.", "База работает."),
    BaseEventKind.DOWN: Words("The base does not work.", "База не работает."),
    BaseEventKind.REGISTRATION_OPENED: Words(
        "A handset can be registered now: choose registration in its menu and type the base's PIN.",
        "Сейчас можно зарегистрировать трубку: выберите регистрацию в её меню и введите PIN базы.",
    ),
    BaseEventKind.HANDSET_PRESENT: Words(
        "Handset {handset} is in range.", "Трубка {handset} в зоне действия базы."
    ),
    BaseEventKind.HANDSET_GONE: Words(
        "Handset {handset} was switched off.", "Трубка {handset} выключена."
    ),
    BaseEventKind.HANDSET_DELETED: Words(
        "Handset {handset} does not belong to the base any more.",
        "Трубка {handset} больше не принадлежит базе.",
    ),
    BaseEventKind.LOCATING_ENDED: Words(
        "Handset {handset} is not looked for any more.", "Трубку {handset} больше не ищут."
    ),
    BaseEventKind.FAILED: Words("It did not work.", "Не получилось."),
}
"""``REGISTRATION_ENDED`` has the words of its outcome."""

OUTCOMES: Final[Mapping[RegistrationOutcome, Words]] = {
    RegistrationOutcome.REGISTERED: Words(
        "Handset {handset} is registered; give it a line in the settings.",
        "Трубка {handset} зарегистрирована; добавьте для неё линию в настройках.",
    ),
    RegistrationOutcome.WRONG_PIN: Words(
        "The handset was given a wrong PIN; register it again with the base's.",
        "На трубке введён неверный PIN; зарегистрируйте её ещё раз с PIN базы.",
    ),
    RegistrationOutcome.TABLE_FULL: Words(
        "No further handset fits; delete one that is not used.",
        "Больше трубок не помещается; удалите ту, которой не пользуются.",
    ),
    RegistrationOutcome.REFUSED: Words(
        "The base did not accept the handset; try again, or try another handset.",
        "База не приняла трубку; попробуйте ещё раз или возьмите другую трубку.",
    ),
    RegistrationOutcome.TIMED_OUT: Words(
        "No handset was registered in time; begin again, and hold the handset near the base.",
        "За это время ни одна трубка не зарегистрировалась; начните снова рядом с базой.",
    ),
    RegistrationOutcome.STOPPED: Words("The registration was stopped.", "Регистрация остановлена."),
    RegistrationOutcome.BASE_LOST: Words(
        "The base stopped working meanwhile; begin again when it works.",
        "База тем временем перестала работать; начните снова, когда она заработает.",
    ),
}


def words_of(event: BaseEvent, handset: str) -> Words:
    """The sentence of an event; ``handset``: what the handset is called, or its number.

    A reason of the driver is English only, and goes after the sentence.
    """
    words = KINDS[event.kind] if event.outcome is None else OUTCOMES[event.outcome]
    told = words.format(handset=handset)
    if not event.reason:
        return told
    return Words(f"{told.en} {event.reason}", f"{told.ru} {event.reason}")
