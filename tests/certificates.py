"""Certificates for the local provider, signed by an authority that exists only in a test."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificates:
    """Files in ``folder``: ``bundle`` to trust, and one for each host that ``of`` was asked for."""

    folder: Path
    authority: trustme.CA

    @property
    def bundle(self) -> Path:
        return self.folder / "authority.pem"

    def of(self, host: str = "127.0.0.1") -> Path:
        """The certificate of ``host`` with its key."""
        path = self.folder / f"{host}.pem"
        issued = self.authority.issue_cert(host)
        issued.private_key_and_cert_chain_pem.write_to_path(str(path))
        return path


def certificates(folder: Path) -> Certificates:
    """A new authority."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Certificates(folder, trustme.CA())
    made.authority.cert_pem.write_to_path(str(made.bundle))
    return made
