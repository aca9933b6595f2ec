"""The guard's program: takes RM low when the driver's process cannot any more.

``ring_guard.py`` starts it as ``python -I -S ring_guard_process.py DEVICE RM FR FR_IDLE DRIVER``
(three numbers and the driver's process), with SIGTERM, SIGINT and SIGHUP blocked.  It imports
nothing of the project and little else (``signal`` alone would add a fifth to its memory): it must
be small, and must work when the daemon was killed for want of memory.  Standard input:

``high T``
    RM is high and will be low again by T (``CLOCK_MONOTONIC``, seconds).
``low``
    RM is low.
``bye``
    The pins are given back; the guard ends.

When the input ends without ``bye`` the driver's process is dead.  When RM is high for longer than
``OVERSTAY`` after T it hangs, and is killed.  Either way the guard then claims F/R and RM and ends
as the data sheet ends a ring burst: F/R idle, more than 10 ms, RM low.

Pins are claimed through the kernel's GPIO character device (``linux/gpio.h``, second interface):
nothing is to be loaded at the worst moment, and lgpio would bring a FIFO and two threads.

What stays behind: Raspberry Pi's own kernels leave a freed output as it was, so RM stays low;
others make it an input, with the pull-down that is asked for here.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import struct
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

OVERSTAY = 2.0
"""Seconds.  A busy computer may end a burst late; a driver that is this late hangs."""
HOLD = 0.012
"""Seconds with F/R idle before RM falls (Ag1171 data sheet: more than 10 ms)."""
PATIENCE = 10.0
"""Seconds in which a pin must become free that the dying process still holds."""
_FR_PATIENCE = 0.05
_RETRY = 0.001

_SIGKILL = 9

FAREWELL, MADE_SAFE, FAILED = 0, 3, 4
"""How the process ends."""

# struct gpio_v2_line_request (592 bytes), offsets of its members, and GPIO_V2_GET_LINE_IOCTL.
_GET_LINE = 0xC250B407
_REQUEST_BYTES = 592
_CONSUMER, _FLAGS, _ATTRIBUTES, _ATTRIBUTE_ID = 256, 288, 296, 320
_VALUES, _MASK, _LINES = 328, 336, 560
_OUTPUT, _PULL_UP, _PULL_DOWN = 1 << 3, 1 << 8, 1 << 9
_OUTPUT_VALUES = 2


def line_request(pin: int, *, high: bool) -> bytearray:
    """The kernel's request for ``pin`` as an output that drives ``high`` and is pulled there."""
    request = bytearray(_REQUEST_BYTES)
    struct.pack_into("I", request, 0, pin)
    struct.pack_into("31s", request, _CONSUMER, b"multifon-ring-guard")
    struct.pack_into("Q", request, _FLAGS, _OUTPUT | (_PULL_UP if high else _PULL_DOWN))
    struct.pack_into("I", request, _ATTRIBUTES, 1)
    struct.pack_into("I", request, _ATTRIBUTE_ID, _OUTPUT_VALUES)
    struct.pack_into("Q", request, _VALUES, high)
    struct.pack_into("Q", request, _MASK, 1)
    struct.pack_into("I", request, _LINES, 1)
    return request


def claim(chip: int, pin: int, *, high: bool, patience: float) -> None:
    """Drive ``pin`` for the rest of the process; waits while another still holds it."""
    request = line_request(pin, high=high)
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.ioctl(chip, _GET_LINE, request)
        except OSError as error:
            if error.errno != errno.EBUSY or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY)
        else:
            return


def end_ringing(device: str, rm: int, fr: int, *, fr_idle: bool) -> int:
    """F/R idle, a moment, RM low; gives how the process ends."""
    try:
        chip = os.open(device, os.O_RDWR | os.O_CLOEXEC)
        try:
            claim(chip, fr, high=fr_idle, patience=_FR_PATIENCE)
            time.sleep(HOLD)
        except OSError as error:
            # RM matters more than the order.
            tell(f"GPIO {fr} (F/R) cannot be claimed: {error.strerror}")
        claim(chip, rm, high=False, patience=PATIENCE)
    except OSError as error:
        tell(f"RM (GPIO {rm} of {device}) cannot be taken low: {error.strerror}")
        return FAILED
    tell("RM is low")
    return MADE_SAFE


def watch(pipe: int, kill: Callable[[], None], make_safe: Callable[[], int]) -> int:
    """Read ``pipe`` until the farewell, the end, or an overstayed burst; gives the exit status."""
    until: float | None = None
    rest = b""
    while True:
        wait = None if until is None else max(until + OVERSTAY - time.monotonic(), 0.0)
        if not select.select([pipe], [], [], wait)[0]:
            tell("the driver left RM high for too long: it is killed")
            kill()
            return make_safe()
        told = os.read(pipe, 4096)
        if not told:
            tell("the driver's process has ended without a farewell")
            return make_safe()
        *lines, rest = (rest + told).split(b"\n")
        for line in lines:
            word, _, value = line.partition(b" ")
            if word == b"bye":
                return FAREWELL
            until = float(value) if word == b"high" else None


def tell(sentence: str) -> None:
    """One line on standard error, which is the journal's."""
    # A driver that died may have taken the reader of standard error along.
    try:
        os.write(2, f"ring guard: {sentence}\n".encode())
    except OSError:
        return


def main(device: str, rm: str, fr: str, fr_idle: str, driver: str) -> int:
    """Guard the pins for process number ``driver``, which started this one."""
    # C libraries open sockets that are inherited: they must not outlive the daemon.
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.chdir("/")

    def kill() -> None:
        # Orphaned, the guard has another parent, and the number may be another process's.
        if os.getppid() == int(driver):
            os.kill(int(driver), _SIGKILL)

    return watch(0, kill, lambda: end_ringing(device, int(rm), int(fr), fr_idle=bool(int(fr_idle))))


if __name__ == "__main__":
    os._exit(main(*sys.argv[1:]))
