"""FSK in every form, read by minimodem and by spandsp in noise 20 dB below it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hardware.caller_id import minimodem
from tests.hardware.caller_id.forms import FORMS, Form, recording
from tests.hardware.caller_id.spandsp_display import displayed
from tests.media.signals import a_law, noise, pcm

COUNT = 100

forms = pytest.mark.parametrize("form", FORMS, ids=str)


@forms
def test_both_decoders_read_a_hundred_of_a_hundred(form: Form, tmp_path: Path) -> None:
    sent, signal = recording(form, COUNT, seed=7)
    samples = pcm(signal)
    assert minimodem.messages(minimodem.decode(samples, *form.tones, tmp_path)) == sent
    assert displayed(samples, form.standard) == [message[:-1] for message in sent]


@forms
def test_both_decoders_read_it_through_a_law(form: Form, tmp_path: Path) -> None:
    sent, signal = recording(form, 10, seed=8)
    samples = pcm(a_law(signal))
    assert minimodem.messages(minimodem.decode(samples, *form.tones, tmp_path)) == sent
    assert displayed(samples, form.standard) == [message[:-1] for message in sent]


def test_the_decoders_can_fail(tmp_path: Path) -> None:
    sent, signal = recording(FORMS[0], 10, seed=9)
    drowned = pcm(signal + noise(-8.0, len(signal), 9))
    assert minimodem.messages(minimodem.decode(drowned, 1200, 2200, tmp_path)) != sent
    assert displayed(drowned, FORMS[0].standard) != [message[:-1] for message in sent]
