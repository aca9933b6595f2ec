"""Strangers are dropped by the kernel: a socket filter on the source address.

Scanners send INVITE to every address on the internet; an adapter that answers makes the telephone
ring at night, and one that only refuses tells them that somebody is there.  A classic BPF program
on the socket (Linux ``SO_ATTACH_FILTER``, socket(7)) drops what does not come from the named
addresses before any code of ours or of pjproject sees it, and costs nothing under a flood.  On a
listening TCP socket the same filter drops the SYN.

The network header is read at ``SKF_NET_OFF``, so the program is the same for UDP and TCP.  IPv4
only, as the service is; an IPv6 packet matches nothing and is dropped.
"""

from __future__ import annotations

import ctypes
import ipaddress
import socket
import struct
from collections.abc import Iterable

from gateway.sip.own_sockets import sockets_on_port

_SO_ATTACH_FILTER = 26
_LOOPBACK = b"lo"
_SKF_NET_OFF = -0x100000
_SOURCE_OFFSET = 12
"""Offset of the source address in an IPv4 header (RFC 791)."""
_LOAD_WORD_ABSOLUTE = 0x20
_LOAD_BYTE_ABSOLUTE = 0x30
_JUMP_EQUAL = 0x15
_AND = 0x54
_RETURN = 0x06
_WHOLE_PACKET = 0x40000


def _instruction(code: int, true: int, false: int, k: int) -> bytes:
    return struct.pack("=HBBI", code, true, false, k & 0xFFFFFFFF)


def program(addresses: Iterable[str]) -> bytes:
    """The filter that lets the IPv4 ``addresses`` pass and drops all others.

    Raises ``ValueError`` for something that is not an IPv4 address, or for more than 60 of them.
    """
    words = sorted({int(ipaddress.IPv4Address(address)) for address in addresses})
    if len(words) > 60:
        raise ValueError("a source filter holds 60 addresses at most")
    count = len(words)
    code = [
        _instruction(_LOAD_BYTE_ABSOLUTE, 0, 0, _SKF_NET_OFF),
        _instruction(_AND, 0, 0, 0xF0),
        _instruction(_JUMP_EQUAL, 0, count + 1, 0x40),
        _instruction(_LOAD_WORD_ABSOLUTE, 0, 0, _SKF_NET_OFF + _SOURCE_OFFSET),
    ]
    code += [_instruction(_JUMP_EQUAL, count - index, 0, word) for index, word in enumerate(words)]
    code += [_instruction(_RETURN, 0, 0, 0), _instruction(_RETURN, 0, 0, _WHOLE_PACKET)]
    return b"".join(code)


def attach(sock: socket.socket, addresses: Iterable[str]) -> None:
    """Let only ``addresses`` reach ``sock``; a filter that is there is replaced."""
    code = program(addresses)
    buffer = ctypes.create_string_buffer(code, len(code))
    # struct sock_fprog: an unsigned short, padding, a pointer (native alignment).
    fprog = struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer))
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, fprog)


def hide(listener: socket.socket) -> None:
    """Let nobody but this computer itself connect to ``listener``.

    For kernels that refuse filters on TCP sockets to processes without privileges (met on 6.18).
    A provider that is reached by TCP does not connect to us: it uses our own connection.
    Any process may bind a socket that is bound to no interface yet (since Linux 5.7).
    """
    interface = listener.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, 16)
    if interface.rstrip(b"\0") != _LOOPBACK:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, _LOOPBACK)


def attach_to_port(port: int, kind: int, addresses: Iterable[str]) -> int:
    """Attach to this process's IPv4 sockets of ``kind`` that are bound to ``port``.

    Returns how many were found.  A connected TCP socket has its peer already and is left alone.
    """
    allowed = tuple(addresses)
    found = 0
    for sock in sockets_on_port(port, kind):
        with sock:
            try:
                attach(sock, allowed)
            except PermissionError:
                if kind != socket.SOCK_STREAM:
                    raise
                hide(sock)
            found += 1
    return found
