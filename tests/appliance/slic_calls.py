"""Calls on an emulated adapter with a telephone on a SLIC board instead of the simulated line.

The adapter's kernel simulates the pins (gpio-sim) and the sound card (snd-aloop); the gateway is
the installed one, with its unit's rights, and the board file is that of the product.  On the far
side of pins and card is the electrical telephone of the tests, which runs from the computer's own
file system.  That file system's programs have to be for the adapter's processor.
"""

from __future__ import annotations

import itertools
import json
import shlex
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.appliance.machine import Machine, MachineError
from tests.simulators.multifon.control_client import ControlError
from tests.simulators.multifon.network_process import RunningNetwork

ROOT = Path(__file__).parents[2]
BOARD = "pi-ag1171"
MENU = "89990000007"
"""Asks for digits, and repeats those that it heard in the voice."""
CALLER = "74951234567"
TEXT = "Наберите цифры и решётку."
LONG = 120.0
"""Seconds that anything of a call may take in an emulated machine on a busy computer."""
TRIES = 4
HEARD = 10.0
"""Seconds after which digits that were not heard do not come any more."""
BLIND = 0.5
"""Seconds after the dial tone is heard at which a person dials."""
PINS = ("rm_pin", "fr_pin", "shk_pin", "pd_pin")
_HOST = "/run/host"
_LINE = f"""
[[line]]
name = "line1"
driver = "slic"
[line.options]
board = "{BOARD}"
sound_card = "hw:CARD=Loopback,DEV=0,SUBDEV=0"
"""


@dataclass
class FarTelephone:
    """The telephone's program in the adapter, reached by its standard input and output."""

    shell: subprocess.Popen[str]
    _numbers: Iterator[int]

    def ask(self, method: str, **parameters: Any) -> Any:
        """Do it, and wait until it is done; ``MachineError`` if the telephone cannot."""
        assert self.shell.stdin is not None
        assert self.shell.stdout is not None
        request = {"id": next(self._numbers), "method": method, "params": parameters}
        self.shell.stdin.write(json.dumps(request) + "\n")
        self.shell.stdin.flush()
        line = self.shell.stdout.readline()
        if not line:
            raise MachineError("the telephone's program has ended")
        answer = json.loads(line)
        if "error" in answer:
            raise MachineError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def hears(self, what: str) -> None:
        """Wait until a person at the telephone hears this."""
        self.until(lambda: self.ask("hearing")["hearing"] == what, f"it does not hear {what}")

    def until(self, condition: Callable[[], object], otherwise: str) -> None:
        deadline = time.monotonic() + LONG
        while not condition():
            if time.monotonic() > deadline:
                raise MachineError(f"{otherwise}: {self.ask('state')}")
            time.sleep(0.1)


def slic_calls(machine: Machine, network: RunningNetwork, account: str, modules: Path) -> None:
    """A call out and one in; ``modules`` is a folder of ``tests/kernel_rig/kernel``."""
    load(machine, modules)
    with telephone(machine) as there:
        join(machine, network, account)
        call_out(there, network)
        call_in(there, network, account)
        violations = there.ask("violations")
        assert not violations, violations
    print("ok: the board was driven as its data sheet asks", flush=True)


def load(machine: Machine, modules: Path) -> None:
    """Load what simulates the hardware; gpio-sim was built for the very kernel."""
    machine.put(modules / "modules" / "gpio_sim.ko", "/run/gpio-sim.ko")
    machine.run(
        "modprobe -a configfs 9pnet_virtio 9p; insmod /run/gpio-sim.ko; "
        "modprobe snd-dummy pcm_devs=1 pcm_substreams=1; "
        "modprobe snd-aloop pcm_substreams=1 timer_source=hw:Dummy,0,0"
    )


@contextmanager
def telephone(machine: Machine) -> Iterator[FarTelephone]:
    """Its program, from the computer's file system, in mounts that vanish with it."""
    board = tomllib.loads((ROOT / "hardware/boards" / f"{BOARD}.toml").read_text("utf-8"))
    pins = " ".join(str(board[name]) for name in PINS)
    environment = "HOME=/tmp LANG=C.UTF-8 PATH=/usr/bin:/bin PYTHONDONTWRITEBYTECODE=1"
    inside = f"cd {shlex.quote(str(ROOT))} && exec env -i {environment} "
    # It is hardware: it comes before all programs.
    inside += f"chrt --fifo 60 {shlex.quote(sys.executable)} -m tests.appliance.telephone {pins}"
    command = f"""
mkdir -p {_HOST}
mount -t 9p -o trans=virtio,version=9p2000.L,msize=1048576,cache=loose,ro host {_HOST}
for folder in proc sys dev; do mount --rbind /$folder {_HOST}/$folder; done
mountpoint -q /sys/kernel/config || mount -t configfs none {_HOST}/sys/kernel/config
mountpoint -q /sys/kernel/tracing || mount -t tracefs none {_HOST}/sys/kernel/tracing
for folder in run tmp; do mount -t tmpfs none {_HOST}/$folder; done
exec chroot {_HOST} sh -c {shlex.quote(inside)}
"""
    with machine.talk(f"unshare --mount sh -euc {shlex.quote(command)}") as shell:
        assert shell.stdout is not None
        if shell.stdout.readline() != "ready\n":
            raise MachineError("the telephone's program does not start")
        yield FarTelephone(shell, itertools.count(1))


def join(machine: Machine, network: RunningNetwork, account: str) -> None:
    """Give the gateway the board instead of the simulated line."""
    machine.run("cat >>/etc/multifon-gateway/settings.toml", given=_LINE)
    # An emulated PC has no device tree that would tell the library which Raspberry Pi it is.
    machine.run(
        "mkdir -p /run/systemd/system/gateway.service.d; "
        "cat >/run/systemd/system/gateway.service.d/board.conf; systemctl daemon-reload",
        given="[Service]\nEnvironment=RPI_LGPIO_REVISION=a02082\n",
    )
    machine.run("systemctl restart gateway.service")
    network.control.wait_registration(account, timeout=LONG)
    machine.until('gateway status --json | grep -q \'"state": *"idle"\'', LONG)
    print("ok: the gateway drives the board's pins and its sound card", flush=True)


def call_out(there: FarTelephone, network: RunningNetwork) -> None:
    """Dialled by pulses; the digits pressed in the talk prove the voice outwards."""
    there.ask("lift")
    there.hears("dial")
    time.sleep(BLIND)
    there.ask("dial-pulse", digits=MENU, pps=10)
    call = network.control.wait_call(number=f"7{MENU[1:]}", timeout=LONG)["call"]
    network.control.wait(call, "connected", LONG)
    there.hears("voice")
    press(there, network, call, "159")
    there.ask("hang-up")
    network.control.wait(call, "ended", LONG)
    print("ok: a call out by rotary dial, with voice both ways", flush=True)


def press(there: FarTelephone, network: RunningNetwork, call: str, digits: str) -> None:
    """Press keys until the far end has heard them, one after the other.

    It is the way that is judged here, not its quality: an emulated processor may tear a tone, and
    a person would press the key again.
    """
    for tried in range(1, TRIES + 1):
        there.ask("dial-tone", digits=digits)
        try:
            network.control.wait_digits(call, digits, HEARD)
        except ControlError:
            if tried == TRIES:
                raise
            print(f"    {digits} was torn and is pressed again", flush=True)
        else:
            return


def call_in(there: FarTelephone, network: RunningNetwork, account: str) -> None:
    """Rung, answered, and ended by the caller."""
    call = network.control.call(account, caller=CALLER, party="menu", text=TEXT)
    there.until(lambda: len(there.ask("ring-report")["bursts"]) >= 2, "it does not ring twice")
    there.ask("lift")
    network.control.wait(call, "connected", LONG)
    there.hears("voice")
    press(there, network, call, "7")
    network.control.hang_up(call)
    there.hears("busy")
    there.ask("hang-up")
    print("ok: a call in: the bell rang, the ring was tripped, voice both ways", flush=True)
