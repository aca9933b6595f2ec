"""The number as DTMF, read by decoders that this project did not write."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.caller import Caller, Presentation
from gateway.line import DIGITS
from gateway.signalling import CallerIdForm, CallerIdScheme
from hardware.caller_id.dtmf import EDGE_SAMPLES, signs, tones
from tests.hardware.caller_id.spandsp_display import Standard, displayed
from tests.hardware.caller_id.tones import rises_and_falls_gently, tone
from tests.media.signals import PAIRS, joined, multimon_digits, noise, pcm, silence, unpacked

NATIONAL_FORMS = (("A", "C"), ("D", "C"), ("A", "#"), ("", "#"), ("", ""), ("D", ""))
WITHHELD = Caller(presentation=Presentation.WITHHELD)
UNAVAILABLE = Caller(presentation=Presentation.UNAVAILABLE)


def scheme(start: str, end: str) -> CallerIdScheme:
    return CallerIdScheme(form=CallerIdForm.DTMF, dtmf_start=start, dtmf_end=end)


def on_the_line(signs: str) -> bytes:
    sent = joined([silence(200), unpacked(tones(signs)), silence(5500)])
    return pcm(sent + noise(-40.0, len(sent), 1))


@pytest.mark.parametrize(("start", "end"), NATIONAL_FORMS)
def test_a_number_stands_between_the_start_and_the_end_sign(start: str, end: str) -> None:
    assert signs(scheme(start, end), Caller("+74951234567")) == f"{start}74951234567{end}"


@pytest.mark.parametrize(
    ("start", "end", "withheld", "unavailable"),
    [("A", "C", "B10C", "B00C"), ("A", "#", "D1#", "D3#")],
)
def test_the_reason_for_an_absent_number_is_sent_where_its_signs_are_known(
    start: str, end: str, withheld: str, unavailable: str
) -> None:
    assert signs(scheme(start, end), WITHHELD) == withheld
    assert signs(scheme(start, end), UNAVAILABLE) == unavailable


@pytest.mark.parametrize(("start", "end"), [("D", "C"), ("", "#"), ("", ""), ("D", "")])
def test_nothing_is_sent_for_an_absent_number_where_no_signs_are_known(
    start: str, end: str
) -> None:
    assert signs(scheme(start, end), WITHHELD) == ""
    assert signs(scheme(start, end), UNAVAILABLE) == ""


@pytest.mark.parametrize(("start", "end"), NATIONAL_FORMS)
def test_multimon_ng_reads_every_national_form(start: str, end: str) -> None:
    sent = signs(scheme(start, end), Caller("012345678999"))
    assert multimon_digits(on_the_line(sent)) == sent


@pytest.mark.parametrize(
    ("start", "end", "caller"),
    [
        ("A", "C", Caller("74951234567")),
        ("A", "C", WITHHELD),
        ("A", "C", UNAVAILABLE),
        ("D", "C", Caller("74951234567")),
        ("A", "#", Caller("74951234567")),
        ("A", "#", WITHHELD),
        ("", "#", Caller("1122")),
    ],
)
def test_the_display_of_spandsp_shows_it(start: str, end: str, caller: Caller) -> None:
    sent = signs(scheme(start, end), caller)
    assert displayed(on_the_line(sent), Standard.CLIP_DTMF) == [sent.encode()]


@pytest.mark.parametrize("sign", DIGITS)
def test_tones_are_exact_and_70_ms_long_with_2_db_of_twist(sign: str) -> None:
    sound = unpacked(tones(sign))
    assert len(sound) == 560
    low, high = (tone(sound[EDGE_SAMPLES:-EDGE_SAMPLES], near) for near in PAIRS[sign])
    assert (low[0], high[0]) == pytest.approx(PAIRS[sign], rel=0.001)
    assert (low[1], high[1]) == pytest.approx((-13.5, -11.5), abs=0.1)
    rises_and_falls_gently(sound, EDGE_SAMPLES)


def test_pauses_are_70_ms_and_silent() -> None:
    sound = unpacked(tones("A12C"))
    assert len(sound) == 7 * 560
    for pause in (1, 3, 5):
        assert not sound[pause * 560 : (pause + 1) * 560].any()


def test_the_weaker_bias_resistor_carries_the_tones_on_hook() -> None:
    highest = max(np.abs(unpacked(tones(sign))).max() for sign in DIGITS)
    assert 20 * np.log10(highest / 32768) + 3.14 < -6
