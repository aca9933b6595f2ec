import asyncio
import logging
import os
import socket
import stat
import threading
from pathlib import Path

import pytest

import gateway
from gateway.control.connection import REQUESTS
from gateway.control.event_queue import KEPT
from gateway.control.protocol import MAX_LINE, ErrorCode
from gateway.control.server import CONNECTIONS, AlreadyRunningError, ControlServer
from tests.control.serving import Peer, eventually, peer, request, serving


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "control.sock"


def code(answer: object) -> int:
    match answer:
        case {"error": {"code": int(found)}}:
            return found
    raise AssertionError(f"{answer} is no error")


# Requests


def test_a_request_gets_the_result_of_its_method(path: Path) -> None:
    async def run() -> None:
        async with serving(path), peer(path) as program:
            answer = await program.ask("echo", 5, line="телефон")
        assert answer == {"jsonrpc": "2.0", "id": 5, "result": {"line": "телефон"}}

    asyncio.run(run())


def test_the_gateway_tells_its_version(path: Path) -> None:
    async def run() -> None:
        async with serving(path), peer(path) as program:
            answer = await program.ask("gateway.version")
        assert answer["result"] == {"protocol": 1, "software": gateway.__version__}

    asyncio.run(run())


def test_a_long_request_does_not_hold_up_another(path: Path) -> None:
    async def run() -> None:
        async with serving(path) as (_, daemon), peer(path) as program:
            await program.send(request("wait", 1), request("echo", 2))
            first = await program.receive()
            daemon.release.set()
            second = await program.receive()
        assert (first["id"], second["id"]) == (2, 1)

    asyncio.run(run())


def test_a_value_error_reaches_the_user_as_its_sentence(path: Path) -> None:
    async def run() -> None:
        async with serving(path), peer(path) as program:
            answer = await program.ask("refuse")
        assert answer["error"] == {
            "code": ErrorCode.REFUSED,
            "message": "The receiver is on-hook: lift it first.",
        }

    asyncio.run(run())


def test_another_exception_is_logged_and_not_sent(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        async with serving(path), peer(path) as program:
            answer = await program.ask("fail")
            assert (await program.ask("echo", 2))["id"] == 2
        assert code(answer) == ErrorCode.INTERNAL_ERROR
        assert "1234" not in str(answer)

    asyncio.run(run())
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info is not None
    assert "1234" in str(record.exc_info[1])


def test_a_result_that_json_cannot_say_is_an_internal_error(path: Path) -> None:
    async def run() -> None:
        async with serving(path), peer(path) as program:
            assert code(await program.ask("nonsense")) == ErrorCode.INTERNAL_ERROR
            await program.send([request("nonsense", 1), request("echo", 2)])
            first, second = await program.receive()
        assert code(first) == ErrorCode.INTERNAL_ERROR
        assert second["result"] == {}

    asyncio.run(run())


def test_a_method_whose_inner_work_is_cancelled_still_answers(path: Path) -> None:
    async def run() -> None:
        async with serving(path), peer(path) as program:
            assert code(await program.ask("lose")) == ErrorCode.INTERNAL_ERROR

    asyncio.run(run())


def test_an_unknown_method_is_answered_with_those_that_exist(path: Path) -> None:
    async def run() -> None:
        async with serving(path), peer(path) as program:
            answer = await program.ask("ecko")
        assert code(answer) == ErrorCode.METHOD_NOT_FOUND
        assert "echo" in answer["error"]["message"]

    asyncio.run(run())


def test_methods_may_be_added_until_the_start(path: Path) -> None:
    async def late(_params: object) -> str:
        return "here"

    async def run() -> None:
        server = ControlServer(path, {})
        server.methods["late"] = late
        await server.start()
        async with peer(path) as program:
            assert (await program.ask("late"))["result"] == "here"
        await server.close()

    asyncio.run(run())


def test_a_batch_is_answered_by_a_batch_without_its_notifications(path: Path) -> None:
    async def run() -> None:
        async with serving(path) as (_, daemon), peer(path) as program:
            note = {"jsonrpc": "2.0", "method": "note", "params": {"n": 1}}
            await program.send([request("echo", 1), note, 5, request("refuse", 2)])
            answers = await program.receive()
            assert daemon.noted == [{"n": 1}]
        assert [answer["id"] for answer in answers] == [1, None, 2]

    asyncio.run(run())


def test_notifications_get_no_answer(path: Path) -> None:
    async def run() -> None:
        async with serving(path) as (_, daemon), peer(path) as program:
            note = {"jsonrpc": "2.0", "method": "note"}
            await program.send(note, [note, note], {"jsonrpc": "2.0", "method": "unknown"})
            assert (await program.ask("echo", 9))["id"] == 9
            assert len(daemon.noted) == 3

    asyncio.run(run())


def test_an_answer_that_is_too_long_for_a_line_becomes_an_error(path: Path) -> None:
    async def run() -> None:
        async with serving(path), peer(path) as program:
            assert code(await program.ask("large")) == ErrorCode.OVERLOADED
            await program.send([request("large", 1), request("echo", 2)])
            assert [answer["id"] for answer in await program.receive()] == [1, 2]

    asyncio.run(run())


# Bad peers


@pytest.mark.parametrize("garbage", [b"\x00\xff\n", b"{\n", b"[]\n", b"[" * 5000 + b"\n", b"7\n"])
def test_garbage_is_answered_and_the_connection_goes_on(path: Path, garbage: bytes) -> None:
    async def run() -> None:
        async with serving(path), peer(path) as program:
            program.writer.write(b"\n  \r\n" + garbage)
            answer = await program.receive()
            assert answer["id"] is None
            assert code(answer) in {ErrorCode.PARSE_ERROR, ErrorCode.INVALID_REQUEST}
            assert (await program.ask("echo", 2))["id"] == 2

    asyncio.run(run())


def test_a_request_may_come_byte_by_byte(path: Path) -> None:
    async def run() -> None:
        async with serving(path), peer(path) as program:
            for byte in b'{"jsonrpc": "2.0", "id": 3, "method": "echo"}\n':
                program.writer.write(bytes([byte]))
                await program.writer.drain()
                await asyncio.sleep(0)
            assert (await program.receive())["id"] == 3

    asyncio.run(run())


def test_a_line_of_the_longest_length_is_taken(path: Path) -> None:
    async def run() -> None:
        async with serving(path), peer(path) as program:
            start = b'{"jsonrpc": "2.0", "id": 1, "method": "note", "params": {"x": "'
            line = start + b"x" * (MAX_LINE - len(start) - 3) + b'"}}\n'
            assert len(line) == MAX_LINE + 1
            program.writer.write(line)
            assert (await program.receive())["id"] == 1

    asyncio.run(run())


@pytest.mark.parametrize("length", [MAX_LINE + 2, 2 * MAX_LINE, 5 * MAX_LINE])
def test_a_longer_line_is_skipped_with_an_error(path: Path, length: int) -> None:
    async def run() -> None:
        async with serving(path) as (_, daemon), peer(path) as program:
            # Its end would be a message by itself.
            end = b'{"jsonrpc": "2.0", "method": "note"}\n'
            program.writer.write(b"x" * (length - len(end)) + end)
            assert code(await program.receive()) == ErrorCode.INVALID_REQUEST
            assert (await program.ask("echo", 2))["id"] == 2
            assert daemon.noted == []

    asyncio.run(run())


def test_a_longer_line_that_never_ends_ends_with_its_peer(path: Path) -> None:
    async def run() -> None:
        async with serving(path):
            async with peer(path) as program:
                program.writer.write(b"x" * (2 * MAX_LINE))
                await program.writer.drain()
            async with peer(path) as other:
                assert (await other.ask("echo", 2))["id"] == 2

    asyncio.run(run())


def test_too_many_requests_at_a_time_are_refused_at_once(path: Path) -> None:
    async def run() -> None:
        async with serving(path) as (_, daemon), peer(path) as program:
            await program.send(*(request("wait", number) for number in range(REQUESTS)))
            assert code(await program.ask("echo", 1000)) == ErrorCode.OVERLOADED
            daemon.release.set()
            answered = {(await program.receive())["id"] for _ in range(REQUESTS)}
            assert answered == set(range(REQUESTS))
            assert (await program.ask("echo", 1001))["result"] == {}

    asyncio.run(run())


def test_a_batch_that_is_too_long_is_refused_item_by_item(path: Path) -> None:
    async def run() -> None:
        async with serving(path), peer(path) as program:
            await program.send([request("echo", number) for number in range(REQUESTS + 1)])
            answers = await program.receive()
        assert {code(answer) for answer in answers} == {ErrorCode.OVERLOADED}
        assert len(answers) == REQUESTS + 1

    asyncio.run(run())


def test_too_many_connections_are_turned_away(path: Path) -> None:
    async def run() -> None:
        async with serving(path):
            peers = [Peer(*await asyncio.open_unix_connection(path)) for _ in range(CONNECTIONS)]
            assert (await peers[-1].ask("echo"))["id"] == 1
            async with peer(path) as late:
                assert code(await late.receive()) == ErrorCode.OVERLOADED
                assert await late.ended()
            for program in peers:
                await program.leave()

    asyncio.run(run())


def test_a_request_is_cancelled_when_its_peer_goes(path: Path) -> None:
    async def run() -> None:
        async with serving(path) as (_, daemon):
            async with peer(path) as program:
                await program.send(request("wait", 1))
                await eventually(lambda: daemon.waiting == 1)
            await eventually(lambda: daemon.cancelled == 1)

    asyncio.run(run())


def test_a_peer_that_only_stopped_to_send_gets_its_answers(path: Path) -> None:
    async def run() -> None:
        async with serving(path) as (_, daemon), peer(path) as program:
            # The last line has no end, as from printf.
            program.writer.write(b'{"jsonrpc": "2.0", "id": 1, "method": "wait"}')
            program.writer.write_eof()
            await eventually(lambda: daemon.waiting == 1)
            daemon.release.set()
            assert (await program.receive())["result"] == "done"
            assert await program.ended()

    asyncio.run(run())


def test_a_peer_that_stopped_to_send_and_then_goes_is_noticed(path: Path) -> None:
    async def run() -> None:
        async with serving(path) as (_, daemon):
            async with peer(path) as program:
                await program.send(request("wait", 1))
                program.writer.write_eof()
                await eventually(lambda: daemon.waiting == 1)
            await eventually(lambda: daemon.cancelled == 1)

    asyncio.run(run())


# Events


def test_an_event_that_must_be_named_is_not_among_all(path: Path) -> None:
    async def run() -> None:
        trace = frozenset({"trace"})
        async with serving(path, trace) as (server, _), peer(path) as program:
            assert not server.wanted("trace")
            await program.ask("subscribe")
            assert server.wanted("line")
            assert not server.wanted("trace")
            server.publish("trace", {"text": "dropped"})
            await program.ask("subscribe", events=["trace"])
            assert server.wanted("trace")
            server.publish("trace", {"text": "sent"})
            assert (await program.receive())["params"] == {"text": "sent"}

    asyncio.run(run())


def test_events_go_to_whoever_subscribed(path: Path) -> None:
    async def run() -> None:
        async with serving(path) as (server, _), peer(path) as watcher, peer(path) as other:
            await watcher.ask("subscribe")
            await other.ask("echo")
            server.publish("line", {"line": "phone", "state": "ringing"})
            event = await watcher.receive()
            assert (await other.ask("echo", 7))["id"] == 7
        assert event == {
            "jsonrpc": "2.0",
            "method": "line",
            "params": {"line": "phone", "state": "ringing"},
        }

    asyncio.run(run())


def test_a_subscription_may_name_its_events_and_end(path: Path) -> None:
    async def run() -> None:
        async with serving(path) as (server, _), peer(path) as watcher:
            await watcher.ask("subscribe", events=["call"])
            server.publish("line", {})
            server.publish("call", {})
            assert (await watcher.receive())["method"] == "call"
            await watcher.ask("unsubscribe")
            server.publish("call", {})
            assert (await watcher.ask("echo", 7))["id"] == 7

    asyncio.run(run())


@pytest.mark.parametrize("events", ["call", [1], {}])
def test_a_subscription_to_nonsense_is_refused(path: Path, events: object) -> None:
    async def run() -> None:
        async with serving(path), peer(path) as watcher:
            assert code(await watcher.ask("subscribe", events=events)) == ErrorCode.REFUSED

    asyncio.run(run())


def test_a_slow_reader_loses_the_oldest_events_and_is_told_how_many(path: Path) -> None:
    async def run() -> None:
        async with serving(path) as (server, _), peer(path) as watcher:
            await watcher.ask("subscribe")
            published = 3 * KEPT
            for number in range(published):  # without giving the loop a chance to send
                server.publish("call", {"number": number})
            lost = await watcher.receive()
            assert lost["method"] == "events.lost"
            rest = [await watcher.receive() for _ in range(KEPT)]
            numbers = [event["params"]["number"] for event in rest]
        assert lost["params"]["count"] + len(numbers) == published
        assert numbers == list(range(published - KEPT, published))

    asyncio.run(run())


def test_a_reader_that_never_reads_holds_up_neither_the_gateway_nor_its_end(path: Path) -> None:
    async def run() -> None:
        server = ControlServer(path, {})
        await server.start()
        with socket.socket(socket.AF_UNIX) as stuck:
            stuck.connect(str(path))
            stuck.sendall(b'{"jsonrpc": "2.0", "id": 1, "method": "subscribe"}\n')
            async with peer(path) as program:
                # What the kernel and the transport hold is less than this.
                for _ in range(100):
                    server.publish("call", {"text": "x" * 50_000})
                    assert (await program.ask("gateway.version"))["id"] == 1
            await server.close()

    asyncio.run(run())
    assert not path.exists()


def test_an_event_that_json_cannot_say_is_logged_and_not_sent(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        async with serving(path) as (server, _), peer(path) as watcher:
            await watcher.ask("subscribe")
            server.publish("line", {"level": float("inf")})
            server.publish("line", {"level": 1})
            assert (await watcher.receive())["params"] == {"level": 1}

    asyncio.run(run())
    assert "line" in caplog.text


# The socket file


def test_the_socket_is_for_its_user_and_its_group_only(path: Path) -> None:
    async def run() -> int:
        async with serving(path):
            return await asyncio.to_thread(lambda: path.stat().st_mode)

    mode = asyncio.run(run())
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o660


def test_the_socket_of_a_dead_gateway_is_replaced(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))

    async def run() -> None:
        async with serving(path), peer(path) as program:
            assert (await program.ask("echo"))["id"] == 1

    asyncio.run(run())


def test_the_socket_of_a_running_gateway_is_refused_and_left_alone(path: Path) -> None:
    async def run() -> None:
        async with serving(path):
            with pytest.raises(AlreadyRunningError, match=r"running at .* already"):
                await ControlServer(path, {}).start()
            async with peer(path) as program:
                assert (await program.ask("echo"))["id"] == 1

    asyncio.run(run())


def test_a_file_that_is_no_socket_is_not_replaced(path: Path) -> None:
    path.write_text("precious")

    async def run() -> None:
        with pytest.raises(OSError, match="not a socket"):
            await ControlServer(path, {}).start()

    asyncio.run(run())
    assert path.read_text() == "precious"


@pytest.mark.parametrize("name", ["missing/control.sock", "x" * 120])
def test_a_socket_that_cannot_be_made_says_what_to_do(tmp_path: Path, name: str) -> None:
    async def run() -> None:
        with pytest.raises(OSError, match="Choose another folder"):
            await ControlServer(tmp_path / name, {}).start()

    asyncio.run(run())
    assert list(tmp_path.iterdir()) == []


def test_closing_ends_connections_removes_the_socket_and_may_be_repeated(path: Path) -> None:
    async def run() -> None:
        server = ControlServer(path, {})
        await server.close()
        await server.start()
        async with peer(path) as program:
            await program.ask("gateway.version")
            await server.close()
            await server.close()
            assert await program.ended()
        assert list(path.parent.iterdir()) == []

    asyncio.run(run())


def test_the_request_that_stops_the_gateway_is_answered(path: Path) -> None:
    stop = asyncio.Event()

    async def method(_params: object) -> str:
        stop.set()
        return "stopping"

    async def run() -> None:
        server = ControlServer(path, {"stop": method})
        await server.start()
        async with peer(path) as program:
            await program.send(request("stop", 1))
            await stop.wait()
            await server.close()
            assert (await program.receive())["result"] == "stopping"
            assert await program.ended()

    asyncio.run(run())


def test_a_closed_server_can_start_again(path: Path) -> None:
    async def run() -> None:
        server = ControlServer(path, {})
        for _ in range(2):
            await server.start()
            async with peer(path) as program:
                assert (await program.ask("gateway.version"))["id"] == 1
            await server.close()

    asyncio.run(run())


def test_closing_leaves_the_socket_of_a_successor(path: Path) -> None:
    async def run() -> None:
        server = ControlServer(path, {})
        await server.start()
        await asyncio.to_thread(path.unlink)
        async with serving(path):
            await server.close()
            async with peer(path) as program:
                assert (await program.ask("echo"))["id"] == 1

    asyncio.run(run())


def test_the_peer_is_named_in_the_log(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "gateway.control")

    async def run() -> None:
        async with serving(path), peer(path) as program:
            await program.ask("echo")

    asyncio.run(run())
    assert f"process {os.getpid()} (uid {os.getuid()}" in caplog.text


def test_nothing_is_left_running(path: Path) -> None:
    before = threading.active_count()

    async def run() -> None:
        async with serving(path) as (_, daemon), peer(path) as program:
            await program.send(request("wait", 1))
            await eventually(lambda: daemon.waiting == 1)
        assert daemon.cancelled == 1
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        assert tasks == set()

    asyncio.run(run())
    assert threading.active_count() == before
