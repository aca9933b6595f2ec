"""The door to ``serial`` (pyserial 3.5): one serial port, 8 data bits, no parity, raw.

One thread reads and writes; only ``wake`` may come from others.  Nothing here waits but ``read``.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

LARGEST_READ = 4096
"""Bytes that are taken at a time."""
MOST_UNSENT = 65536
"""Bytes that may wait for the line: more than a port sends in five seconds."""

LONGEST_WAIT = 3600.0
"""Seconds; ``poll`` takes no infinity."""

_T = TypeVar("_T")


class SerialPort:
    """The port ``device`` at ``baud``, open from construction to ``close``.

    ``OSError`` with a sentence for the user when the port is not there, is in use, or vanishes.
    """

    def __init__(self, device: str, baud: int) -> None:
        self._device = device
        self._serial = _serial()
        try:
            self._port = self._serial.Serial(
                device, baud, timeout=0, write_timeout=0, exclusive=True
            )
        except (OSError, ValueError) as error:
            raise OSError(_refusal(device, error)) from error
        self._wake: int | None = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._closing = threading.Lock()
        self._unsent = bytearray()

    def read(self, patience: float) -> bytes:
        """What has come; waits for it, for ``wake``, or ``patience`` seconds.  Empty: nothing."""
        assert self._wake is not None, "the port is closed"
        wait = select.poll()
        wait.register(self._wake, select.POLLIN)
        interest = select.POLLIN | (select.POLLOUT if self._unsent else 0)
        wait.register(self._port.fileno(), interest)
        happened = dict(wait.poll(min(max(0.0, patience), LONGEST_WAIT) * 1000))
        if self._wake in happened:
            os.eventfd_read(self._wake)
        events = happened.get(self._port.fileno(), 0)
        if events & select.POLLOUT:
            self._push()
        if not events & ~select.POLLOUT:
            return b""
        came: bytes = self._asked(lambda: self._port.read(LARGEST_READ))
        if not came:
            # Ready, and yet nothing to read: the other end is gone.
            raise OSError(f"The serial port {self._device} was closed; plug the module in again.")
        return came

    def write(self, data: bytes) -> None:
        """Send ``data`` after all that was written before; what the line cannot take yet waits."""
        self._unsent += data
        self._push()
        if len(self._unsent) > MOST_UNSENT:
            raise OSError(
                f"The serial port {self._device} sends nothing any more; plug the module in again."
            )

    def wake(self) -> None:
        """From any thread: let ``read`` return."""
        with self._closing:
            if self._wake is not None:
                os.eventfd_write(self._wake, 1)

    def close(self) -> None:
        """Idempotent; what waits to be sent is lost."""
        with self._closing:
            if self._wake is None:
                return
            os.close(self._wake)
            self._wake = None
        with contextlib.suppress(OSError):
            self._port.close()

    def _push(self) -> None:
        sent = self._asked(lambda: os.write(self._port.fileno(), self._unsent))
        del self._unsent[:sent]

    def _asked(self, operation: Callable[[], _T]) -> _T:
        try:
            return operation()
        except BlockingIOError:
            return 0  # type: ignore[return-value]
        except OSError as error:
            raise OSError(
                f"The serial port {self._device} went away in use ({error}); "
                "plug the module in again."
            ) from error


def require_port(device: str) -> None:
    """``OSError`` with a sentence for the user if the port is not there or not ours to use."""
    if not Path(device).exists():
        raise OSError(_refusal(device, OSError(errno.ENOENT, "")))
    if not os.access(device, os.R_OK | os.W_OK):
        raise OSError(_refusal(device, OSError(errno.EACCES, "")))
    _serial()


def _refusal(device: str, error: Exception) -> str:
    """The sentence for a port that does not open."""
    number = getattr(error, "errno", None)
    if number == errno.EACCES:
        return f"This program may not use {device}; add its user to the group dialout."
    if number == errno.ENOENT:
        return (
            f"The serial port {device} is not there; plug the module in, or switch the port on "
            "(on a Raspberry Pi: enable_uart=1 in config.txt, no console on it)."
        )
    if number in {errno.EBUSY, errno.EWOULDBLOCK} or "lock" in str(error):
        return f"The serial port {device} is in use by another program; end that program."
    return f"The serial port {device} does not open ({error}); check the wiring."


def _serial() -> Any:
    try:
        import serial  # noqa: PLC0415 - only who has a module on a serial port needs it
    except ImportError as error:
        raise OSError(
            "A serial port needs the Python package pyserial; install it (apt: python3-serial)."
        ) from error
    return serial
