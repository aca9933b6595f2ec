"""The telephone of ``slic_calls``: inside the adapter, on pins and a sound card of its kernel.

``python -m tests.appliance.telephone RM FR SHK PD``: makes the chip, says ``ready``, and answers
requests on its standard input (JSON-RPC, one a line) until that ends.
"""

from __future__ import annotations

import json
import sys

from tests.simulators.telephone.aloop import loopback_cards
from tests.simulators.telephone.alsa_end import AlsaEnd
from tests.simulators.telephone.clock import LiveClock
from tests.simulators.telephone.commands import Commands
from tests.simulators.telephone.gpio_sim import GpioSim
from tests.simulators.telephone.pins import Wiring
from tests.simulators.telephone.server import answer_to
from tests.simulators.telephone.slic import Slic
from tests.simulators.telephone.telephone import Telephone


def main(arguments: list[str]) -> None:
    wiring = Wiring(*map(int, arguments))
    card = loopback_cards()[0]
    with GpioSim() as header, LiveClock() as clock:
        telephone = Telephone(Slic(header, wiring, clock), clock)
        commands = Commands(telephone)
        with AlsaEnd(card.telephone, telephone.exchange) as end:
            commands.table["xruns"] = lambda _: end.xruns
            print("ready", flush=True)
            for line in sys.stdin.buffer:
                print(json.dumps(answer_to(line, commands)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
