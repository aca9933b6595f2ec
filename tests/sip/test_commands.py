import socket
import threading
from collections.abc import Iterator
from functools import partial

import pytest

from gateway.sip.commands import Commands

LONG = 10_000
"""Milliseconds; a test that waits for so long has failed."""


@pytest.fixture
def commands() -> Iterator[Commands]:
    made = Commands()
    yield made
    made.close()


def test_a_command_from_another_thread_ends_the_wait(commands: Commands) -> None:
    done: list[int] = []
    threading.Timer(0.05, lambda: commands.put(lambda: done.append(1))).start()
    assert commands.wait(LONG) is False, "it was no packet"
    for command in commands.take():
        command()
    assert done == [1]


def test_commands_are_taken_once_and_in_order(commands: Commands) -> None:
    done: list[int] = []
    for number in range(3):
        commands.put(partial(done.append, number))
    commands.wait(LONG)
    for command in commands.take():
        command()
    assert done == [0, 1, 2]
    assert list(commands.take()) == []


def test_a_packet_ends_the_wait_too(commands: Commands) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        commands.watch(sock.dup())
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"x", sock.getsockname())
        assert commands.wait(LONG) is True


def test_nothing_to_do_takes_as_long_as_it_was_given(commands: Commands) -> None:
    assert commands.wait(1) is False


def test_a_command_put_after_the_end_harms_nobody(commands: Commands) -> None:
    commands.close()
    commands.put(lambda: None)
    assert len(list(commands.take())) == 1
