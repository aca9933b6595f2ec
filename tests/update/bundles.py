"""Real bundles, small ones, and what an adapter knows that takes them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from gateway.update import system

BUNDLE = Path(__file__).parents[2] / "image-build/bundle"
COMPATIBLE = "multifon-gateway-arm64"


def signer(folder: Path) -> Path:
    """A folder with a key that signs, and its certificate."""
    subprocess.run([BUNDLE, "--make-key", folder], check=True, capture_output=True)
    return folder


def bundle(key: Path, file: Path, version: str, architecture: str = "arm64") -> Path:
    """A signed update without anything sensible in it."""
    image = file.parent / f"image-of-{file.stem}"
    image.mkdir()
    for part in ("root.squashfs", "kernel", "initrd"):
        (image / part).write_bytes(bytes(1 << 12))
    (image / "architecture").write_text(architecture)
    (image / "version").write_text(version)
    subprocess.run(
        [
            BUNDLE, "--key", key / "key.pem", "--certificate", key / "certificate.pem", image, file,
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    return file


def settings_that_trust(key: Path, file: Path) -> Path:
    """RAUC's settings as the appliance has them, with this certificate."""
    shipped = Path(__file__).parents[2] / "systemd/appliance/rauc.conf"
    text = shipped.read_text(encoding="utf-8").replace("ARCHITECTURE", "arm64")
    text = text.replace(
        "/usr/lib/multifon-gateway/update-certificate.pem", str(key / "certificate.pem")
    )
    file.write_text(text.replace("data-directory=/data/rauc\n", ""), encoding="utf-8")
    assert system.RAUC_SETTINGS.name == "system.conf"
    return file
