"""Command line of the demonstration: ``serve`` runs it, ``call`` makes two telephone calls."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from pathlib import Path

from tests.demo.house import House
from tests.demo.transcript import Transcript
from tests.gateway_process import PASSWORD
from tests.page_process import PageProcess

HINTS = """
The gateway runs, and its telephone is registered at a local MultiFon.  Nothing leaves this machine.

The set-up page:  {page}

In another terminal, in this folder:

  export GATEWAY_SOCKET={socket}
  .venv/bin/gateway status                     how it is
  .venv/bin/gateway handset lift               lift the receiver
  .venv/bin/gateway handset hear dial          wait for the dial tone
  .venv/bin/gateway handset dial 89990000001   call the echo
  .venv/bin/gateway handset say FILE.wav       speak
  .venv/bin/gateway handset hang-up
  .venv/bin/gateway calls                      what was called, and how it ended

Other numbers: 89990000002 recorded speech, ...03 busy, ...04 no answer, ...05 unreachable,
...06 hangs up, ...07 a menu that wants digits, ...08 early announcement.
The telephone's own number is {number}.

The account ({number}, password {password}) has an account service too:

  .venv/bin/gateway account routing            where calls to the number ring
  .venv/bin/gateway account routing both --keep
  .venv/bin/gateway account balance
  .venv/bin/gateway account change-password

It falls back to "the mobile telephone only" when the balance nears zero; the dial tone stutters:

  .venv/bin/python -m tests.simulators.multifon set --control {network} balance=0.5
  .venv/bin/gateway account routing

Let the network call the telephone:

  .venv/bin/python -m tests.simulators.multifon call --control {network} --caller 74951234567
  .venv/bin/gateway handset ringing --wait

End with Ctrl-C.
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="run the gateway and a local MultiFon until Ctrl-C")
    call = commands.add_parser("call", help="one call out, one call in, with a transcript")
    call.add_argument(
        "--keep", type=Path, metavar="DIR", help="folder for the recordings (default: .run/demo)"
    )
    options = parser.parse_args()
    if options.command == "serve":
        return asyncio.run(serve())
    keep = options.keep or Path(".run/demo")
    keep.mkdir(parents=True, exist_ok=True)
    return asyncio.run(demonstrate(keep))


async def serve() -> int:
    """Run both until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with tempfile.TemporaryDirectory(prefix="gateway-") as folder:
        print("Starting the local MultiFon and the gateway ...", flush=True)
        house = House(Path(folder), provider="poll_interval = 60")
        async with house, PageProcess(Path(folder) / "page", house.gateway.socket.parent) as page:
            print(
                HINTS.format(
                    page=page.url,
                    socket=house.gateway.socket,
                    network=house.network.control_path,
                    number=house.number,
                    password=PASSWORD,
                ),
                flush=True,
            )
            ended = asyncio.create_task(house.gateway.wait())
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                print(f"The gateway ended by itself:\n{house.gateway.tail()}", file=sys.stderr)
                return 1
            ended.cancel()
            stopped.cancel()
    print("Stopped.")
    return 0


async def demonstrate(keep: Path) -> int:
    """Make the two calls, with recordings in ``keep``; 0 if everything was as it should be."""
    transcript = Transcript()
    with tempfile.TemporaryDirectory(prefix="gateway-") as folder:
        # The menu answers after a fifth of a ringback; here that is long enough to be recognised.
        async with House(Path(folder), {"ring_cycle": 15.0}) as house:
            await transcript.outgoing(house, keep)
            await transcript.incoming(house, keep)
    return transcript.finish(keep)


if __name__ == "__main__":
    sys.exit(main())
