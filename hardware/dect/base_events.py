"""What of a module's happenings is told to whoever watches the base."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.handset_base import BaseEvent, BaseEventKind
from hardware.dect import interface as do
from hardware.dect.interface import Happening

_EVENT_KINDS: Mapping[type[Happening], BaseEventKind] = {
    do.Ready: BaseEventKind.UP,
    do.Down: BaseEventKind.DOWN,
    do.HandsetPresent: BaseEventKind.HANDSET_PRESENT,
    do.HandsetGone: BaseEventKind.HANDSET_GONE,
    do.HandsetDeleted: BaseEventKind.HANDSET_DELETED,
    do.RegistrationOpened: BaseEventKind.REGISTRATION_OPENED,
    do.RegistrationEnded: BaseEventKind.REGISTRATION_ENDED,
    do.Located: BaseEventKind.LOCATING_ENDED,
    do.OperationFailed: BaseEventKind.FAILED,
}


def base_event(what: Happening) -> BaseEvent | None:
    """``None``: it concerns one line only, or nobody."""
    kind = _EVENT_KINDS.get(type(what))
    if kind is None:
        return None
    return BaseEvent(
        kind,
        getattr(what, "handset", None),
        getattr(what, "outcome", None),
        getattr(what, "reason", None),
    )
