"""The telephone of ``slic_calls``: inside the adapter, on pins and a sound card of its kernel.

``python -m tests.appliance.telephone RM FR SHK PD``: makes the chip, says ``ready``, and answers
requests on its standard input (JSON-RPC, one a line) until that ends.
"""

from __future__ import annotations

import json
import subprocess
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

CRYSTAL = (
    "aplay", "-q", "-D", "hw:Dummy", "-t", "raw", "-f", "S16_LE", "-c", "2", "-r", "48000",
    "--period-size=480", "--buffer-size=14400", "/dev/zero",
)  # fmt: skip
"""What plays on the dummy card makes the loopback's clock go: exactly 10 ms a period, as a real
card's.  Its own clock would go in the kernel's steps of 4 ms, and wake a reader up to 16 ms late.
"""


def main(arguments: list[str]) -> None:
    wiring = Wiring(*map(int, arguments))
    card = loopback_cards()[0]
    with GpioSim() as header, LiveClock() as clock, subprocess.Popen(CRYSTAL) as crystal:
        telephone = Telephone(Slic(header, wiring, clock), clock)
        commands = Commands(telephone)
        try:
            with AlsaEnd(card.telephone, telephone.exchange):
                print("ready", flush=True)
                for line in sys.stdin.buffer:
                    print(json.dumps(answer_to(line, commands)), flush=True)
        finally:
            crystal.kill()


if __name__ == "__main__":
    main(sys.argv[1:])
