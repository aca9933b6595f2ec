from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.hardware.telephone.loopback import SHK, WIRING
from tests.simulators.telephone.clock import LiveClock
from tests.simulators.telephone.contacts import CLEAN
from tests.simulators.telephone.fake_card import FakeSoundCard
from tests.simulators.telephone.fake_chip import FakeChip
from tests.simulators.telephone.server import TelephoneServer
from tests.simulators.telephone.slic import Slic
from tests.simulators.telephone.telephone import Telephone, TelephoneSettings
from tests.speech import write


class Operator:
    """A client of the server."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._file = self._socket.makefile("rwb")

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def send(self, line: bytes) -> dict[str, Any]:
        self._file.write(line + b"\n")
        self._file.flush()
        answer: dict[str, Any] = json.loads(self._file.readline())
        return answer

    def __call__(self, method: str, **params: object) -> Any:
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = self.send(json.dumps(request).encode())
        assert answer["id"] == 1
        return answer.get("result", answer.get("error"))


@pytest.fixture
def chip() -> FakeChip:
    return FakeChip()


@pytest.fixture
def operator(chip: FakeChip, tmp_path: Path) -> Iterator[Operator]:
    path = tmp_path / "telephone.sock"
    with LiveClock() as clock:
        telephone = Telephone(Slic(chip, WIRING, clock), clock, TelephoneSettings(cradle=CLEAN))
        with FakeSoundCard(telephone.exchange), TelephoneServer(telephone, path):
            client = Operator(path)
            yield client
            client.close()
        assert not path.exists()


def test_the_receiver_is_lifted_dialled_with_flashed_and_hung_up(
    operator: Operator, chip: FakeChip
) -> None:
    assert operator("lift") is None
    assert chip.line(SHK).high
    state = operator("state")
    assert (state["lifted"], state["ringing"]) == (True, False)
    assert operator("dial-pulse", digits="12", pps=20, ratio=0.6) is None
    assert operator("flash", ms=50) is None
    assert operator("hang-up") is None
    assert not chip.line(SHK).high


def test_a_dial_moved_edge_by_edge_answers_with_what_shk_showed(operator: Operator) -> None:
    operator("lift")
    edges = [(0.0, False), (0.03, True), (0.05, False), (0.08, True)]
    shown = operator("dial-edges", edges=edges)
    assert [high for _, high, _ in shown] == [closed for _, closed in edges]
    first = shown[0][0]
    assert [time - first for time, _, _ in shown] == pytest.approx([at for at, _ in edges])
    assert all(late >= 0 for _, _, late in shown)
    assert operator("dial-edges", edges=[(0.0, "x", 1)])["code"] == -32602


def test_keys_are_pressed_and_words_are_said(operator: Operator) -> None:
    operator("lift")
    assert operator("dial-tone", digits="1#") is None
    assert operator("say", text="да", voice="ru") is None
    assert operator("say", text="нет", wait=False) is None


def test_a_file_is_said(operator: Operator, tmp_path: Path) -> None:
    file = write(tmp_path / "said.wav", np.full(400, 1000, np.int16))
    operator("lift")
    assert operator("play", file=str(file)) is None
    assert operator("play", file=str(file), wait=True) is None


def test_reports_are_given(operator: Operator) -> None:
    report = operator("ring-report")
    assert (report["ringing"], report["bursts"], report["duty"]) == (False, [], 0.0)
    assert operator("line-report") == []
    report = operator("display-report")
    assert report == {"shown": None, "lamp": False, "aon": None, "told": []}
    assert operator("hearing")["hearing"] in {"unclear", "silence"}
    assert operator("violations") == []


def test_what_the_telephone_cannot_do_now_is_an_error_with_a_sentence(operator: Operator) -> None:
    assert operator("flash")["code"] == 1
    assert "Lift the receiver" in operator("dial-pulse", digits="1")["message"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"not json", -32700),
        (b"[1]", -32600),
        (b'{"method": "lift", "params": [1]}', -32600),
        (b'{"method": "explode"}', -32601),
        (b'{"method": "dial-tone", "params": {"digits": "X"}}', -32602),
        (b'{"method": "dial-tone"}', -32602),
        (b'{"method": "flash", "params": {"ms": "long"}}', -32602),
    ],
)
def test_a_wrong_request_is_answered_with_its_error(
    operator: Operator, line: bytes, code: int
) -> None:
    assert operator.send(line)["error"]["code"] == code
