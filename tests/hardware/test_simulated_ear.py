"""The ear tells the tones of the Russian plan apart, on clean and on bad lines.

Tones are synthesised here with numpy and given to the ear frame by frame: no clock is involved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pytest

from hardware.simulated.ear import Ear, Hearing
from hardware.simulated.tones import NAMES
from tests.media.signals import (
    Signal,
    a_law,
    frames,
    joined,
    noise,
    pcm,
    silence,
    sine,
    speech,
)

Plan = tuple[tuple[tuple[float, ...], float], ...]
"""Frequencies (Hz) and ms of each part of one period."""

PLANS: dict[str, Plan] = {
    "dial": (((425,), 1000),),
    "ringback": (((425,), 1000), ((), 4000)),
    "busy": (((425,), 350), ((), 350)),
    "congestion": (((425,), 175), ((), 175)),
    "confirmation": (((425,), 100), ((), 100)) * 3 + (((), 3000),),
    "call-waiting": (((425,), 200), ((), 5000)),
    "sit": (((950,), 330), ((1400,), 330), ((1800,), 330), ((), 1000)),
    "howler": (((1400, 2060, 2450, 2600), 100), ((), 100)),
}
KNOWN_WITHIN = {
    "dial": 0.5,
    "ringback": 1.5,
    "busy": 1.4,
    "congestion": 0.7,
    "confirmation": 0.7,
    "call-waiting": 0.75,
    "sit": 1.1,
    "howler": 0.4,
}
"""Seconds: two cycles, or a complete one and as much of the pause as tells it from the others."""


def tone(name: str, level: float, seconds: float) -> Signal:
    """``seconds`` of a tone, phase continuous within a part; ``level`` is the total in dBm0."""
    parts: list[Signal] = []
    lasted = 0.0
    while lasted < seconds * 1000:
        for frequencies, ms in PLANS[name]:
            part = silence(ms)
            for index, frequency in enumerate(frequencies):
                share = level - 10 * np.log10(len(frequencies))
                phase = 2 * np.pi * frequency * lasted / 1000 + index
                part = part + sine(frequency, share, ms, phase)
            parts.append(part)
            lasted += ms
    return joined(parts)[: round(seconds * 8000)]


def heard(ear: Ear, signal: Signal | bytes) -> list[Hearing]:
    """What the ear says after each frame."""
    data = signal if isinstance(signal, bytes) else pcm(signal)
    said = []
    for frame in frames(data[: len(data) // 320 * 320]):
        ear.process(frame)
        said.append(ear.hearing)
    return said


def names(said: Iterable[Hearing]) -> list[str]:
    """Which tones were recognised, in order, without repetitions."""
    order: list[str] = []
    for hearing in said:
        if hearing.tone is not None and hearing.tone not in order[-1:]:
            order.append(hearing.tone)
    return order


def first(said: list[Hearing], name: str) -> tuple[float, Hearing]:
    """After how many seconds ``name`` was recognised, and what was said of it."""
    for index, hearing in enumerate(said):
        if hearing.tone == name:
            return (index + 1) * 0.02, hearing
    raise AssertionError(f"{name} was not recognised, but {names(said)}")


def clean(signal: Signal) -> Signal:
    return signal


def noisy(signal: Signal) -> Signal:
    """White noise 20 dB below the tone."""
    level = 20 * np.log10(np.abs(signal).max() / 32768) + 3.14 - 20
    return signal + noise(float(level), len(signal), 7)


def coded(signal: Signal) -> Signal:
    """Through A-law and a frame that is not aligned with the tone."""
    return a_law(joined([silence(7.0), signal]))


def shifted(signal: Signal) -> Signal:
    """Played 1 % too fast.  E.180 allows more; the interpolation weakens high frequencies."""
    at = np.arange(int(len(signal) / 1.01)) * 1.01
    shorter: Signal = np.interp(at, np.arange(len(signal)), signal)
    return shorter


LINES: tuple[Callable[[Signal], Signal], ...] = (clean, noisy, coded, shifted)


@pytest.mark.parametrize("level", [-5.0, -10.0, -20.0, -30.0])
@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("name", PLANS)
def test_every_tone_is_recognised_in_time_and_taken_for_no_other(
    name: str, line: Callable[[Signal], Signal], level: float
) -> None:
    ear = Ear()
    said = heard(ear, line(tone(name, level, 6.5)))
    after, _ = first(said, name)
    assert after <= KNOWN_WITHIN[name]
    # The first burst of ringback is a dial tone until it stops; the pauses may be silence.
    allowed = {name, "silence"} | ({"dial"} if name == "ringback" else set())
    if line is noisy:
        allowed.add("voice")
    assert set(names(said)) <= allowed


@pytest.mark.parametrize("name", ["busy", "congestion", "ringback", "howler"])
def test_a_tone_that_goes_on_stays_recognised(name: str) -> None:
    said = heard(Ear(), tone(name, -10.0, 16.0))
    after, _ = first(said, name)
    later = said[round(after / 0.02) :]
    assert {hearing.tone for hearing in later} == {name}
    assert later[-1].lasted > 15.0


@pytest.mark.parametrize("name", PLANS)
def test_the_frequencies_are_measured(name: str) -> None:
    _, hearing = first(heard(Ear(), shifted(tone(name, -17.0, 6.5))), name)
    wanted = [f * 1.01 for f in dict.fromkeys(f for part, _ in PLANS[name] for f in part)]
    assert hearing.frequencies == pytest.approx(wanted, abs=1.0)


@pytest.mark.parametrize("level", [-5.0, -17.0, -30.0])
@pytest.mark.parametrize("name", PLANS)
def test_the_level_is_measured(name: str, level: float) -> None:
    _, hearing = first(heard(Ear(), coded(tone(name, level, 6.5))), name)
    assert hearing.level == pytest.approx(level, abs=0.5)


@pytest.mark.parametrize(
    ("name", "cadence"),
    [
        ("dial", ()),
        ("busy", (0.35, 0.35)),
        ("congestion", (0.175, 0.175)),
        ("confirmation", (0.1, 0.1)),
        ("sit", (0.33, 0.33, 0.33)),
        ("howler", (0.1, 0.1)),
        ("call-waiting", (0.2,)),
    ],
)
def test_the_cadence_is_measured(name: str, cadence: tuple[float, ...]) -> None:
    _, hearing = first(heard(Ear(), coded(tone(name, -10.0, 6.5))), name)
    assert hearing.cadence == pytest.approx(cadence, abs=0.015)


def test_the_pause_of_ringback_is_measured_from_the_second_burst_on() -> None:
    said = heard(Ear(), tone("ringback", -10.0, 7.0))
    assert first(said, "ringback")[1].cadence == pytest.approx((1.0,), abs=0.02)
    assert said[-1].cadence == pytest.approx((1.0, 4.0), abs=0.02)


@pytest.mark.parametrize(("on", "off"), [(300, 400), (400, 300), (300, 300), (400, 400)])
def test_busy_is_busy_at_the_limits_of_the_norm(on: int, off: int) -> None:
    period = joined([sine(425, -10, on), silence(off)])
    assert names(heard(Ear(), np.tile(period, 5))) == ["busy"]


@pytest.mark.parametrize("ms", [150, 200])
def test_congestion_is_congestion_at_the_limits_of_the_norm(ms: int) -> None:
    period = joined([sine(425, -10, ms), silence(ms)])
    assert names(heard(Ear(), np.tile(period, 8))) == ["congestion"]


def test_after_digits_the_first_burst_of_ringback_is_no_dial_tone() -> None:
    ear = Ear()
    heard(ear, sine(425, -10, 700))
    ear.digit_sent()
    heard(ear, silence(1500))
    assert names(heard(ear, tone("ringback", -10, 6.5))) == ["ringback"]


@pytest.mark.parametrize("ms", [200, 350, 1000])
def test_a_dial_tone_ended_by_a_digit_is_no_burst_of_another_tone(ms: int) -> None:
    ear = Ear()
    heard(ear, sine(425, -10, ms - 40))
    ear.digit_sent()
    said = heard(ear, joined([sine(425, -10, 40), silence(2000)]))
    assert set(names(said)) <= {"dial", "silence"}


def test_a_dial_tone_after_digits_is_recognised_a_little_later() -> None:
    ear = Ear()
    ear.digit_sent()
    heard(ear, silence(600))
    after, _ = first(heard(ear, sine(425, -10, 2000)), "dial")
    assert 1.15 < after <= 1.25


def test_a_lost_frame_does_not_interrupt_a_tone() -> None:
    dial = pcm(sine(425, -10, 3000))
    lost = 320 * 80
    said = heard(Ear(), dial[:lost] + bytes(320) + dial[lost + 320 :])
    assert {hearing.tone for hearing in said[30:]} == {"dial"}
    assert said[-1].lasted == pytest.approx(3.0, abs=0.03)


@pytest.mark.parametrize("frequency", [350, 400, 450, 480, 1000])
def test_a_tone_of_another_frequency_is_none_of_the_plan(frequency: int) -> None:
    assert names(heard(Ear(), sine(frequency, -10, 3000))) == ["voice"]


def test_a_whole_call_is_followed() -> None:
    ear = Ear()
    assert names(heard(ear, tone("dial", -10, 2.0))) == ["dial"]
    ear.digit_sent()
    connected = joined([silence(2000), tone("ringback", -10, 5.7), tone("busy", -10, 4.0)])
    said = heard(ear, joined([connected, silence(1500)]))
    assert names(said) == ["dial", "silence", "ringback", "busy", "silence"]


def test_silence_and_a_quiet_line_are_silence() -> None:
    assert names(heard(Ear(), silence(2000))) == ["silence"]
    assert names(heard(Ear(), noise(-60.0, 16000, 1))) == ["silence"]


def test_quiet_is_counted_from_the_last_sound() -> None:
    ear = Ear()
    heard(ear, tone("busy", -10, 0.7))
    assert ear.quiet_for == pytest.approx(0.35, abs=0.02)


@pytest.mark.parametrize("seed", [1, 2])
def test_speech_is_voice_and_never_a_tone(seed: int) -> None:
    for talk in speech(30.0, seed):
        said = heard(Ear(), a_law(talk * 0.3))
        assert set(names(said)) <= {"voice", "silence"}
        assert "voice" in names(said)


def test_voice_after_ringback_is_heard_at_once() -> None:
    ear = Ear()
    heard(ear, tone("ringback", -10, 1.6))
    talk = next(speech(1.0, 3))
    start = int(np.argmax(np.abs(talk) > 1000))
    after, _ = first(heard(ear, talk[start : start + 16000]), "voice")
    assert after < 1.0


def test_call_waiting_is_heard_while_the_far_side_is_noisy() -> None:
    ear = Ear()
    background = noise(-40.0, 24000, 5)
    burst = joined([silence(1000), sine(425, -17, 200), silence(1800)])
    assert "call-waiting" in names(heard(ear, background + burst))


def test_every_name_that_can_be_waited_for_is_recognised_in_these_tests() -> None:
    assert set(NAMES) == {*PLANS, "message-waiting", "silence", "voice"}


def test_a_dial_tone_that_stutters_tells_of_messages() -> None:
    bursts = [part for _ in range(6) for part in (sine(425, -10, 100), silence(100))]
    said = names(heard(Ear(), joined([*bursts, sine(425, -10, 3000)])))
    assert "message-waiting" in said
    assert said[-1] == "dial"


def test_a_hearing_reads_as_a_person_would_say_it() -> None:
    _, hearing = first(heard(Ear(), tone("busy", -10, 3.0)), "busy")
    assert str(hearing) == "busy (425 Hz, 0.35/0.35 s, -10 dBm0)"
    assert str(Hearing(None)) == "nothing clear yet"
