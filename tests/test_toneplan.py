import math
from importlib import resources

import pytest

from gateway.signalling import (
    CallerIdForm,
    CallerIdMoment,
    CallerIdScheme,
    PulseCount,
)
from gateway.toneplan import Tone, load_tone_plan, parse_tone_plan, shipped_countries

RUSSIA = (resources.files("gateway") / "toneplans" / "ru.toml").read_text(encoding="utf-8")


def test_every_shipped_plan_has_every_tone() -> None:
    assert "ru" in shipped_countries()
    for country in shipped_countries():
        assert set(load_tone_plan(country).tones) == set(Tone)


@pytest.mark.parametrize(
    ("tone", "on", "off"),
    [(Tone.RINGBACK, 1.0, 4.0), (Tone.BUSY, 0.35, 0.35), (Tone.CONGESTION, 0.175, 0.175)],
)
def test_russian_cadences_are_within_the_ministrys_order(tone: Tone, on: float, off: float) -> None:
    sound, pause = load_tone_plan("ru").tones[tone].segments
    assert (sound.seconds, pause.seconds) == (on, off)
    assert sound.frequencies == (425.0,)
    assert pause.frequencies == ()
    assert -15 <= load_tone_plan("ru").tones[tone].level <= -5


def test_the_dial_tone_never_ends_and_the_bell_rings_one_second_in_five() -> None:
    plan = load_tone_plan("ru")
    assert math.isinf(plan.tones[Tone.DIAL].segments[0].seconds)
    assert plan.ring == (1.0, 4.0)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("[tone.busy]", "[tone.buzy]", "tone busy"),
        ("level = -3", "level = 30", "tone howler"),
        ("hz = [950]", "hz = [9500]", "tone sit"),
        ("[1.0, 4.0]", "[1.0]", "pairs of seconds"),
        ("[1.0, 4.0]", "[1.0, 0.0]", "pairs of seconds"),
        ("frequency = 25", "frequency = 2500", "line signalling: ring_frequency"),
        ('form = "v23"', 'form = "v24"', "line signalling: 'v24' is not a valid"),
        ('pulses = "direct"', 'pulse = "direct"', "line signalling: .*'pulse'"),
        ("[caller-id]", "[hook]\non_hook = 100\n[caller-id]", "on_hook is above flash_max"),
    ],
)
def test_a_wrong_plan_names_the_tone(old: str, new: str, complaint: str) -> None:
    assert old in RUSSIA
    with pytest.raises(ValueError, match=complaint):
        parse_tone_plan("ru", RUSSIA.replace(old, new))


def test_an_unknown_country_names_those_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"no tone plan for 'xx'.*ru"):
        load_tone_plan("xx")


def test_the_signalling_of_a_country_is_read() -> None:
    russia = load_tone_plan("ru").signalling
    assert russia.ring_frequency == 25
    assert russia.caller_id == CallerIdScheme()
    britain = load_tone_plan("gb").signalling
    assert britain.caller_id.moment is CallerIdMoment.REVERSAL_DT_AS
    assert britain.hook.flash_max == 400
    assert load_tone_plan("se").signalling.pulses is PulseCount.SWEDISH
    assert load_tone_plan("nz").signalling.pulses is PulseCount.NEW_ZEALAND
    denmark = load_tone_plan("dk").signalling.caller_id
    assert (denmark.form, denmark.dtmf_start, denmark.dtmf_end) == (CallerIdForm.DTMF, "A", "#")


@pytest.mark.parametrize("country", shipped_countries())
def test_a_bell_rings_at_most_a_third_of_the_time(country: str) -> None:
    # More would be too hot for the SLIC boards (Ag1171 data sheet: RM high for 33 % at most).
    plan = load_tone_plan(country)
    for ring in (plan.ring, plan.ring_inside):
        assert sum(ring[::2]) / sum(ring) <= 1 / 3 + 1e-9


@pytest.mark.parametrize("country", shipped_countries())
def test_a_call_of_the_house_rings_otherwise_than_one_from_outside(country: str) -> None:
    plan = load_tone_plan(country)
    assert len(plan.ring_inside) != len(plan.ring)
    # Caller ID is sent in a pause, and needs more than two seconds of it.
    assert max(plan.ring_inside[1::2]) >= 4


@pytest.mark.parametrize("country", shipped_countries())
def test_the_dial_tone_with_messages_stutters_and_then_is_the_dial_tone(country: str) -> None:
    tones = load_tone_plan(country).tones
    stutter, plain = tones[Tone.MESSAGE_WAITING].segments, tones[Tone.DIAL].segments
    assert len(stutter) > len(plain)
    assert math.isinf(stutter[-1].seconds)
    assert stutter[-1].frequencies == plain[0].frequencies
