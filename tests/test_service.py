import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import service
from gateway.service import LIMIT, Beat, Heartbeat, silent_parts

ROOT = Path(__file__).parent.parent
DEADLINE = 20


def run_python(program: str, *before: str, **environment: str) -> str:
    """Run ``program`` in a process of its own, as systemd would; its standard output."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("NOTIFY", "WATCHDOG", "JOURNAL"))
    }
    done = subprocess.run(
        [*before, sys.executable, "-c", program],
        env={**clean, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class NotifySocket:
    """The end of ``NOTIFY_SOCKET`` that systemd holds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)

    def received(self) -> list[str]:
        found = []
        while True:
            try:
                found.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return found

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[NotifySocket]:
    end = NotifySocket(tmp_path / "notify")
    yield end
    end.close()


NOTIFY = """
from gateway import service
service.ready()
service.status("Two lines,\\nWATCHDOG=trigger")
service.watchdog()
service.stopping()
"""


def test_systemd_receives_every_notification(systemd: NotifySocket) -> None:
    run_python(NOTIFY, NOTIFY_SOCKET=str(systemd.path))
    assert systemd.received() == [
        "READY=1",
        "STATUS=Two lines, WATCHDOG=trigger",
        "WATCHDOG=1",
        "STOPPING=1",
    ]


def test_without_systemd_nothing_happens() -> None:
    assert run_python(NOTIFY + "print(service.journal_handler())") == "None\n"


def test_without_systemd_python_nothing_happens(systemd: NotifySocket) -> None:
    absent = "import sys; sys.modules['systemd'] = None\n"
    log = "import logging; logging.basicConfig(stream=sys.stdout)\n"
    said = run_python(absent + log + NOTIFY, NOTIFY_SOCKET=str(systemd.path))
    assert "apt install python3-systemd" in said
    assert systemd.received() == []


@pytest.mark.parametrize(
    ("program", "environment", "interval"),
    [
        ("", {}, "None"),
        ("", {"WATCHDOG_USEC": "30000000"}, "30.0"),
        ("os.environ['WATCHDOG_PID'] = str(os.getpid())", {"WATCHDOG_USEC": "500000"}, "0.5"),
        ("", {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, "None"),
        ("", {"WATCHDOG_USEC": "0"}, "None"),
        ("", {"WATCHDOG_USEC": "soon"}, "None"),
    ],
)
def test_the_watchdog_interval_is_that_of_this_process(
    program: str, environment: dict[str, str], interval: str
) -> None:
    said = run_python(
        f"import os\nfrom gateway import service\n{program}\nprint(service.watchdog_interval())",
        **environment,
    )
    assert said.strip() == interval


BEAT = """
import asyncio, time
from gateway import service

async def run():
    answers = {"sip": time.monotonic}
    task = asyncio.create_task(service.beat(service.Heartbeat(answers, {"sip": 1.0})))
    for _ in range(3):
        await asyncio.sleep(0.02)
    answers_stopped = time.monotonic() - 60
    task.cancel()
    beating = asyncio.create_task(
        service.beat(service.Heartbeat({"sip": lambda: answers_stopped}, {"sip": 1.0}))
    )
    for _ in range(3):
        await asyncio.sleep(0.02)
    beating.cancel()

asyncio.run(run())
"""


def test_the_watchdog_is_fed_until_a_part_falls_silent(systemd: NotifySocket) -> None:
    run_python(BEAT, NOTIFY_SOCKET=str(systemd.path), WATCHDOG_USEC="30000")
    received = systemd.received()
    assert received[0] == "WATCHDOG=1"
    assert received[-1] == "STATUS=Does not answer: sip."
    assert set(received[:-1]) == {"WATCHDOG=1"}


# The decision


def test_a_part_is_silent_after_its_limit_and_not_before() -> None:
    answers = {"loop": 100.0, "sip": 100.0, "voice": 100.0}
    limits = {"sip": 2.0, "voice": 1.0}
    assert silent_parts(answers, limits, 101.0) == ()
    assert silent_parts(answers, limits, 101.5) == ("voice",)
    assert silent_parts(answers, limits, 103.0) == ("sip", "voice")
    assert silent_parts(answers, limits, 100.0 + LIMIT) == ("sip", "voice")
    assert silent_parts(answers, limits, 100.1 + LIMIT) == ("loop", "sip", "voice")


@given(st.dictionaries(st.text("abc", min_size=1), st.floats(0, 1000)), st.floats(0, 1000))
def test_exactly_the_parts_that_answered_lately_are_not_silent(
    answers: dict[str, float], now: float
) -> None:
    silent = silent_parts(answers, {}, now)
    for name, last in answers.items():
        assert (name in silent) == (now - last > LIMIT)


def test_a_part_is_named_once_when_it_falls_silent_and_once_when_it_returns() -> None:
    times = {"sip": 0.0}
    heartbeat = Heartbeat({"sip": lambda: times["sip"]}, {"sip": 5.0})
    assert heartbeat.look(5.0) == Beat((), (), ())
    assert heartbeat.look(6.0) == Beat(("sip",), ("sip",), ())
    assert heartbeat.look(7.0) == Beat(("sip",), (), ())
    times["sip"] = 8.0
    assert heartbeat.look(8.0) == Beat((), (), ("sip",))
    assert heartbeat.look(9.0) == Beat((), (), ())


def test_a_part_may_tell_instead_of_being_asked() -> None:
    heartbeat = Heartbeat({}, {"voice": 1.0})
    assert heartbeat.look(50.0).silent == ()
    heartbeat.answered("voice", 50.0)
    assert heartbeat.look(51.0).silent == ()
    assert heartbeat.look(51.5).silent == ("voice",)


def test_a_part_that_cannot_be_asked_falls_silent(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> float:
        raise RuntimeError("gone")

    heartbeat = Heartbeat({"sip": broken, "voice": lambda: 120.0})
    assert heartbeat.look(100.0).silent == ()
    assert heartbeat.look(120.0).silent == ("sip",)
    assert "sip" in caplog.text


def test_the_log_names_the_silent_part_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "gateway.service")
    times = {"sip": 0.0}
    heartbeat = Heartbeat({"sip": lambda: times["sip"], "voice": lambda: 100.0})
    for now in (100.0, 101.0, 102.0):
        service.tell(heartbeat.look(now))
    times["sip"] = 103.0
    service.tell(heartbeat.look(103.0))
    assert [record.getMessage() for record in caplog.records] == [
        "the part sip of the gateway does not answer",
        "the part sip of the gateway answers again",
    ]


# The journal


def logged(level: int, extra: Mapping[str, object], *arguments: object) -> logging.LogRecord:
    log = logging.getLogger("gateway.exchange")
    return log.makeRecord(
        log.name, level, "exchange.py", 7, "call of %s", arguments, None, "run", extra
    )


def test_extras_with_the_prefix_become_fields_of_the_journal() -> None:
    extra = {"field_call": "a1", "field_reason": "busy", "field_line": None, "other": 1}
    fields = service.journal_fields(logged(logging.WARNING, extra, "4 at night"))
    assert fields["CALL"] == "a1"
    assert fields["REASON"] == "busy"
    assert fields["PRIORITY"] == "4"
    assert fields["LOGGER"] == "gateway.exchange"
    assert {"LINE", "OTHER", "ARGS"}.isdisjoint(fields)
    assert "4 at night" not in fields.values()


@pytest.mark.parametrize(
    "name", ["field_", "field__x", "field_ä", "field_a b", "field_" + "x" * 65]
)
def test_a_field_that_the_journal_would_refuse_is_left_out(name: str) -> None:
    assert service.journal_fields(logged(logging.INFO, {name: "secret"})).get("X") is None
    assert "secret" not in service.journal_fields(logged(logging.INFO, {name: "secret"})).values()


@pytest.mark.parametrize(
    ("level", "priority"),
    [(5, "7"), (10, "7"), (20, "6"), (25, "6"), (30, "4"), (40, "3"), (50, "2")],
)
def test_levels_become_syslog_priorities(level: int, priority: str) -> None:
    assert service.journal_fields(logged(level, {}))["PRIORITY"] == priority


JOURNAL = """
import logging, os, socket, subprocess, sys
subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
os.makedirs("/run/systemd/journal")
journald = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
journald.bind("/run/systemd/journal/socket")
journald.settimeout(5)
from gateway import service
found = os.fstat(2)
os.environ["JOURNAL_STREAM"] = f"{found.st_dev}:{found.st_ino}"
handler = service.journal_handler()
logging.getLogger().addHandler(handler)
logging.getLogger("gateway.x").warning("call of %s", "aunt", extra={"field_call": "a1"})
sys.stdout.write(journald.recv(65536).decode())
"""


@pytest.fixture
def own_mounts() -> tuple[str, ...]:
    """The words before a command that may mount what it wants, unseen by anybody else."""
    words = ("unshare", "--user", "--map-root-user", "--mount")
    try:
        allowed = subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        allowed = False
    if not allowed:
        pytest.skip("this computer allows no user namespaces, so it can hold no second journal")
    return words


def test_an_entry_reaches_the_journal_with_its_fields(own_mounts: tuple[str, ...]) -> None:
    entry = run_python(JOURNAL, *own_mounts).splitlines()
    assert "MESSAGE=call of aunt" in entry
    assert "CALL=a1" in entry
    assert "PRIORITY=4" in entry
    assert "SYSLOG_IDENTIFIER=gateway" in entry
    assert sum(line.startswith("CODE_LINE=") for line in entry) == 1


@pytest.mark.parametrize("stream", [None, "", "1:1", "nonsense"])
def test_a_process_whose_output_is_not_the_journal_does_not_write_to_it(
    monkeypatch: pytest.MonkeyPatch, stream: str | None
) -> None:
    if stream is None:
        monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    else:
        monkeypatch.setenv("JOURNAL_STREAM", stream)
    assert service.journal_handler() is None
