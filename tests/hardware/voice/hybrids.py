"""Echo paths of a 600 Ohm line interface: from the samples played to those captured.

Each is derived from its circuit.  The interface feeds the line through 600 Ohm and subtracts what
600 Ohm would have returned, so what comes back is ``(Z - 600) / (Z + 600)`` of what was played,
where ``Z`` is the impedance that it sees.  The coupling capacitors of the Ag1171 (10 nF into
60 kOhm, 100 nF into 10 kOhm) and two band limits of a codec lie in the path too.  The bilinear
transform makes the circuit a filter at 8 kHz.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tests.media.signals import RATE, Signal

Spectrum = NDArray[np.complex128]
Impedance = Callable[[Spectrum], Spectrum]
"""Impedance in Ohm at the complex frequencies ``s``, in radians a second."""

POINTS = 8192
"""Of the transform; the longest response here has died away by -100 dB after a quarter of it."""
SOURCE = 600.0


def series_parallel(series: float, parallel: float, farads: float) -> Impedance:
    """A telephone's impedance: a resistor, and one more that a capacitor bridges."""
    return lambda s: series + parallel / (1 + s * parallel * farads)


def resistor_capacitor(ohms: float, farads: float) -> Impedance:
    """A resistor and a capacitor in series, such as a telephone of the North American kind."""
    return lambda s: ohms + 1 / (s * farads)


def through_cable(
    load: Impedance, kilometres: float, ohms: float = 280.0, farads: float = 45e-9
) -> Impedance:
    """``load`` at the end of a pair of 0.4 mm copper; ``ohms`` and ``farads`` a kilometre."""

    def seen(s: Spectrum) -> Spectrum:
        characteristic = np.sqrt(ohms / (s * farads))
        turn = np.tanh(np.sqrt(ohms * s * farads) * kilometres)
        far = load(s)
        impedance: Spectrum = characteristic * (far + characteristic * turn)
        impedance /= characteristic + far * turn
        return impedance

    return seen


def loaded(load: Impedance, sections: int, henries: float = 0.088) -> Impedance:
    """``load`` behind ``sections`` of 1.83 km of 0.6 mm pair, a loading coil between each two.

    Such a line reflects at every coil, which makes the longest of the hybrid responses.
    """

    def seen(s: Spectrum) -> Spectrum:
        far = through_cable(load, 0.915, 122.0, 38e-9)(s)
        for _ in range(sections):
            behind = far

            def coil(s: Spectrum, behind: Spectrum = behind) -> Spectrum:
                return s * henries + 4.0 + behind

            far = through_cable(coil, 1.83, 122.0, 38e-9)(s)
        return far

    return seen


PHONE = series_parallel(220.0, 820.0, 115e-9)
"""The harmonised European impedance."""

LOADS: Mapping[str, Impedance] = MappingProxyType(
    {
        "220+820||115nF": PHONE,
        "270+750||150nF": series_parallel(270.0, 750.0, 150e-9),
        "370+620||310nF": series_parallel(370.0, 620.0, 310e-9),
        "900+2.16uF": resistor_capacitor(900.0, 2.16e-6),
        "2 km + phone": through_cable(PHONE, 2.0),
        "loaded 5 km + phone": loaded(PHONE, 2),
    }
)


def _high_pass(s: Spectrum, farads: float, ohms: float) -> Spectrum:
    return s * farads * ohms / (1 + s * farads * ohms)


def _low_pass(s: Spectrum, hertz: float, order: int) -> Spectrum:
    """Butterworth's."""
    corner = 2 * RATE * np.tan(np.pi * hertz / RATE)
    poles = np.exp(1j * np.pi * (2 * np.arange(order) + order + 1) / (2 * order))
    response = np.ones_like(s)
    for pole in poles:
        response /= s / corner - pole
    return response


@dataclass(frozen=True, slots=True)
class EchoPath:
    """What the hybrid makes of a played impulse, ``bulk`` samples later."""

    load: str
    loss: float
    """Echo return loss, dB: of white noise from 0 to 4 kHz."""
    bulk: int = 0
    """Samples of delay in buffers and line."""

    @property
    def response(self) -> Signal:
        """Impulse response without the bulk delay, 48 ms."""
        turn = np.pi * np.arange(POINTS // 2 + 1) / POINTS * 2
        turn[0], turn[-1] = 1e-6, np.pi - 1e-6
        s = 2j * RATE * np.tan(turn / 2)
        z = LOADS[self.load](s)
        response = (z - SOURCE) / (z + SOURCE)
        response *= _high_pass(s, 10e-9, 60e3) * _high_pass(s, 100e-9, 10e3)
        response *= _low_pass(s, 3400.0, 5) ** 2
        taps: Signal = np.fft.irfft(response, POINTS)[:384]
        taps *= 10 ** (-self.loss / 20) / np.sqrt(np.sum(taps**2))
        return taps

    def echo(self, played: Signal) -> Signal:
        """The echo of ``played``, of the same length."""
        late = np.concatenate([np.zeros(self.bulk), played])[: len(played)]
        return convolved(late, self.response)


def convolved(signal: Signal, response: Signal) -> Signal:
    """``signal`` through ``response``, cut to the length of the signal."""
    size = 1 << (len(signal) + len(response)).bit_length()
    spectrum = np.fft.rfft(signal, size) * np.fft.rfft(response, size)
    return np.fft.irfft(spectrum, size)[: len(signal)]
