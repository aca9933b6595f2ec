"""Loading and keeping the GPIO libraries: lgpio 0.2, and RPi.GPIO as rpi-lgpio 0.6 supplies it.

The half of the door ``hardware/gpio.py`` that deals with what the libraries do to a process:

* Importing lgpio makes a FIFO in the current directory, or changes the current directory of the
  process to ``LG_WD``; a thread that reads the FIFO is started and never ends.  It is imported
  with a private folder that is gone at once, the directory is put back and the thread is ended.
* Closing a chip holds the interpreter's lock for 100 ms, which is five lost frames of a call on
  another line.  A chip, once opened, stays open for the life of the process.
* RPi.GPIO knows one chip in a process, chosen by ``RPI_LGPIO_CHIP``, and opens it once.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

_ANY_REVISION = "a02082"
"""A Pi 3.  Without a Pi's device tree RPi.GPIO does not load unless it is told a revision; it uses
it for ``RPI_INFO`` only."""


class GpioLibrary:
    """Both libraries as they are loaded now, and the chips that are open for good."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._folder, self.lgpio = _load_lgpio()
        self._handles: dict[int, int] = {}
        self._header: tuple[int, int] | None = None
        """Number and our handle of the chip that RPi.GPIO has opened."""
        self._rpi_gpio: ModuleType | None = None

    @property
    def current(self) -> bool:
        return sys.modules.get("lgpio") is self.lgpio

    def handle(self, number: int) -> int:
        """An open handle of chip ``number``; ``OSError`` when it cannot be opened."""
        with self.lock:
            handle = self._handles.get(number)
            if handle is None or self.info(handle) is None:
                # One of a chip that went away is left as it is: closing stops all for 100 ms.
                try:
                    handle = self.lgpio.gpiochip_open(number)
                except self.lgpio.error as error:
                    raise not_opened(number) from error
                assert isinstance(handle, int)
                self._handles[number] = handle
            return handle

    def info(self, handle: int) -> tuple[int, str] | None:
        """Number of lines and label; ``None`` when the chip is gone."""
        try:
            _, lines, _, label = self.lgpio.gpio_get_chip_info(handle)
        except self.lgpio.error:
            return None
        return lines, label

    def rpi_gpio(self, number: int) -> ModuleType:
        """RPi.GPIO on chip ``number``.  It knows one chip in a process."""
        with self.lock:
            header = (number, self.handle(number))
            if self._rpi_gpio is not None and self._header == header:
                return self._rpi_gpio
            if self._header is not None and self._header[0] != number:
                raise OSError(
                    f"Another line of this program is on GPIO chip {self._header[0]}; put both on "
                    "one chip.",
                )
            with _environment(RPI_LGPIO_REVISION=_revision(), RPI_LGPIO_CHIP=str(number)):
                if self._rpi_gpio is None:
                    module = _load_rpi_gpio()
                else:
                    # Its chip went away and came back; nothing else makes it open it again.
                    module = importlib.reload(self._rpi_gpio)
                module.setwarnings(False)
                module.setmode(module.BCM)
            self._rpi_gpio, self._header = module, header
            return module

    def notification_pipe(self) -> tuple[int, int]:
        """Make a notification pipe: lgpio's handle of it, and the file to read it from.

        Reading never blocks.  The FIFO has no name any more when this returns.
        """
        with self.lock:
            self._folder.mkdir(mode=0o700)
            try:
                handle = self.lgpio.notify_open()
                fifo = self._folder / f".lgd-nfy{handle}"
                reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            except self.lgpio.error as error:
                raise OSError(f"The GPIO library cannot make a pipe in {self._folder}.") from error
            finally:
                shutil.rmtree(self._folder)
            return handle, reader


_loaded: list[GpioLibrary] = []
"""None or one: the libraries are one to a process, whatever is opened and closed."""
_loading = threading.Lock()


def loaded() -> GpioLibrary:
    """The libraries of this process; ``OSError`` when they are not installed."""
    with _loading:
        if not _loaded or not _loaded[0].current:
            _loaded[:] = [GpioLibrary()]
        return _loaded[0]


def _load_lgpio() -> tuple[Path, ModuleType]:
    """lgpio, and the folder that it makes FIFOs in: it exists while one is made only."""
    folder = Path(tempfile.mkdtemp(prefix="multifon-gpio-"))
    here = os.open(".", os.O_PATH)
    try:
        with _environment(LG_WD=str(folder)):
            import lgpio  # noqa: PLC0415 - the package must load on any computer
        thread = lgpio._notify_thread
        thread.stop()
        lgpio.notify_close(thread._notify)
        thread.join()
    except ImportError as error:
        raise _not_installed(error) from error
    finally:
        os.fchdir(here)
        os.close(here)
        shutil.rmtree(folder)
    return folder, lgpio


def _load_rpi_gpio() -> ModuleType:
    try:
        from RPi import GPIO  # noqa: PLC0415 - as above
    except ImportError as error:
        raise _not_installed(error) from error
    if not hasattr(GPIO, "lgpio"):
        raise OSError(
            "The package RPi.GPIO is installed, which knows neither the kernel's GPIO chips nor a "
            "Pi 5: remove it (pip uninstall RPi.GPIO) and install rpi-lgpio in its place."
        )
    assert isinstance(GPIO, ModuleType)
    return GPIO


def _not_installed(error: ImportError) -> OSError:
    return OSError(
        f"The packages rpi-lgpio and lgpio, which drive the GPIO pins, are not installed ({error})."
    )


def _revision() -> str:
    return os.environ.get("RPI_LGPIO_REVISION") or (
        "" if Path("/proc/device-tree/system/linux,revision").exists() else _ANY_REVISION
    )


@contextlib.contextmanager
def _environment(**variables: str) -> Iterator[None]:
    """Set environment variables meanwhile; an empty one is left as it is."""
    given = {name: value for name, value in variables.items() if value}
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def not_opened(number: int) -> OSError:
    """Why chip ``number`` cannot be opened: lgpio does not say."""
    device = Path(f"/dev/gpiochip{number}")
    try:
        os.close(os.open(device, os.O_RDWR | os.O_CLOEXEC))
    except OSError as error:
        return refusal(device, error)
    return OSError(f"{device} is not a GPIO chip; correct the board file's chip.")


def refusal(device: Path, error: OSError) -> OSError:
    """The sentence for ``error``, which opening the chip's ``device`` gave."""
    if isinstance(error, PermissionError):
        text = (
            f"This program may not open {device}: add its user to the group gpio "
            "(usermod -aG gpio USER) and start it again."
        )
    elif isinstance(error, FileNotFoundError):
        text = (
            f"This computer has no GPIO pins ({device} is missing): a SLIC board needs a "
            "Raspberry Pi; elsewhere choose the simulated line."
        )
    else:
        text = f"{device} cannot be opened: {error.strerror}."
    return type(error)(text)
