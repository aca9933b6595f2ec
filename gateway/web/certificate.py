"""The page's own certificate: made here, renewed in time, known by its fingerprint."""

from __future__ import annotations

import contextlib
import ipaddress
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.settings.files import locked, replace

LASTS = timedelta(days=820)
"""Browsers of Apple take no certificate that lasts longer than 825 days."""
RENEWED = timedelta(days=30)
"""Before its end."""
_EARLIER = timedelta(days=2)
"""A box without a clock may think it is earlier."""


def certificate_in(folder: Path, names: list[str], now: datetime) -> tuple[Path, Path]:
    """Certificate and key for ``names`` (names or addresses), made if need be.

    A new certificate keeps the key, so that whoever knows the key is not alarmed.
    """
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    with contextlib.suppress(OSError, ValueError):
        present = x509.load_pem_x509_certificate(certificate.read_bytes())
        if (
            key.exists()
            and present.not_valid_after_utc - now > RENEWED
            and now > (present.not_valid_before_utc)
            and set(names) <= set(_names_of(present))
        ):
            return certificate, key
    private = _key(key, folder)
    made = _self_signed(private, names, now)
    with locked(folder):
        replace(certificate, made.public_bytes(serialization.Encoding.PEM), 0o600)
    return certificate, key


def fingerprint(certificate: Path) -> str:
    """SHA-256 of the certificate, 64 hexadecimal digits, as browsers show it."""
    return (
        x509.load_pem_x509_certificate(certificate.read_bytes()).fingerprint(hashes.SHA256()).hex()
    )


def _key(path: Path, folder: Path) -> ec.EllipticCurvePrivateKey:
    with contextlib.suppress(OSError, ValueError):
        loaded = serialization.load_pem_private_key(path.read_bytes(), None)
        if isinstance(loaded, ec.EllipticCurvePrivateKey):
            return loaded
    private = ec.generate_private_key(ec.SECP256R1())
    content = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with locked(folder):
        replace(path, content, 0o600)
    return private


def _self_signed(
    private: ec.EllipticCurvePrivateKey, names: list[str], now: datetime
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Telephone adapter")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(int.from_bytes(os.urandom(16)) >> 1)
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + LASTS)
        .add_extension(x509.SubjectAlternativeName([_general(n) for n in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _names_of(certificate: x509.Certificate) -> list[str]:
    extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return [str(general.value) for general in extension.value]


def today() -> datetime:
    return datetime.now(UTC)
