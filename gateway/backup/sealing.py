"""Seals bytes with a password, so that nobody reads or changes them without it.

The file is a head and a sealed rest:

======== =================================================================
 8 bytes ``MFBACKUP``
 1 byte  version of the format, 1
 1 byte  log2 of scrypt's cost N
16 bytes salt
12 bytes nonce
 rest    zlib-compressed content under ChaCha20-Poly1305 (RFC 8439); the head is authenticated, too
======== =================================================================

The key is scrypt's (RFC 7914) with r = 8 and p = 1.  N = 2^15 takes 32 MiB of memory: a guess costs
whoever tries passwords the same.  A file may ask for another N, within bounds, so that a strange
file cannot take the adapter's memory.  It is ``hashlib``'s, which lets the voice threads run
meanwhile.
"""

from __future__ import annotations

import hashlib
import os
import zlib

MAGIC = b"MFBACKUP"
VERSION = 1
COST = 15
MOST_COST = 16
LONGEST = 512 * 1024
"""Bytes of a sealed file: with base64 it fits into one line of the control socket."""
LONGEST_CONTENT = 4 * 1024 * 1024
SHORTEST_PASSWORD = 8
"""Characters."""

_SALT, _NONCE = 16, 12
_HEAD = len(MAGIC) + 2 + _SALT + _NONCE


class SealError(Exception):
    """``code`` says which sentence of ``gateway.settings.problem`` tells it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def seal(content: bytes, password: str) -> bytes:
    """The sealed file; ``SealError`` if the password is short or the content too long."""
    if len(password) < SHORTEST_PASSWORD:
        raise SealError("backup-password-short")
    from cryptography.hazmat.primitives.ciphers.aead import (  # noqa: PLC0415 - large, rare
        ChaCha20Poly1305,
    )

    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    head = MAGIC + bytes([VERSION, COST]) + salt + nonce
    cipher = ChaCha20Poly1305(_key(password, salt, COST))
    sealed = head + cipher.encrypt(nonce, zlib.compress(content, 9), head)
    if len(sealed) > LONGEST or len(content) > LONGEST_CONTENT:
        raise SealError("backup-too-long")
    return sealed


def unseal(sealed: bytes, password: str) -> bytes:
    """What was sealed; ``SealError`` says whether it is no backup, newer, or cannot be opened."""
    if len(sealed) > LONGEST:
        raise SealError("backup-too-long")
    if not sealed.startswith(MAGIC) or len(sealed) < _HEAD:
        raise SealError("no-backup")
    version, cost = sealed[len(MAGIC)], sealed[len(MAGIC) + 1]
    if version > VERSION:
        raise SealError("backup-newer")
    if not 10 <= cost <= MOST_COST:
        raise SealError("backup-closed")
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - large, rare
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # noqa: PLC0415

    head, rest = sealed[:_HEAD], sealed[_HEAD:]
    salt, nonce = head[-_SALT - _NONCE : -_NONCE], head[-_NONCE:]
    try:
        packed = ChaCha20Poly1305(_key(password, salt, cost)).decrypt(nonce, rest, head)
    except InvalidTag:
        raise SealError("backup-closed") from None
    unpacking = zlib.decompressobj()
    try:
        content = unpacking.decompress(packed, LONGEST_CONTENT)
    except zlib.error:
        raise SealError("backup-closed") from None
    if not unpacking.eof:
        raise SealError("backup-too-long")
    return content


def _key(password: str, salt: bytes, cost: int) -> bytes:
    secret = password.encode("utf-8", "surrogatepass")
    # It needs 128 * r * N bytes and a little more.
    room = (1 << cost) * 1024 + (1 << 20)
    return hashlib.scrypt(secret, salt=salt, n=1 << cost, r=8, p=1, maxmem=room, dklen=32)
