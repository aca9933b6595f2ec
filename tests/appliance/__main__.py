"""Boots an image, carries calls on it, and prints what was measured.

``python -m tests.appliance FOLDER KEY``: the folder of ``image-build/build``, and the SSH key whose
public half was built in.  ``image-build/test`` makes the network around it, and the modules.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.interfaces.settings import InterfaceSettings, Mqtt, Store
from gateway.records.batch import FLUSH_AFTER
from gateway.settings.secret import Secret
from tests.appliance.machine import BOARDS, USUAL, BuiltImage, Machine
from tests.appliance.slic_calls import slic_calls
from tests.interfaces.mosquitto import PASSWORD as BROKER_PASSWORD
from tests.interfaces.mosquitto import USER as BROKER_USER
from tests.interfaces.mosquitto import listening, mosquitto
from tests.simulators.multifon.network_process import RunningNetwork, multifon_network

ADDRESS = "10.77.0.1"
"""Of the local exchange; ``image-build/test`` gives it to this side."""
NUMBER, PASSWORD = "79261234567", "a-password"
SPEAKER = "79990000002"
CALLER = "74951234567"
SYNC = 5.0
"""Seconds that an emulated disk may take to sync."""
BOOT = 600.0
"""Seconds that an emulated machine on a busy computer may take."""

Rows = list[tuple[str, str]]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.appliance")
    parser.add_argument("folder", type=Path)
    parser.add_argument("key", type=Path)
    parser.add_argument("--board", choices=BOARDS, help="the usual one for the image unless given")
    parser.add_argument("--modules", type=Path, help="a folder of tests/kernel_rig/kernel")
    parser.add_argument("--quick", action="store_true", help="one start, and the calls")
    options = parser.parse_args(arguments)
    image = BuiltImage(options.folder)
    board = options.board or USUAL[image.architecture]
    rows: Rows = sizes(image)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if not BOARDS[board].network:
            return watched(Machine(image, folder / "disk", options.key, board=board))
        bare = None if options.quick else bare_system(image, folder, options.key, board)
        with (
            multifon_network(folder, {NUMBER: PASSWORD}, address=ADDRESS) as network,
            Machine(
                image, folder / "disk", options.key, board=board, computer=bool(options.modules)
            ) as machine,
        ):
            step("the units are up", machine.until, "systemctl is-active multi-user.target", BOOT)
            failed = machine.run("systemctl list-units --failed --plain --no-legend")
            assert not failed.strip(), failed
            rows += times(machine, bare)
            shape(machine)
            set_up(machine, network)
            voice_goes_first(machine)
            call_out(machine, network)
            call_in(machine, network)
            rows += memory(machine)
            if not options.quick:
                smart_home(machine, folder)
                after_power_cut(machine, network, rows)
            if options.modules is not None:
                slic_calls(machine, network, NUMBER, options.modules)
            if not options.quick:
                factory_reset(machine)
    width = max(len(row[0]) for row in rows)
    for what, figure in rows:
        print(f"| {what:{width}} | {figure:>12} |")
    return 0


def watched(machine: Machine) -> int:
    """Nobody can sign in: what it does is on its console."""
    with machine:
        for done, unit in (
            ("Started", "gateway.service"),
            ("Started", "gateway-web.service"),
            ("Reached target", "multi-user.target"),
        ):
            step(f"{unit} is up", machine.says, f"{done} \x1b[0;1;39m{unit}", BOOT)
        assert not machine.has_said("FAILED"), machine.console()
    return 0


def step(text: str, act: object, *arguments: object) -> None:
    """Do it and say so."""
    assert callable(act)
    act(*arguments)
    print(f"ok: {text}", flush=True)


def sizes(image: BuiltImage) -> Rows:
    system = (image.folder / "root.squashfs").stat().st_size
    whole = image.folder / "image"
    compressed = 0
    with subprocess.Popen(["zstd", "-q", "-3", "-c", whole], stdout=subprocess.PIPE) as packer:
        assert packer.stdout is not None
        while piece := packer.stdout.read(1 << 20):
            compressed += len(piece)
    return [
        ("image on disk, MiB", f"{whole.stat().st_size / 2**20:.0f}"),
        ("image compressed (zstd -3), MiB", f"{compressed / 2**20:.0f}"),
        ("one system, MiB", f"{system / 2**20:.0f}"),
    ]


def entered(machine: Machine, unit: str) -> float:
    """Seconds from the start of the kernel until the unit was active."""
    shown = machine.run(f"systemctl show --value -p ActiveEnterTimestampMonotonic {unit}")
    return int(shown) / 1e6


def bare_system(image: BuiltImage, folder: Path, key: Path, board: str) -> float:
    """Seconds to multi-user.target of the same system without the gateway."""
    masked = "systemd.mask=gateway.service systemd.mask=gateway-web.service"
    # Its first start is the one that makes keys and grows the partition, as the gateway's is.
    with Machine(image, folder / "bare", key, masked, board=board) as machine:
        machine.until("systemctl is-active multi-user.target", BOOT)
        seconds = entered(machine, "multi-user.target")
    print(f"ok: the bare system is up after {seconds:.1f} s", flush=True)
    return seconds


def times(machine: Machine, bare: float | None) -> Rows:
    tone = entered(machine, "gateway.service")
    rows = [("kernel start to dial tone, s", f"{tone:.1f}")]
    if bare is not None:
        rows.insert(0, ("kernel start to multi-user.target, bare, s", f"{bare:.1f}"))
        rows.append(("ratio", f"{tone / bare:.2f}"))
    rows.append(("kernel start to the page, s", f"{entered(machine, 'gateway-web.service'):.1f}"))
    return rows


def shape(machine: Machine) -> None:
    """What the disk and the name have to be like."""
    step("the root cannot be written to", machine.run, "! touch /usr/x 2>/dev/null")
    step("the data partition grew to the end", machine.run,
         'test "$(df --output=size -m /data | tail -n 1)" -gt 500')  # fmt: skip
    step(
        "it has a name of its own",
        machine.run,
        'case "$(uname -n)" in multifon-????) ;; *) false; esac',
    )
    step("nobody has a password", machine.run,
         "! cut -d: -f2 /etc/shadow | grep -v '^[!*]'")  # fmt: skip
    step("the journal is in memory", machine.run, "test ! -e /var/log/journal")


def set_up(machine: Machine, network: RunningNetwork) -> None:
    settings = f"""[[account]]
number = "{NUMBER}"
proxy = "{network.address}:{network.port}"
"""
    secrets = f'[account.main]\npassword = "{PASSWORD}"\n'
    for name, text in (("settings", settings), ("secrets", secrets)):
        machine.run(
            f"umask 077; cd /etc/multifon-gateway; cat >{name}.toml; "
            f"chown multifon-gateway: {name}.toml; sync",
            given=text,
        )
    machine.run("systemctl restart gateway.service")
    network.control.request("wait-registration", account=NUMBER, registered=True, timeout=120.0)
    print("ok: it is registered", flush=True)


def voice_goes_first(machine: Machine) -> None:
    """The unit allows real-time priority, and the voice's two threads have taken it."""
    machine.run(
        "pid=$(systemctl show --value -p MainPID gateway.service); "
        "for task in /proc/$pid/task/*; do chrt -p ${task##*/}; done | "
        "grep -c SCHED_RR | grep -qx 2"
    )
    print("ok: the threads of the voice have real-time priority", flush=True)


@contextmanager
def lifted(machine: Machine) -> Iterator[None]:
    machine.run("gateway handset lift")
    try:
        yield
    finally:
        machine.run("gateway handset hang-up")


def call_out(machine: Machine, network: RunningNetwork) -> None:
    with lifted(machine):
        step("a lifted receiver hears the dial tone", machine.run, "gateway handset hear dial")
        # In one command, since another sign-in may take longer than the far end speaks.
        step("the far end's voice is heard", machine.run,
             f"gateway handset dial {SPEAKER} && gateway handset hear voice --timeout 50"
        )  # fmt: skip
        placed = network.control.request("wait-call", number=SPEAKER, timeout=60.0)
        network.control.request("wait", call=placed["call"], state="connected", timeout=60.0)
        machine.run("gateway handset dial 159")
        network.control.request("wait", call=placed["call"], digits="159", timeout=60.0)
        print("ok: the far end hears the telephone", flush=True)
    network.control.request("wait", call=placed["call"], state="ended", timeout=60.0)
    print("ok: a call out", flush=True)


def call_in(machine: Machine, network: RunningNetwork) -> None:
    call = network.control.request("call", account=NUMBER, caller=CALLER, party="speech")["call"]
    step("the telephone rings", machine.run, "gateway handset ringing --wait --timeout 60")
    step("the caller is heard", machine.run,
         "gateway handset lift && gateway handset hear voice --timeout 50")  # fmt: skip
    network.control.request("wait", call=call, state="connected", timeout=60.0)
    machine.run("gateway handset hang-up")
    network.control.request("wait", call=call, state="ended", timeout=60.0)
    told = json.loads(machine.run("gateway --json calls"))
    assert CALLER in json.dumps(told), told
    print("ok: a call in, and both are in the call log", flush=True)


def memory(machine: Machine) -> Rows:
    lines = dict(
        line.split(":", 1) for line in machine.run("cat /proc/meminfo").splitlines() if ":" in line
    )
    kib = {name: int(value.split()[0]) for name, value in lines.items()}
    rows = [("memory in use at rest, MiB", f"{(kib['MemTotal'] - kib['MemAvailable']) / 1024:.0f}")]
    for unit in ("gateway", "gateway-web"):
        pid = machine.run(f"systemctl show --value -p MainPID {unit}.service").strip()
        pss = machine.run(f"sed -n 's/^Pss: *//p' /proc/{pid}/smaps_rollup").split()[0]
        rows.append((f"of it {unit}, MiB", f"{int(pss) / 1024:.0f}"))
    return rows


def smart_home(machine: Machine, folder: Path) -> None:
    """The page's unit lets no port be bound: a broker is reached all the same."""
    page = "/var/lib/multifon-gateway-web"
    with mosquitto(folder, ADDRESS) as broker, listening(broker) as listener:
        mqtt = Mqtt(
            on=True, host=ADDRESS, port=broker.port, user=BROKER_USER,
            password=Secret(BROKER_PASSWORD), tls=False,
        )  # fmt: skip
        Store(folder).save(InterfaceSettings(mqtt=mqtt))
        for name in ("interfaces.json", "interfaces-secrets.json"):
            machine.put(folder / name, f"{page}/{name}")
            machine.run(f"chown multifon-gateway-web: {page}/{name}; chmod 600 {page}/{name}")
        machine.run("systemctl restart gateway-web.service")
        deadline = time.monotonic() + BOOT
        while (told := listener.last(f"{mqtt.topic}/line/line1") or {}).get("state") != "idle":
            assert time.monotonic() < deadline, (told, listener.messages)
            time.sleep(0.2)
    print("ok: a smart home's broker is told of the line", flush=True)


def after_power_cut(machine: Machine, network: RunningNetwork, rows: Rows) -> None:
    """It comes back by itself, registered, with its settings and its call log."""
    # What was recorded is safe after that time, as gateway/records/store.py says.
    machine.run(f"sleep {FLUSH_AFTER + SYNC:.0f}", wait=180.0)
    machine.cut_power()
    before = network.control.request("status")
    machine.start()
    machine.until("systemctl is-active multi-user.target", BOOT)
    assert before is not None
    machine.until("gateway status --json | grep -q registered", 120.0)
    assert CALLER in machine.run("gateway --json calls")
    registered = machine.run("cut -d' ' -f1 /proc/uptime")
    rows.append(("second start, registered no later than, s", f"{float(registered):.1f}"))
    print("ok: after a power cut it comes back registered, with its call log", flush=True)


def factory_reset(machine: Machine) -> None:
    machine.run("touch /data/factory-reset; sync")
    machine.cut_power()
    machine.start()
    machine.until("systemctl is-active multi-user.target", BOOT)
    step("a factory reset clears the data partition", machine.run,
         "test ! -e /data/factory-reset -a ! -e /etc/multifon-gateway/settings.toml")  # fmt: skip
    step("and the gateway runs", machine.until, "gateway status", 60.0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
