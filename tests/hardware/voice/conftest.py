"""A real ALSA device on every machine, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hardware.voice.pulse import PrivatePulse


@pytest.fixture
def pulse(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PrivatePulse]:
    """A private PulseAudio that runs, whose devices ALSA finds."""
    server = PrivatePulse(tmp_path_factory.mktemp("pulse"))
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(server.config))
    try:
        server.start()
        yield server
    finally:
        server.kill()
