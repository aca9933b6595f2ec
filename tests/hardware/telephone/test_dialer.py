from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from tests.simulators.telephone import contacts
from tests.simulators.telephone.contacts import Edge
from tests.simulators.telephone.dialer import build, play
from tests.simulators.telephone.rotary import Dial


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("dialer"))


def test_the_edges_of_a_digit_are_written_in_order_and_none_before_its_time(
    program: Path, tmp_path: Path
) -> None:
    pipe = tmp_path / "pull"
    os.mkfifo(pipe)
    edges = Dial(pps=20, contacts=contacts.WORN).digit("3", 1)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.extend(pipe.read_text().splitlines()))
    reader.start()
    played = play(program, pipe, edges)
    reader.join()
    assert read == ["pull-up" if edge.closed else "pull-down" for edge in edges]
    assert len(played.written) == len(edges)
    for edge, wanted, written in zip(edges, played.wanted, played.written, strict=True):
        assert wanted - played.wanted[0] == pytest.approx(edge.time, abs=1e-6)
        assert written >= wanted
    assert played.worst_delay >= 0


def test_an_attribute_file_is_overwritten_from_its_beginning(program: Path, tmp_path: Path) -> None:
    attribute = tmp_path / "pull"
    attribute.write_text("")
    play(program, attribute, [Edge(0.0, False), Edge(0.001, True), Edge(0.002, False)])
    assert attribute.read_text() == "pull-down\n"


def test_an_attribute_that_is_not_there_is_an_error(program: Path, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"could not play the edges: .*No such file"):
        play(program, tmp_path / "nothing" / "pull", [Edge(0.0, True)])


def test_nothing_to_play_is_an_error(program: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no edges"):
        play(program, tmp_path / "pull", [])


def test_a_compiler_that_fails_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"could not build dialer\.c"):
        build(tmp_path, compiler="false")
