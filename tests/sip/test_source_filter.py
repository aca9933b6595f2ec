import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from gateway.sip.source_filter import attach_to_port, program


def received(listener: socket.socket, source: str) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((source, 0))
        sender.sendto(source.encode(), listener.getsockname())
        # A datagram from an allowed source follows: what is not there before it never comes.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.bind(("127.0.0.2", 0))
            last.sendto(b"last", listener.getsockname())
        first = listener.recv(100)
        if first == b"last":
            return False
        assert listener.recv(100) == b"last"
        return first == source.encode()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(5)
        yield sock


def test_only_the_named_addresses_reach_a_udp_socket(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    assert attach_to_port(port, socket.SOCK_DGRAM, ["127.0.0.2", "127.0.0.9"]) == 1
    assert received(listener, "127.0.0.9")
    assert not received(listener, "127.0.0.1")
    assert not received(listener, "127.0.0.3")


def test_a_new_filter_replaces_the_old_one(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    attach_to_port(port, socket.SOCK_DGRAM, ["127.0.0.2"])
    attach_to_port(port, socket.SOCK_DGRAM, ["127.0.0.2", "127.0.0.3"])
    assert received(listener, "127.0.0.3")


def test_a_large_packet_passes_whole(listener: socket.socket) -> None:
    attach_to_port(listener.getsockname()[1], socket.SOCK_DGRAM, ["127.0.0.2"])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.2", 0))
        sender.sendto(bytes(9000), listener.getsockname())
    assert len(listener.recv(20000)) == 9000


def test_a_stranger_cannot_even_connect_to_a_tcp_listener() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        assert attach_to_port(port, socket.SOCK_STREAM, ["127.0.0.2"]) == 1
        with socket.socket() as friend:
            friend.bind(("127.0.0.2", 0))
            friend.settimeout(5)
            friend.connect(("127.0.0.1", port))
        with socket.socket() as stranger:
            stranger.bind(("127.0.0.3", 0))
            stranger.settimeout(0.2)
            with pytest.raises(TimeoutError):
                stranger.connect(("127.0.0.1", port))


def test_sockets_on_other_ports_are_left_alone(listener: socket.socket) -> None:
    assert attach_to_port(1, socket.SOCK_DGRAM, ["127.0.0.2"]) == 0
    assert received(listener, "127.0.0.3")


@pytest.mark.parametrize(
    "addresses", [["::1"], ["sbc.megafon.ru"], [f"10.0.0.{n}" for n in range(61)]]
)
def test_what_is_not_a_short_list_of_ipv4_addresses_is_refused(addresses: list[str]) -> None:
    with pytest.raises(ValueError, match=r"address|Expected"):
        program(addresses)


AS_NOBODY = """
import os, socket
from gateway.sip import source_filter
listener = socket.create_server(("127.0.0.1", 0))
os.setresuid(65534, 65534, 65534)
# Twice, as when the proxy's addresses change.
for _ in range(2):
    found = source_filter.attach_to_port(
        listener.getsockname()[1], socket.SOCK_STREAM, ["198.51.100.1"]
    )
    assert found == 1, found
bound = listener.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, 16).rstrip(b"\\0")
try:
    socket.create_connection(listener.getsockname(), timeout=0.2).close()
    reached = True
except TimeoutError:
    reached = False
print("hidden" if bound == b"lo" else "open" if reached else "filtered")
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_the_listener_of_a_process_without_privileges_is_filtered_or_hidden() -> None:
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() in {"filtered", "hidden"}, done.stdout + done.stderr
