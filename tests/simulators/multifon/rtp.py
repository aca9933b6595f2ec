"""Voice: RTP both ways for every call, paced by one thread (RFC 3550, RFC 3551)."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable

from tests.simulators.multifon.packet_loss import PacketLoss
from tests.simulators.multifon.transport import HostPort
from tests.simulators.multifon.voice_stream import VoiceStream

FRAME_SECONDS = 0.02
REPORT_SECONDS = 1.0
"""Between two RTCP reports; RFC 3550 says 5, a test cannot wait so long."""
LATEST = 1.0
"""A thread that is further behind (a stopped machine) does not make up for it with a burst."""
_SO_TIMESTAMPNS = 35
"""Linux: the kernel's arrival time of a datagram; the Python process may read it later."""
_TIMESPEC = struct.Struct("@qq")
_LARGEST_PACKET = 2048
_PRIORITY = 5
PORT_TRIES = 100


class VoiceSocket:
    """An even port for RTP and the odd one above it for RTCP."""

    def __init__(
        self,
        address: str,
        loss_to_account: PacketLoss | None = None,
        loss_from_account: PacketLoss | None = None,
        *,
        reports: bool = False,
    ) -> None:
        self.rtp, self.rtcp = _even_pair(address)
        self._loss_to_account = loss_to_account or PacketLoss()
        self._loss_from_account = loss_from_account or PacketLoss()
        self._reports = reports
        self._next_report = 0.0
        self.local: HostPort = (address, int(self.rtp.getsockname()[1]))
        with contextlib.suppress(OSError):
            self.rtp.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)

    def receive(self, stream: VoiceStream) -> None:
        """Give every packet that waits to ``stream``."""
        while True:
            try:
                data, ancillary, _, source = self.rtp.recvmsg(_LARGEST_PACKET, 64)
            except OSError:  # nothing more, or the peer's port is closed
                return
            if not self._loss_from_account.next_is_lost():
                stream.received(data, (source[0], source[1]), _arrival(ancillary))

    def receive_rtcp(self, stream: VoiceStream) -> None:
        with contextlib.suppress(OSError):
            while True:
                stream.reported(self.rtcp.recv(_LARGEST_PACKET), time.monotonic())

    def send_rtcp(self, stream: VoiceStream, now: float) -> None:
        """A report, if this network sends any and one is due."""
        if not self._reports or now < self._next_report:
            return
        found = stream.report(time.time(), now)
        if found is not None:
            self._next_report = now + REPORT_SECONDS
            with contextlib.suppress(OSError):
                self.rtcp.sendto(*found)

    def send(self, data: bytes, remote: HostPort) -> None:
        if self._loss_to_account.next_is_lost():
            return
        with contextlib.suppress(OSError):
            self.rtp.sendto(data, remote)

    def close(self) -> None:
        self.rtp.close()
        self.rtcp.close()


def _arrival(ancillary: list[tuple[int, int, bytes]]) -> float:
    """The kernel's time of arrival as ``time.monotonic()``; now, where it gives none."""
    now = time.monotonic()
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(data) == _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack(data)
            age = time.time() - (seconds + nanoseconds / 1e9)
            return now - age if 0 <= age < LATEST else now
    return now


def _bound(sock: socket.socket, address: HostPort) -> bool:
    try:
        sock.bind(address)
    except OSError:
        return False
    return True


def _even_pair(address: str) -> tuple[socket.socket, socket.socket]:
    for _ in range(PORT_TRIES):
        rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        rtp.setblocking(False)
        rtp.bind((address, 0))
        port = int(rtp.getsockname()[1])
        rtcp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        rtcp.setblocking(False)
        if port % 2 == 0 and _bound(rtcp, (address, port + 1)):
            return rtp, rtcp
        rtp.close()
        rtcp.close()
    raise OSError("there is no free pair of ports for RTP")


class VoiceThread:
    """Sends a frame of every stream each 20 ms and receives in between.

    The deadlines are absolute, so an overslept one is made up for and nothing drifts.  Other
    threads add and remove streams through a queue.
    """

    def __init__(self) -> None:
        self._commands: deque[Callable[[], None]] = deque()
        self._wake_read = self._wake_write = -1
        self._poll = select.poll()
        self._streams: dict[int, tuple[VoiceSocket, VoiceStream]] = {}
        self._rtcp: dict[int, VoiceSocket] = {}
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="network-voice", daemon=True)
        self.latest = 0.0
        """The longest delay of a frame since the start, seconds: how punctual this judge was."""
        self.muted = False

    def start(self) -> None:
        """Once, before any stream is added."""
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._poll.register(self._wake_read, select.POLLIN)
        self._thread.start()

    def stop(self) -> None:
        """End the thread and close all sockets.  Idempotent."""
        if self._stopping or not self._thread.is_alive():
            return
        self._stopping = True
        self._wake()
        self._thread.join()
        for voice, _ in self._streams.values():
            voice.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def add(self, voice: VoiceSocket, stream: VoiceStream) -> None:
        self._do(lambda: self._add(voice, stream))

    def remove(self, voice: VoiceSocket) -> None:
        """Take the stream out and close its sockets."""
        self._do(lambda: self._remove(voice))

    def _do(self, command: Callable[[], None]) -> None:
        self._commands.append(command)
        self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake_write, b".")

    def _add(self, voice: VoiceSocket, stream: VoiceStream) -> None:
        self._streams[voice.rtp.fileno()] = (voice, stream)
        self._rtcp[voice.rtcp.fileno()] = voice
        self._poll.register(voice.rtp, select.POLLIN)
        self._poll.register(voice.rtcp, select.POLLIN)

    def _remove(self, voice: VoiceSocket) -> None:
        if self._streams.pop(voice.rtp.fileno(), None) is None:
            return
        del self._rtcp[voice.rtcp.fileno()]
        self._poll.unregister(voice.rtp)
        self._poll.unregister(voice.rtcp)
        voice.close()

    def _run(self) -> None:
        _take_priority()
        deadline: float | None = None
        while not self._stopping:
            if not self._streams:
                deadline = None
                self._receive(None)
                continue
            now = time.monotonic()
            if deadline is None:
                deadline = now
            if now < deadline:
                self._wait(deadline - now)
                continue
            self.latest = max(self.latest, now - deadline)
            for voice, stream in self._streams.values():
                packet = stream.next_packet(now)
                if packet is not None and not self.muted:
                    voice.send(*packet)
                    voice.send_rtcp(stream, now)
            deadline += FRAME_SECONDS
            if now - deadline > LATEST:
                deadline = now

    def _wait(self, seconds: float) -> None:
        """Receive until ``seconds`` have passed; poll counts in whole milliseconds."""
        whole = int(seconds * 1000)
        if whole:
            self._receive(whole)
        else:
            time.sleep(seconds)

    def _receive(self, milliseconds: int | None) -> None:
        for descriptor, _ in self._poll.poll(milliseconds):
            if descriptor == self._wake_read:
                os.read(self._wake_read, 4096)
                while self._commands:
                    self._commands.popleft()()
            elif descriptor in self._rtcp:
                voice = self._rtcp[descriptor]
                voice.receive_rtcp(self._streams[voice.rtp.fileno()][1])
            elif descriptor in self._streams:
                voice, stream = self._streams[descriptor]
                voice.receive(stream)


def _take_priority() -> None:
    """Real-time if permitted, else a better nice value if permitted, else as it is."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(_PRIORITY))
    except OSError:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), -11)
