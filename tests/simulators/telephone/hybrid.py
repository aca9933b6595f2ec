"""What comes back of the sound that is sent to the line: impulse responses from impedances.

The module has a two-wire impedance of 600 ohm and balances against 600 ohm (Ag1171 data sheet).
With 0 dB both ways, the part that returns is then the reflection at the telephone,
(Z - 600) / (Z + 600), and all of it when nothing is connected.  To this comes the hybrid's own
fault: the worst that the data sheet allows, 12 dB below 500 Hz, 21 dB to 2500 Hz and 16 dB above.
The capacitors before and behind the module and the codec's filters limit the band, and the codec
delays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from tests.simulators.telephone.sound import RATE, Signal

Spectrum = npt.NDArray[np.complex128]
Impedance = Callable[[Signal], Spectrum]
"""Ohms at frequencies (Hz)."""

TAPS = 256
"""32 ms."""
_POINTS = 4096
_MODULE_OHMS = 600.0
_COUPLING_HERTZ = 150.0
"""100 nF into a sound card's 10 kilohm, and 10 nF into the module's 60 kilohm are of this order."""
_DELAY = 10
"""Samples of delay in the codec's filters, both ways together."""


def resistor(ohms: float) -> Impedance:
    return lambda hertz: np.full(len(hertz), ohms, dtype=np.complex128)


def telephone_set(series: float, shunt: float, farads: float) -> Impedance:
    """The usual three-element set: a resistor, and another one with a capacitor across it."""

    def impedance(hertz: Signal) -> Spectrum:
        ohms = series + 1 / (1 / shunt + 2j * np.pi * hertz * farads)
        return ohms.astype(np.complex128)

    return impedance


def behind_cable(load: Impedance, kilometres: float) -> Impedance:
    """``load`` at the end of a 0.4 mm pair: 280 ohm, 45 nF and 0.7 mH a kilometre."""

    def impedance(hertz: Signal) -> Spectrum:
        omega = 2 * np.pi * hertz
        series = 280.0 + 1j * omega * 0.7e-3
        shunt = 1j * omega * 45e-9
        characteristic = np.sqrt(series / shunt)
        bend = np.tanh(np.sqrt(series * shunt) * kilometres)
        ends = load(hertz)
        seen: Spectrum = (
            characteristic * (ends + characteristic * bend) / (characteristic + ends * bend)
        )
        return seen

    return impedance


@dataclass(frozen=True, slots=True)
class Hybrid:
    """``load`` is what the module sees; ``None`` is an open line.

    With ``return_loss`` (dB, mean of the power in 300-3400 Hz) the response is scaled to it, for
    a test that needs a certain one; otherwise it is what the impedances give.
    """

    name: str
    load: Impedance | None
    return_loss: float | None = None

    def response(self) -> Signal:
        """Impulse response, ``TAPS`` samples."""
        return _response(self.load, self.return_loss)

    @property
    def loss(self) -> float:
        """Echo return loss, dB: mean of the power in 300-3400 Hz."""
        return loss_of(self.response())


def loss_of(taps: Signal) -> float:
    spectrum = np.fft.rfft(taps, _POINTS)
    hertz = np.fft.rfftfreq(_POINTS, 1 / RATE)
    band = (hertz >= 300) & (hertz <= 3400)
    return float(-10 * np.log10(np.mean(np.abs(spectrum[band]) ** 2)))


MATCHED = Hybrid("a telephone of 600 ohm", resistor(600.0))
TBR21 = Hybrid("270 ohm + 750 ohm || 150 nF (ETSI)", telephone_set(270.0, 750.0, 150e-9))
GERMAN = Hybrid("220 ohm + 820 ohm || 115 nF (DE)", telephone_set(220.0, 820.0, 115e-9))
BRITISH = Hybrid("370 ohm + 620 ohm || 310 nF (UK)", telephone_set(370.0, 620.0, 310e-9))
LONG_LOOP = Hybrid(
    "270 ohm + 750 ohm || 150 nF behind 2 km", behind_cable(telephone_set(270.0, 750.0, 150e-9), 2)
)
TWO_IN_PARALLEL = Hybrid("two telephones of 600 ohm lifted", resistor(300.0))
OPEN = Hybrid("open line", None)

HYBRIDS = (MATCHED, TBR21, GERMAN, BRITISH, LONG_LOOP, TWO_IN_PARALLEL, OPEN)


@cache
def _response(load: Impedance | None, return_loss: float | None) -> Signal:
    hertz: Signal = np.fft.rfftfreq(_POINTS, 1 / RATE).astype(np.float64)
    hertz[0] = 1.0  # the coupling lets no direct current through, and the cable has a pole there
    returned = np.ones(len(hertz), dtype=np.complex128)
    if load is not None:
        ohms = load(hertz)
        returned = (ohms - _MODULE_OHMS) / (ohms + _MODULE_OHMS)
    returned = (returned + _own_fault(hertz)) * _band(hertz)
    taps: Signal = np.fft.irfft(returned, _POINTS)[:TAPS]
    taps[-32:] *= np.linspace(1.0, 0.0, 32)
    if return_loss is not None:
        taps *= 10 ** ((loss_of(taps) - return_loss) / 20)
    taps.setflags(write=False)
    return taps


def _band(hertz: Signal) -> Spectrum:
    couplings = (1j * hertz / (_COUPLING_HERTZ + 1j * hertz)) ** 2
    edge = np.clip((hertz - 3400) / 550, 0.0, 1.0)
    filters = 0.5 * (1 + np.cos(np.pi * edge)) * np.exp(-2j * np.pi * hertz * _DELAY / RATE)
    passed: Spectrum = couplings * filters
    return passed


def _own_fault(hertz: Signal) -> Spectrum:
    """Minimum-phase response with the magnitude of the data sheet's trans-hybrid loss."""
    loss = np.interp(hertz, [0, 450, 600, 2400, 2700, 4000], [12.0, 12.0, 21.0, 21.0, 16.0, 16.0])
    cepstrum = np.fft.irfft(np.log(10 ** (-loss / 20)), _POINTS)
    fold = np.zeros(_POINTS)
    fold[0] = fold[_POINTS // 2] = 1.0
    fold[1 : _POINTS // 2] = 2.0
    fault: Spectrum = np.exp(np.fft.rfft(cepstrum * fold))
    return fault
