"""Updates an emulated adapter for real: one that works, three that are refused, two that fail.

The first comes from an address, the others by hand and from a USB stick.

``python -m tests.appliance.updates FOLDER KEY SIGNING``: the folder of ``image-build/build``, the
SSH key whose public half was built in, and the folder of ``image-build/bundle --make-key`` whose
certificate was.  ``image-build/test-updates`` makes the network around it.
"""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.appliance.__main__ import ADDRESS, BOOT, NUMBER, PASSWORD, set_up
from tests.appliance.machine import BuiltImage, Machine, MachineError
from tests.simulators.multifon.network_process import multifon_network

ROOT = Path(__file__).parents[2]
GIVEN = "/data/kept/var/lib/multifon-gateway-web/update/update.raucb"
UPDATE = 1200.0
"""Seconds that an update with its trial may take in an emulated machine on a busy computer."""


def main(arguments: list[str]) -> int:
    image, key, signing = BuiltImage(Path(arguments[0])), Path(arguments[1]), Path(arguments[2])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "shop").mkdir()
        # Newer than whatever was built.
        good = bundle(image.folder, signing, folder / "shop" / "99.raucb")
        with (
            multifon_network(folder, {NUMBER: PASSWORD}, address=ADDRESS) as network,
            Machine(image, folder / "disk", key) as machine,
        ):
            machine.until("systemctl is-active multi-user.target", BOOT)
            assert slot(machine) == "a"
            set_up(machine, network)
            refusals(machine, signing, folder, good)
            with served(folder / "shop") as address:
                look_there(machine, address)
                wait(machine, "done")
            assert slot(machine) == "b"
            print("ok: an update is found, fetched, tried, registered, and stays", flush=True)
            machine.cut_power()
            machine.start()
            machine.until("systemctl is-active multi-user.target", BOOT)
            assert slot(machine) == "b"
            print("ok: it is the usual system from now on", flush=True)
            give(machine, bundle(image.folder, signing, folder / "mute.raucb", broken=True))
            wait(machine, "returned")
            settled(machine, "b")
            print("ok: a system that does not start is left by itself", flush=True)
            machine.run("rm /data/update/progress.json; sync")
            machine.cut_power()
            machine.stick = stick(folder / "stick", good)
            machine.start()
            wait(machine, "restarting")
            network.control.request("set", reachable=False)
            wait(machine, "returned")
            settled(machine, "b")
            print(
                "ok: one from a stick that is not registered as before is left by itself",
                flush=True,
            )
            machine.run("systemctl start gateway-update-stick@sda.service", wait=UPDATE)
            assert wait(machine, "returned")
            assert slot(machine) == "b"
            print("ok: and it is not tried again, although the stick is still there", flush=True)
    return 0


def bundle(image: Path, signing: Path, file: Path, *, broken: bool = False) -> Path:
    """A signed update of the image; ``broken``: its kernel is none."""
    with tempfile.TemporaryDirectory() as name:
        source = Path(name)
        for part in ("root.squashfs", "kernel", "initrd", "architecture", "version"):
            (source / part).symlink_to(image / part)
        if broken:
            (source / "kernel").unlink()
            (source / "kernel").write_bytes(bytes(1 << 20))
        subprocess.run(
            [
                ROOT / "image-build/bundle", "--key", signing / "key.pem",
                "--certificate", signing / "certificate.pem", "--version", file.stem, source, file,
            ],
            check=True,
        )  # fmt: skip
    return file


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder's address, as the adapter reaches it."""
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(folder))
    server = ThreadingHTTPServer((ADDRESS, 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://{ADDRESS}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def look_there(machine: Machine, address: str) -> None:
    """As the timer does it at night."""
    page = "/var/lib/multifon-gateway-web"
    machine.run(
        f"rm -f /data/update/progress.json; cat >{page}/update.json; "
        f"chown multifon-gateway-web: {page}/update.json",
        given=json.dumps({"address": address, "nightly": True}),
    )
    machine.run("systemctl start gateway-update-fetch.service", wait=UPDATE)


def stick(image: Path, update: Path) -> Path:
    """A USB stick with this update on it."""
    with image.open("wb") as file:
        file.truncate(update.stat().st_size + (64 << 20))
    subprocess.run(["mkfs.vfat", image], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["mcopy", "-i", image, update, "::"], check=True)
    return image


def refusals(machine: Machine, signing: Path, folder: Path, good: Path) -> None:
    """What is not to be taken is not, and the page could say why."""
    stranger = folder / "stranger"
    subprocess.run([ROOT / "image-build/bundle", "--make-key", stranger], check=True)
    small = folder / "small"
    small.mkdir()
    for part in ("kernel", "initrd", "root.squashfs"):
        (small / part).write_bytes(bytes(1 << 16))
    (small / "architecture").write_text("sparc")
    (small / "version").write_text("1")
    cut = folder / "cut.raucb"
    shutil.copyfile(good, cut)
    with cut.open("r+b") as opened:
        opened.truncate(good.stat().st_size // 3)
    for file, word in (
        (bundle(small, stranger, folder / "strange.raucb"), "not signed"),
        (bundle(small, signing, folder / "other.raucb"), "another kind"),
        (cut, "damaged"),
    ):
        give(machine, file)
        told = wait(machine, "refused")
        assert word in told["text"], told
        print(f"ok: refused, as the page says: {told['text']}", flush=True)


def give(machine: Machine, file: Path) -> None:
    machine.run(
        f"install -d -m 700 -o multifon-gateway-web -g multifon-gateway-web {Path(GIVEN).parent}; "
        "rm -f /data/update/progress.json"
    )
    machine.put(file, GIVEN)


def wait(machine: Machine, phase: str) -> Any:
    """Until the update has come so far."""
    deadline = time.monotonic() + UPDATE
    while time.monotonic() < deadline:
        try:
            told = json.loads(machine.run("cat /data/update/progress.json", wait=60.0))
        except (MachineError, ValueError, subprocess.TimeoutExpired):
            told = {"phase": ""}
        if told["phase"] == phase:
            return told
        time.sleep(1.0)
    raise MachineError(f"not {phase} but {told}\n{machine.console()}")


def slot(machine: Machine) -> str:
    """Which of the two systems runs."""
    return machine.run("sed -n 's/.*rauc.slot=\\([ab]\\).*/\\1/p' /proc/cmdline").strip()


def settled(machine: Machine, expected: str) -> None:
    """Until this system runs: what was tried tells that it is left before it restarts."""
    machine.until(f"grep -q rauc.slot={expected} /proc/cmdline", BOOT)
    machine.until("systemctl is-active multi-user.target", BOOT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
