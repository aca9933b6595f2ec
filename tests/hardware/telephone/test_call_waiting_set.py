from __future__ import annotations

import numpy as np
import pytest

from tests.hardware.telephone.loopback import Line
from tests.hardware.telephone.senders import alert, fsk, mdmf, pcm
from tests.simulators.telephone.call_waiting_set import CallWaitingSettings
from tests.simulators.telephone.contacts import CLEAN
from tests.simulators.telephone.decoders import BELL_202, dtmf_digits
from tests.simulators.telephone.hybrid import Hybrid, resistor
from tests.simulators.telephone.sound import RATE, Signal, from_bytes, silence, sine
from tests.simulators.telephone.telephone import TelephoneSettings

ANECHOIC = Hybrid("no echo", resistor(600.0), return_loss=80.0)


def lifted(*, acknowledges: bool = True) -> Line:
    """A telephone with type II caller ID, in use."""
    line = Line(
        TelephoneSettings(
            cradle=CLEAN,
            hybrid=ANECHOIC,
            clicks=False,
            modem=BELL_202,
            call_waiting=CallWaitingSettings(modem=BELL_202, acknowledges=acknowledges),
        )
    )
    line.telephone.lift()
    return line


def sounding(signal: Signal) -> tuple[float, float]:
    """Beginning and end (s) of the only sound in a signal."""
    loud = np.flatnonzero(np.abs(signal) > 500)
    return float(loud[0]) / RATE, float(loud[-1] + 1) / RATE


@pytest.mark.parametrize("offset", [0.0, 0.0033, 0.0101, 0.0199])
def test_the_alerting_signal_is_acknowledged_with_d_in_time(offset: float) -> None:
    line = lifted()
    end_of_alert = 0.5 + offset + 0.08
    said = from_bytes(line.voice(pcm([silence(0.5 + offset), alert(0.08), silence(0.5)])))
    begin, end = sounding(said)
    assert 0.0275 <= begin - end_of_alert <= 0.0425
    assert end - begin == pytest.approx(0.06, abs=0.002)
    assert dtmf_digits(said) == "D"


def test_the_message_is_shown_and_the_microphone_is_off_until_then() -> None:
    line = lifted()
    line.telephone.say(sine(1000.0, -10.0, 5.0))
    line.voice(pcm([silence(0.3), alert(0.08)]))
    muted = from_bytes(line.voice(pcm([silence(0.2), fsk(mdmf(), seizure=0, mark=80)])))
    assert np.max(np.abs(muted[round(0.12 * RATE) :])) < 100
    said = from_bytes(line.quiet(0.3))
    assert np.max(np.abs(said[round(0.12 * RATE) :])) > 5000
    shown = line.telephone.shown
    assert shown is not None
    assert (shown.number, shown.name, shown.waiting) == ("74951234567", "IVANOV", True)


@pytest.mark.parametrize("seconds", [0.05, 0.15])
def test_a_signal_of_another_length_is_not_acknowledged(seconds: float) -> None:
    line = lifted()
    said = from_bytes(line.voice(pcm([silence(0.3), alert(seconds), silence(0.4)])))
    assert np.max(np.abs(said)) < 100


def test_speech_is_not_taken_for_an_alerting_signal() -> None:
    line = lifted()
    talker = Line(TelephoneSettings(cradle=CLEAN, hybrid=ANECHOIC))
    talker.telephone.lift()
    talker.telephone.speak("Здравствуйте, это проверка связи. Сто двадцать три, сорок пять.")
    line.voice(talker.quiet(5.0))
    assert line.telephone.call_waiting is not None
    assert line.telephone.call_waiting.alerts == []


def test_an_ordinary_telephone_does_not_acknowledge() -> None:
    line = lifted(acknowledges=False)
    said = from_bytes(line.voice(pcm([silence(0.3), alert(0.08), silence(0.4)])))
    assert np.max(np.abs(said)) < 100
    assert line.telephone.call_waiting is not None
    assert len(line.telephone.call_waiting.alerts) == 1


def test_no_message_after_the_acknowledgement_shows_nothing() -> None:
    line = lifted()
    line.voice(pcm([silence(0.3), alert(0.08), silence(2.0)]))
    assert line.telephone.call_waiting is not None
    assert line.telephone.call_waiting.shown() == [None]
    assert line.telephone.shown is None
