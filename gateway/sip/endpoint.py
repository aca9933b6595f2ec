"""pjsua2's endpoint: how it is configured, and its sockets."""

from __future__ import annotations

import ctypes
import os
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pjsua2 as pj

from gateway.line import FRAME_MS, SAMPLE_RATE
from gateway.sip.source_filter import attach_to_port
from gateway.sip.trace import LogWriter
from gateway.sip.voice_reserve import STEADY, Reserve

KINDS = {"udp": pj.PJSIP_TRANSPORT_UDP, "tcp": pj.PJSIP_TRANSPORT_TCP}
_DISCARD_NONE, _DISCARD_STATIC = 0, 1
"""``PJMEDIA_JB_DISCARD_NONE`` and ``PJMEDIA_JB_DISCARD_STATIC`` of pjmedia/jbuf.h."""
LOG_LEVEL = 4
"""The least of pjproject's levels at which SIP messages are logged."""


class SipError(Exception):
    """The SIP stack cannot start; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class SipParameters:
    """``port`` 0 takes a free one; ``address`` "" is every interface."""

    address: str = ""
    port: int = 0
    user_agent: str = "MultiFon gateway"
    codecs: tuple[str, ...] = ("PCMA", "PCMU")
    jitter_buffer_ms: int = 200
    max_calls: int = 8


MEDIA_THREAD = "media"
"""What pjmedia calls its thread that receives voice."""


def open_endpoint(
    endpoint: pj.Endpoint, parameters: SipParameters, writer: LogWriter
) -> Mapping[str, int]:
    """Create and configure ``endpoint``; its transports by name.  ``pj.Error`` if it fails.

    pjsua2 keeps the writer but does not own it: it must live as long as the endpoint.
    """
    _create_silently(endpoint)
    config = pj.EpConfig()
    # No thread of pjsua2's own: ours polls, and all callbacks run in it.
    config.uaConfig.threadCnt = 0
    config.uaConfig.userAgent = parameters.user_agent
    config.uaConfig.natTypeInSdp = 0
    config.uaConfig.maxCalls = parameters.max_calls
    media = config.medConfig
    media.clockRate = media.sndClockRate = SAMPLE_RATE
    media.audioFramePtime = media.ptime = FRAME_MS
    media.channelCount = 1
    # Nothing may come between the telephone's tones and the network (design §3.9).
    media.noVad = True
    media.ecTailLen = 0
    set_reserve(media, STEADY, parameters.jitter_buffer_ms)
    log = config.logConfig
    log.writer = writer
    log.level = LOG_LEVEL
    log.consoleLevel = LOG_LEVEL  # also the level of what the writer gets
    log.decor = pj.PJ_LOG_HAS_SENDER
    log.msgLogging = 1
    endpoint.libInit(config)
    choose_codecs(endpoint, parameters.codecs)
    transport = pj.TransportConfig()
    transport.boundAddress = parameters.address
    transport.port = parameters.port
    return {name: endpoint.transportCreate(kind, transport) for name, kind in KINDS.items()}


def set_reserve(config: Any, reserve: Reserve, longest: int) -> None:
    """Give the jitter buffer its reserve: of ``MediaConfig``, or of one call's ``StreamInfo``.

    pjmedia's default begins without a reserve, grows it after the first loss and shrinks it again
    ("progressive"): frames are lost and squeezed in a call that has settled.  The static way takes
    one frame out only when there is twice the jitter that was seen.
    """
    # pjmedia aborts unless the least reserve is below the most.
    held = min(reserve.ms, longest * 3 // 4)
    config.jbInit = config.jbMinPre = held
    config.jbMaxPre = min(2 * held, longest)
    config.jbMax = longest
    wanted = _DISCARD_STATIC if reserve.shrinks else _DISCARD_NONE
    algorithm = config.jbDiscardAlgo
    if isinstance(algorithm, int):
        config.jbDiscardAlgo = wanted
        return
    # SWIG knows nothing of this enumeration: it gives a pointer to a copy, and takes one.
    ctypes.c_int.from_address(int(algorithm)).value = wanted
    config.jbDiscardAlgo = algorithm
    algorithm.disown()  # it has no destructor, and SWIG would complain about that


def local_port(transport: int) -> int:
    """The port that a transport is bound to."""
    info = pj.Endpoint.instance().transportGetInfo(transport)
    return int(str(info.localName).rpartition(":")[2])


def protect(transports: Mapping[str, int], addresses: Iterable[str]) -> None:
    """Let only ``addresses`` reach the sockets of ``transports``; ``SipError`` if one is missed."""
    allowed = tuple(addresses)
    for name, identifier in transports.items():
        port = local_port(identifier)
        kind = socket.SOCK_DGRAM if name == "udp" else socket.SOCK_STREAM
        if not attach_to_port(port, kind, allowed):
            raise SipError(f"the {name} socket on port {port} cannot be protected from strangers")


def choose_codecs(endpoint: pj.Endpoint, names: Iterable[str]) -> None:
    """Offer these voice formats and no other, the best first; in the SIP thread."""
    for codec in endpoint.codecEnum2():
        endpoint.codecSetPriority(codec.codecId, 0)
    for rank, name in enumerate(names):
        endpoint.codecSetPriority(f"{name}/8000/1", 255 - rank)


def _create_silently(endpoint: pj.Endpoint) -> None:
    """``libCreate`` prints to standard output before any log setting applies: to nowhere."""
    saved = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        endpoint.libCreate()
    finally:
        os.dup2(saved, 1)
        os.close(saved)
        os.close(nowhere)
