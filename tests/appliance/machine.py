"""An emulated machine that runs an image, reached by SSH through an emulated router."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

MEMORY = 512
"""MiB: what the smallest board has."""
CARD = 2 << 30
"""Bytes: the card is larger than the image, so that the data partition has to grow."""
SSH_PORT = 2222
"""Of this side; the machine has a network namespace of its own."""


@dataclass(frozen=True, slots=True)
class Board:
    """An emulated computer, as QEMU's words."""

    emulator: tuple[str, ...]
    start_code: tuple[str, ...]
    """``{files}`` is the folder of what ``image-build/build`` has put into the boot partition."""
    disk: str
    devices: tuple[str, ...]
    serial_ports: int = 1
    """The last one is the console's."""
    description: str = ""
    """Its device tree, where QEMU makes none."""
    words: str = ""
    """For the kernel, beside those of the image."""
    network: bool = True
    """Without one, all that can be known of it is what it says on its console."""


_MEMORY = ("-m", str(MEMORY), "-smp", "2", "-accel", "tcg,thread=multi")
_VIRTIO = ("-device", "virtio-net-pci,netdev=net", "-device", "virtio-rng-pci")
_PI_3 = "{files}/bcm2837-rpi-3-b.dtb"
BOARDS = {
    "pc": Board(
        ("qemu-system-x86_64", "-M", "q35", "-cpu", "max", *_MEMORY), (), "virtio", _VIRTIO
    ),
    # U-Boot for this machine, with the image's own script: a Raspberry Pi after its firmware.
    "virt": Board(
        ("qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a72", *_MEMORY),
        ("-bios", "/usr/lib/u-boot/qemu_arm64/u-boot.bin"),
        "virtio",
        _VIRTIO,
    ),
    # The firmware is not emulated: U-Boot is started in its place, with the same device tree.
    "raspi3b": Board(
        ("qemu-system-aarch64", "-M", "raspi3b", "-accel", "tcg,thread=multi"),
        ("-kernel", "{files}/u-boot.bin", "-dtb", _PI_3),
        "sd",
        # QEMU's model of its USB brings no network up.
        (),
        serial_ports=2,
        description=_PI_3,
        # The emulated watchdog barks at once when it is set.
        words="systemd.watchdog_sec=0 systemd.show_status=1 console=ttyS1,115200",
        network=False,
    ),
}
"""By name."""
USUAL = {"amd64": "pc", "arm64": "virt"}
"""The board for images of each architecture."""


@dataclass(frozen=True, slots=True)
class BuiltImage:
    """A folder that ``image-build/build`` has filled."""

    folder: Path

    @property
    def architecture(self) -> str:
        return (self.folder / "architecture").read_text(encoding="utf-8").strip()

    @property
    def command_line(self) -> str:
        return (self.folder / "command-line").read_text(encoding="utf-8").strip()


class MachineError(Exception):
    """The machine did not do in its time what was asked; the end of its console is in the text."""


class Machine:
    """Runs between ``with``; what it writes to its disk stays in ``disk``, not in the image."""

    def __init__(
        self,
        image: BuiltImage,
        disk: Path,
        key: Path,
        further_words: str = "",
        *,
        board: str = "",
        write_log: Path | None = None,
        computer: bool = False,
    ) -> None:
        """``write_log``: a file that takes every write to the disk (``write_log``'s format).

        ``computer``: it may read this computer's files, by 9p as ``host``.
        """
        self._image = image
        self._board = BOARDS[board or USUAL[image.architecture]]
        self._write_log = write_log
        self._computer = computer
        self._disk = disk
        self._key = key
        self._words = further_words
        self.stick: Path | None = None
        """The content of a USB stick that is plugged in when it is started."""
        self._console = disk.with_suffix(".console")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if not self._disk.exists():
            shutil.copyfile(self._image.folder / "image", self._disk)
            with self._disk.open("ab") as disk:
                disk.truncate(CARD)
            if self._board.words:
                self._add_words(self._board.words)
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.cut_power()

    def start(self) -> None:
        """Switch on.  The card's own start code chooses the system.

        With further words for the kernel it is the first one, started without the start code.
        """
        self._console.touch()
        self._process = subprocess.Popen(
            [
                *self._board.emulator, "-nodefaults", "-no-user-config", "-display", "none",
                *("-serial", "null") * (self._board.serial_ports - 1),
                "-serial", f"file:{self._console}",
                *self._start(), *self._drive(),
                *self._network(), *self._board.devices, *self._stick(), *self._files(),
            ],
            stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def _drive(self) -> list[str]:
        if self._write_log is None:
            interface = self._board.disk
            return ["-drive", f"file={self._disk},format=raw,if={interface},cache=writethrough"]
        self._write_log.touch()
        # Here the disk has a cache that it empties when it is told to, as cards have.
        return [
            "-blockdev", f"driver=file,node-name=disk,filename={self._disk}",
            "-blockdev", f"driver=file,node-name=log,filename={self._write_log}",
            "-blockdev", "driver=blklogwrites,node-name=logged,file=disk,log=log",
            "-device", "virtio-blk-pci,drive=logged",
        ]  # fmt: skip

    def _network(self) -> list[str]:
        if not self._board.network:
            return []
        return ["-netdev", f"user,id=net,hostfwd=tcp:127.0.0.1:{SSH_PORT}-:22"]

    def _stick(self) -> list[str]:
        if self.stick is None:
            return []
        return [
            "-device", "qemu-xhci", "-drive", f"file={self.stick},format=raw,if=none,id=stick",
            "-device", "usb-storage,drive=stick",
        ]  # fmt: skip

    def _files(self) -> list[str]:
        if not self._computer:
            return []
        words = "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"
        return ["-virtfs", words]

    def _start(self) -> list[str]:
        """What is started first: the start code, or with further words the kernel itself."""
        folder = self._image.folder
        if not self._words:
            return [word.format(files=folder / "boot-files") for word in self._board.start_code]
        words = (
            "root=PARTUUID=4d465457-02 rootfstype=squashfs ro systemd.volatile=state panic=5 "
            f"{self._image.command_line} {self._board.words} {self._words}"
        )
        description = self._board.description.format(files=folder / "boot-files")
        return [
            "-kernel", str(folder / "kernel"), "-initrd", str(folder / "initrd"), "-append", words,
            *(("-dtb", description) if description else ()),
        ]  # fmt: skip

    def _add_words(self, words: str) -> None:
        """To what the start script in the boot partition tells the kernel."""
        partition = f"{self._disk}@@{1 << 20}"
        read = ["mtype", "-i", partition, "::boot.scr"]
        # A header of 64 bytes, the lengths of one script and of no more, and the script.
        script = subprocess.run(read, capture_output=True, check=True).stdout[72:]
        with tempfile.TemporaryDirectory() as name:
            source, made = Path(name) / "boot.script", Path(name) / "boot.scr"
            # Behind the others: the last console that is named is where systemd tells what it does.
            more = rf"\g<0> {words}".encode()
            source.write_bytes(re.sub(rb"(?m)^setenv bootargs .*$", more, script))
            subprocess.run(
                ["mkimage", "-A", "arm64", "-T", "script", "-C", "none", "-d", source, made],
                check=True, stdout=subprocess.DEVNULL,
            )  # fmt: skip
            subprocess.run(["mcopy", "-o", "-i", partition, made, "::boot.scr"], check=True)

    def put(self, file: Path, place: str) -> None:
        """Copy a file of this side into the machine; it appears whole."""
        with file.open("rb") as content:
            subprocess.run(
                [*self._sign_in(), f"cat >{place}.part && mv {place}.part {place}"],
                stdin=content, check=True, timeout=600,
            )  # fmt: skip

    def cut_power(self) -> None:
        """Off, with no warning to the system."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def run(self, command: str, *, wait: float = 60.0, given: str = "") -> str:
        """What ``command`` of a shell in the machine prints; ``MachineError`` if it fails."""
        done = self._ssh(command, wait, given)
        if done.returncode != 0:
            raise MachineError(f"{command}: {done.stdout}{done.stderr}")
        return done.stdout

    def until(self, command: str, within: float) -> str:
        """Ask again until ``command`` succeeds; what it printed then.  ``within`` in seconds."""
        deadline = time.monotonic() + within
        while True:
            try:
                done = self._ssh(command, 30.0, "")
            except subprocess.TimeoutExpired as error:
                said = str(error)
            else:
                if done.returncode == 0:
                    return done.stdout
                said = done.stdout + done.stderr
            if time.monotonic() > deadline or self._ended():
                raise MachineError(f"{command}: {said}\n{self.console()}")
            time.sleep(1.0)

    def says(self, text: str, within: float) -> None:
        """Wait until it has written this to its console; ``within`` in seconds."""
        deadline = time.monotonic() + within
        while not self.has_said(text):
            if time.monotonic() > deadline or self._ended():
                raise MachineError(f"it did not say {text!r}\n{self.console()}")
            time.sleep(1.0)

    def has_said(self, text: str) -> bool:
        """Whether this is somewhere on its console."""
        return text in self._console.read_text(encoding="utf-8", errors="replace")

    def lines(self, command: str, *, given: str = "") -> Iterator[str]:
        """What ``command`` prints, line by line, while it runs; ``MachineError`` if it fails."""
        with subprocess.Popen(
            [*self._sign_in(), f"sh -euc {shlex.quote(command)}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as shell:  # fmt: skip
            assert shell.stdin is not None
            assert shell.stdout is not None
            shell.stdin.write(given)
            shell.stdin.close()
            yield from shell.stdout
            if shell.wait() != 0:
                raise MachineError(f"{command} failed")

    @contextmanager
    def talk(self, command: str) -> Iterator[subprocess.Popen[str]]:
        """A command that is written to and read from; at the end its input ends."""
        with subprocess.Popen(
            [*self._sign_in(), command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as shell:
            yield shell

    def ended(self, within: float) -> None:
        """Until it has switched itself off; ``within`` in seconds."""
        assert self._process is not None
        self._process.wait(within)
        self._process = None

    def console(self) -> str:
        """The end of what the machine wrote to its serial port."""
        try:
            return self._console.read_text(encoding="utf-8", errors="replace")[-4000:]
        except OSError:
            return ""

    def _ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _ssh(self, command: str, wait: float, given: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._sign_in(), f"sh -euc {shlex.quote(command)}"],
            capture_output=True, text=True, check=False, timeout=wait, input=given,
        )  # fmt: skip

    def _sign_in(self) -> list[str]:
        return [
                "ssh", "-q", "-i", str(self._key), "-p", str(SSH_PORT), "-o", "BatchMode=yes",
                "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                "-o", "ConnectTimeout=10", "-F", "none", "root@127.0.0.1",
            ]  # fmt: skip
