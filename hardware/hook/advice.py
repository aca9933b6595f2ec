"""What the measured figures mean for the settings: do the windows fit this telephone?

A window fits if the telephone stays a tenth inside it; what is suggested leaves more.  Only a
window's reach is widened here.  A suggestion never narrows one, for a few digits do not show
everything a telephone does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from gateway.signalling import HookTimes
from gateway.words import Words

LONGEST_DIAL_BREAK = 75.0
"""ms: what a dial within its norm may send at most (GOST 23595-79, see fxs-line.md §2.2)."""


@dataclass(frozen=True, slots=True)
class Advice:
    """Sentences for the user, and the ``HookTimes`` to set, in ms.

    ``options`` go together: with them, ``HookTimes`` is valid.
    """

    findings: tuple[Words, ...]
    options: Mapping[str, int]


def advise(figures: Mapping[str, float], times: HookTimes) -> Advice:
    """Judge ``HookInterpreter.figures`` of a telephone against the ``times`` of its line."""
    advice = _Findings(times)
    if "pulses" in figures:
        _judge_dial(figures, advice)
        _judge_contacts(figures, advice)
    else:
        advice.say(
            "No rotary digit was understood yet: dial a 0 while the dial tone sounds.",
            "Диском пока не набрано ни одной понятной цифры: наберите 0, пока звучит гудок.",
        )
    if figures.get("spoilt_digits"):
        trains = figures["digits"] + figures["spoilt_digits"]
        spoilt = figures["spoilt_digits"]
        advice.say(
            f"{spoilt:.0f} of {trains:.0f} rotary digits were spoilt.",
            f"Испорченных цифр диска: {spoilt:.0f} из {trains:.0f}.",
        )
    if "last_refused_pulse_ms" in figures:
        refused = figures["last_refused_pulse_ms"]
        advice.say(
            f"A break of {refused:.0f} ms while dialling was too long for a pulse.  If the dial "
            f"made it, the dial is too slow: set break_max to {math.ceil(1.1 * refused)}.",
            f"Размыкание {refused:.0f} мс при наборе слишком длинное для импульса. Если его сделал "
            f"диск, он слишком медленный: установите break_max = {math.ceil(1.1 * refused)}.",
        )
    _judge_flash(figures, advice)
    return advice.advice()


class _Findings:
    """Collects sentences and options, and keeps the times valid together."""

    def __init__(self, times: HookTimes) -> None:
        self.times = times
        self._given = times
        self._sentences: list[Words] = []

    def say(self, english: str, russian: str) -> None:
        self._sentences.append(Words(english, russian))

    def set(self, option: str, value: int, english: str, russian: str) -> None:
        """Suggest ``value``, with ``on_hook`` moved out of its way."""
        if value == getattr(self.times, option):
            return
        changed = {option: value}
        if option in ("break_max", "flash_max") and self.times.on_hook <= value:
            changed["on_hook"] = value + 100
        self.times = replace(self.times, **changed)
        named = " and ".join(f"{name} to {ms}" for name, ms in changed.items())
        named_ru = " и ".join(f"{name} = {ms}" for name, ms in changed.items())
        self.say(f"{english}: set {named}.", f"{russian}: установите {named_ru}.")

    def advice(self) -> Advice:
        names = HookTimes.__dataclass_fields__
        now = {name: getattr(self.times, name) for name in names}
        changed = {name: ms for name, ms in now.items() if ms != getattr(self._given, name)}
        return Advice(tuple(self._sentences), changed)


def _judge_dial(figures: Mapping[str, float], advice: _Findings) -> None:
    times = advice.times
    speed = figures.get("dial_speed_pps")
    if speed is not None and not (8 <= speed <= 12 or 18 <= speed <= 22):
        advice.say(
            f"The dial makes {speed:.1f} pulses a second; 8 to 12 or about 20 are understood "
            "without fail: have its governor adjusted.",
            f"Диск даёт {speed:.1f} импульса в секунду; надёжно понимаются 8–12 или около 20: "
            "отдайте его отрегулировать.",
        )
    longest, shortest = figures["longest_break_ms"], figures["shortest_break_ms"]
    if 1.1 * longest > times.break_max:
        advice.set(
            "break_max",
            min(250, math.ceil(1.15 * longest)),
            f"A pulse lasts up to {longest:.0f} ms, at or above break_max ({times.break_max} ms)",
            f"Импульс длится до {longest:.0f} мс: не меньше break_max ({times.break_max} мс)",
        )
    if 0.9 * shortest < times.break_min:
        advice.set(
            "break_min",
            max(5, math.floor(0.75 * shortest)),
            f"A pulse lasts only {shortest:.1f} ms, close to break_min ({times.break_min} ms)",
            f"Импульс длится всего {shortest:.1f} мс: близко к break_min ({times.break_min} мс)",
        )
    make = figures.get("longest_make_ms", 0.0)
    if 1.5 * make > times.digit_pause:
        advice.set(
            "digit_pause",
            min(1000, math.ceil(1.75 * make)),
            f"Between two pulses lie up to {make:.0f} ms, which is close to digit_pause "
            f"({times.digit_pause} ms)",
            f"Между двумя импульсами бывает до {make:.0f} мс: близко к digit_pause "
            f"({times.digit_pause} мс)",
        )


def _judge_contacts(figures: Mapping[str, float], advice: _Findings) -> None:
    """The filter must be longer than what bounces and shorter than what is left of a level."""
    filter_ms = advice.times.edge_filter
    glitch, bounce = figures["longest_glitch_ms"], figures["longest_bounce_ms"]
    shortest_make = figures.get("shortest_make_ms", math.inf)
    if 2.5 * shortest_make < figures.get("longest_make_ms", 0.0):
        glitch = max(glitch, shortest_make)  # no dial is so uneven: a break was cut in two
        shortest_make = figures["longest_make_ms"]
    room = min(shortest_make, figures["shortest_break_ms"]) - bounce
    needed = math.ceil(1.25 * glitch)
    if needed > filter_ms:
        if needed <= min(14, 0.8 * room):
            advice.set(
                "edge_filter",
                needed,
                f"The dial's contacts chatter with gaps of up to {glitch:.1f} ms, too long for "
                f"edge_filter ({filter_ms} ms)",
                f"Контакты диска дребезжат с перерывами до {glitch:.1f} мс: слишком долго для "
                f"edge_filter ({filter_ms} мс)",
            )
        else:
            advice.say(
                f"The dial's contacts chatter with gaps of up to {glitch:.1f} ms, which no filter "
                "can tell from pulses: clean or adjust the contacts.",
                f"Контакты диска дребезжат с перерывами до {glitch:.1f} мс, которых никакой фильтр "
                "не отличит от импульсов: почистите или отрегулируйте контакты.",
            )
    elif filter_ms > 0.8 * room and needed < math.floor(0.6 * room):
        advice.set(
            "edge_filter",
            max(1, needed, math.floor(0.6 * room)),
            f"Only {max(room, 0):.0f} ms of the shortest pulse are quiet, too few for edge_filter "
            f"({filter_ms} ms)",
            f"Из самого короткого импульса спокойны лишь {max(room, 0):.0f} мс: мало для "
            f"edge_filter ({filter_ms} мс)",
        )


def _judge_flash(figures: Mapping[str, float], advice: _Findings) -> None:
    times = advice.times
    if not times.flash_max:
        return
    flash = figures.get("last_flash_ms")
    if flash is not None and 0.9 * flash < times.flash_min:
        advice.set(
            "flash_min",
            max(20, math.floor(0.85 * flash)),
            f"The hook flash lasts {flash:.0f} ms, close to flash_min ({times.flash_min} ms)",
            f"Нажатие R длится {flash:.0f} мс: близко к flash_min ({times.flash_min} мс)",
        )
    if flash is not None and 1.1 * flash > times.flash_max:
        advice.set(
            "flash_max",
            min(2000, math.ceil(1.2 * flash)),
            f"The hook flash lasts {flash:.0f} ms, close to flash_max ({times.flash_max} ms)",
            f"Нажатие R длится {flash:.0f} мс: близко к flash_max ({times.flash_max} мс)",
        )
    times = advice.times
    refused = figures.get("last_refused_flash_ms")
    if refused is None:
        return
    if refused > times.flash_max:
        advice.set(
            "flash_max",
            min(2000, math.ceil(1.2 * refused)),
            f"A break of {refused:.0f} ms in a call was too long for a hook flash",
            f"Размыкание {refused:.0f} мс в разговоре слишком длинное для нажатия R",
        )
    elif refused < times.flash_min:
        pulse = max(figures.get("longest_break_ms", 0.0), LONGEST_DIAL_BREAK)
        if refused > 1.05 * pulse:
            advice.set(
                "flash_min",
                max(20, math.floor(0.9 * refused)),
                f"A break of {refused:.0f} ms in a call was too short for a hook flash",
                f"Размыкание {refused:.0f} мс в разговоре слишком короткое для нажатия R",
            )
        else:
            advice.say(
                f"A break of {refused:.0f} ms in a call was no hook flash: it may have been a "
                "dial's 1, which is as short.  Lower flash_min only if it was the R key.",
                f"Размыкание {refused:.0f} мс в разговоре не принято за нажатие R: это могла быть "
                "единица диска, она такая же короткая. Уменьшайте flash_min, только если это была "
                "клавиша R.",
            )
