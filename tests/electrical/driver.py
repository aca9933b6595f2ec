"""The SLIC driver in the gateway's own process, with a simulated telephone at its electrical side.

The line driver ``slic-with-telephone``: ``SlicLine`` with nothing changed, on a fake chip under the
real RPi.GPIO and on a fake sound card.  All lines of a process share the chip, each on the pins of
its board file.  ``house.py`` makes the gateway find it.  The table
``[line.options.telephone]`` is for the telephone, all else for the SLIC driver:

=============  =====================================================================================
socket         path of the telephone's control socket
aon            true: a Russian telephone with AON
call_waiting   true: a display that shows who waits
ppm            how much faster than the computer's clock the sound card runs; 0
patience       seconds for which the card waits for a computer that is late; 0.5
=============  =====================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from gateway.signalling import LineSignalling
from hardware.slic import SlicLine
from hardware.slic.board import load_board
from tests.hardware.slic.house import WatchfulGuard
from tests.simulators.telephone.aon import AonSettings
from tests.simulators.telephone.call_waiting_set import CallWaitingSettings
from tests.simulators.telephone.clock import LiveClock
from tests.simulators.telephone.decoders import V23
from tests.simulators.telephone.fake_card import FakeSoundCard
from tests.simulators.telephone.fake_chip import FakeChip
from tests.simulators.telephone.fake_lgpio import installed
from tests.simulators.telephone.pins import Wiring
from tests.simulators.telephone.server import TelephoneServer
from tests.simulators.telephone.slic import Slic
from tests.simulators.telephone.telephone import Telephone, TelephoneSettings

DEFAULT_BOARD = "pi-ag1171"


class Header:
    """The one chip of this process: there as long as a telephone hangs on it."""

    def __init__(self) -> None:
        self._chip = FakeChip()
        self._used = 0
        self._installed = ExitStack()

    @contextmanager
    def used(self) -> Iterator[FakeChip]:
        if not self._used:
            self._chip = FakeChip()
            self._installed.enter_context(installed(self._chip))
        self._used += 1
        try:
            yield self._chip
        finally:
            self._used -= 1
            if not self._used:
                self._installed.close()


HEADER = Header()


class LineWithTelephone(SlicLine):
    """The telephone is there from the beginning until ``close``."""

    def __init__(self, name: str, options: Mapping[str, Any], signalling: LineSignalling) -> None:
        own = dict(options)
        table = own.pop("telephone")
        with ExitStack() as stack:
            chip = stack.enter_context(HEADER.used())
            board = load_board(own.get("board", DEFAULT_BOARD))
            wiring = Wiring(board.rm_pin, board.fr_pin, board.shk_pin, board.pd_pin)
            clock = stack.enter_context(LiveClock())
            chip.settled_by(wiring.shk, clock.settle)
            settings = TelephoneSettings(
                aon=AonSettings() if table.get("aon") else None,
                call_waiting=CallWaitingSettings(modem=V23) if table.get("call_waiting") else None,
            )
            telephone = Telephone(Slic(chip, wiring, clock), clock, settings)
            card = stack.enter_context(
                FakeSoundCard(
                    telephone.exchange,
                    ppm=float(table.get("ppm", 0.0)),
                    patience=float(table.get("patience", 0.5)),
                )
            )
            stack.enter_context(TelephoneServer(telephone, Path(table["socket"]), card, chip))
            super().__init__(name, own, signalling, open_card=card.open, start_guard=WatchfulGuard)
            self._telephone = stack.pop_all()

    def close(self) -> None:
        super().close()
        self._telephone.close()
