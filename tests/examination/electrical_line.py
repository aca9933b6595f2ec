"""The SLIC driver with an electrical telephone in the gateway's own process.

The line driver ``slic-with-telephone``, which ``installed_driver`` lets a gateway find.  In
``[line.options]`` the table ``telephone`` is for the telephone, all else for the SLIC driver:
``socket`` is the path of the telephone's control socket, ``return_loss`` of its hybrid in dB,
``room_noise`` in dBm0; its contacts are clean.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from gateway.signalling import LineSignalling
from hardware.slic.line import SlicLine
from tests.hardware.slic.house import WatchfulGuard
from tests.simulators.telephone.clock import LiveClock
from tests.simulators.telephone.contacts import CLEAN
from tests.simulators.telephone.fake_card import FakeSoundCard
from tests.simulators.telephone.fake_chip import FakeChip
from tests.simulators.telephone.fake_lgpio import installed
from tests.simulators.telephone.hybrid import TBR21, Hybrid
from tests.simulators.telephone.pins import Wiring
from tests.simulators.telephone.rotary import Dial
from tests.simulators.telephone.server import TelephoneServer
from tests.simulators.telephone.slic import Slic
from tests.simulators.telephone.telephone import Telephone, TelephoneSettings

DRIVER = "slic-with-telephone"
_ENTRY_POINT = f"[gateway.line_drivers]\n{DRIVER} = {__name__}:LineWithTelephone\n"
_METADATA = "Metadata-Version: 2.1\nName: slic-with-telephone\nVersion: 0\n"


class LineWithTelephone(SlicLine):
    """One for a process.  The telephone is there from the beginning until ``close``."""

    def __init__(self, name: str, options: Mapping[str, Any], signalling: LineSignalling) -> None:
        own = dict(options)
        table = own.pop("telephone")
        with ExitStack() as stack:
            chip = FakeChip()
            stack.enter_context(installed(chip))
            clock = stack.enter_context(LiveClock())
            settings = TelephoneSettings(
                dial=Dial(contacts=CLEAN),
                cradle=CLEAN,
                hybrid=Hybrid("scaled", TBR21.load, return_loss=table["return_loss"]),
                room_noise=table["room_noise"],
            )
            slic = Slic(chip, Wiring(rm=16, fr=12, shk=24, pd=25), clock)
            telephone = Telephone(slic, clock, settings)
            card = stack.enter_context(FakeSoundCard(telephone.exchange))
            stack.enter_context(TelephoneServer(telephone, Path(table["socket"])))
            super().__init__(name, own, signalling, open_card=card.open, start_guard=WatchfulGuard)
            self._telephone = stack.pop_all()

    def close(self) -> None:
        super().close()
        self._telephone.close()


def installed_driver(folder: Path) -> None:
    """Let Python find the driver when ``folder`` is in its path."""
    package = folder / "slic_with_telephone-0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text(_METADATA, encoding="utf-8")
    (package / "entry_points.txt").write_text(_ENTRY_POINT, encoding="utf-8")
