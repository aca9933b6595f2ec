"""What the measured levels mean for the settings: gains and echo canceller.

Speech is brought to ``SPEECH_DBM0``.  What the telephone hears returns by its echo, and what it
says by the far end's; so both gains together stay below the loss of the echo, that the two never
sing, not even while the canceller learns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.words import Words
from hardware.voice.gain import SPEECH_DBM0
from hardware.voice.options import GAIN_LIMIT_DB, VoiceOptions

CLOSE_ENOUGH_DB = 4.5
"""A gain is changed for more than that only: as much lies between two sentences of one person."""
EAR_CLOSE_ENOUGH_DB = 6.0
"""Far ends differ more among each other."""
ECHO_MARGIN_DB = 3.0
"""By which both gains together stay below the loss of the echo."""
NO_ECHO_DB = 45.0
"""An echo that is so much weaker is not heard, however late it is (ITU-T G.131)."""

NO_CANCELLER = Words(
    "The far end may hear itself without echo canceller",
    "Без эхоподавителя собеседник может слышать самого себя",
)


@dataclass(slots=True)
class VoiceAdvice:
    """Sentences for the user, and the options to set."""

    findings: list[Words] = field(default_factory=list)
    options: dict[str, float] = field(default_factory=dict)

    def set(self, option: str, value: float, why: Words) -> None:
        self.options[option] = value
        shown = str(value).lower() if isinstance(value, bool) else f"{value:g}"
        self.findings.append(
            Words(
                f"{why.en}: set {option} to {shown}.",
                f"{why.ru}: установите {option} = {shown}.",
            )
        )


def advise_voice(figures: Mapping[str, float], options: VoiceOptions) -> VoiceAdvice:
    """Judge ``VoicePath.figures`` of a telephone against the ``options`` of its line."""
    advice = VoiceAdvice()
    echo = figures.get("echo_return_loss_db")
    _judge_ear(figures.get("heard_dbm0"), options, advice)
    ear = advice.options.get("ear_gain", options.ear_gain)
    _judge_microphone(figures.get("said_dbm0"), echo, ear, options, advice)
    if not options.echo_canceller:
        advice.set("echo_canceller", True, NO_CANCELLER)
    elif echo is not None and echo >= NO_ECHO_DB:
        advice.findings.append(
            Words(
                f"The line has hardly any echo ({echo:.0f} dB): it would do without echo "
                "canceller.",
                f"На линии почти нет эха ({echo:.0f} дБ): можно обойтись без эхоподавителя.",
            )
        )
    return advice


def _judge_ear(heard: float | None, options: VoiceOptions, advice: VoiceAdvice) -> None:
    if heard is None or options.ear_automatic:
        return
    wanted = _within_limits(round(SPEECH_DBM0 - heard))
    if abs(wanted - options.ear_gain) > EAR_CLOSE_ENOUGH_DB:
        why = Words(
            f"Far ends were heard with {heard:.0f} dBm0 of late",
            f"Собеседников было слышно с уровнем {heard:.0f} дБм0",
        )
        advice.set("ear_gain", wanted, why)


def _judge_microphone(
    said: float | None,
    echo: float | None,
    ear_gain: float,
    options: VoiceOptions,
    advice: VoiceAdvice,
) -> None:
    if said is None or options.microphone_automatic:
        return
    wanted = _within_limits(round(SPEECH_DBM0 - said))
    why = Words(
        f"Speech comes with {said:.0f} dBm0, and {SPEECH_DBM0:.0f} dBm0 is usual",
        f"Речь приходит с уровнем {said:.0f} дБм0, а обычно {SPEECH_DBM0:.0f} дБм0",
    )
    if echo is not None:
        room = max(0.0, float(int(echo - ECHO_MARGIN_DB - ear_gain)))
        if wanted > room:
            wanted = room
            why = Words(
                f"{why.en}, but the echo ({echo:.0f} dB) leaves room for {room:.0f} dB only",
                f"{why.ru}, но эхо ({echo:.0f} дБ) оставляет запас только {room:.0f} дБ",
            )
    if abs(wanted - options.microphone_gain) > CLOSE_ENOUGH_DB:
        advice.set("microphone_gain", wanted, why)


def _within_limits(gain: float) -> float:
    return max(-GAIN_LIMIT_DB, min(GAIN_LIMIT_DB, float(gain)))
