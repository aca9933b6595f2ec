"""Guides a person through the examination of a line (``gateway doctor line``)."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from gateway.control.client import ControlClient
from gateway.control.errors import RefusedError, lost
from gateway.control.protocol import Notification

Values = Mapping[str, Any]
Say = Callable[[str], None]

PROMPTS = {
    "receiver": "Lift the receiver.",
    "digits": "Dial 0 twice, with the dial or with the keys.  (You call nobody.)",
    "silence": "Be silent for a moment.",
    "echo": "You hear a hiss: stay silent until it ends.",
    "speech": "Say a sentence or two in your usual voice.",
    "flash": "Tap the cradle once, or press the key R.",
    "hang-up": "Replace the receiver.",
}
MARKS = {"passed": "ok", "failed": "NOT OK", "skipped": "skipped", "timed-out": "no result"}
SKIP = "Enter skips a step, Ctrl-C ends the examination."


def examine(socket: Path, line: str | None, say: Say) -> Values:
    """Examine ``line``, or the first one; ``say`` what to do.  Returns the gateway's report.

    Ended from the keyboard, it leaves the line as it was.
    """
    return asyncio.run(_examine(socket, line, say))


async def _examine(socket: Path, line: str | None, say: Say) -> Values:
    async with await ControlClient.connect(socket) as client:
        await client.subscribe("examination")
        begun = await client.call("line.examine", **({"line": line} if line else {}))
        name = begun["line"]
        say(f"Line {name} is examined. {SKIP if sys.stdin.isatty() else ''}".rstrip())
        try:
            with _enter(client, name):
                return await _follow(client, name, say)
        except asyncio.CancelledError:
            # Over already, if it ended just now.
            with contextlib.suppress(RefusedError):
                await client.call("line.examine-stop", line=name)
            raise


async def _follow(client: ControlClient, line: str, say: Say) -> Values:
    async for event in client.events():
        if _is_of(event, line):
            told = text(event.params)
            if told:
                say(told)
            if event.params["phase"] == "over":
                report: Values = event.params["report"]
                return report
    raise lost()


def _is_of(event: Notification, line: str) -> bool:
    return event.method == "examination" and event.params["line"] == line


def text(event: Values) -> str:
    """What a person is told of one event."""
    match event:
        case {"phase": "begins", "step": step}:
            return PROMPTS.get(step, f"{step} ...")
        case {"phase": "ends", "result": result}:
            return result_text(result)
    return ""


def result_text(result: Values) -> str:
    """What came of a step: how it ended, and why."""
    head = f"  [{MARKS.get(result['outcome'], result['outcome'])}]"
    findings = list(result["findings"]) or [""]
    return "\n".join([f"{head} {findings[0]}".rstrip(), *(f"    {more}" for more in findings[1:])])


@contextlib.contextmanager
def _enter(client: ControlClient, line: str) -> Iterator[None]:
    """The key Enter skips a step, on a terminal."""
    loop, tasks = asyncio.get_running_loop(), set[asyncio.Task[None]]()

    async def skip() -> None:
        with contextlib.suppress(RefusedError):
            await client.call("line.examine-skip", line=line)

    def pressed() -> None:
        if not sys.stdin.readline():
            loop.remove_reader(sys.stdin)
            return
        task = asyncio.create_task(skip())
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    if not sys.stdin.isatty():
        yield
        return
    loop.add_reader(sys.stdin, pressed)
    try:
        yield
    finally:
        loop.remove_reader(sys.stdin)
