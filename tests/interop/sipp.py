"""SIPp as a provider."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template

from tests.interop.kamailio import free_port

SCENARIO = Path(__file__).with_suffix(".xml")
ACTION = '<ereg regexp="^{status}$" search_in="var" variable="status" assign_to="s{status}"/>'
TEST = '<nop next="{status}" test="s{status}"/>'
REFUSAL = """  <label id="{status}"/>
  <send retrans="500"><![CDATA[
      SIP/2.0 {status} Refused by SIPp
      [last_Via:]
      [last_From:]
      [last_To:];tag=[call_number]
      [last_Call-ID:]
      [last_CSeq:]
      Contact: <sip:[service]@[local_ip]:[local_port]>
      Content-Length: 0

  ]]></send>
  <recv request="ACK" next="9"/>


"""
ANSWER = 200
"""The status of a call that is answered, after early media."""


def scenario(refusals: Iterable[int]) -> str:
    """SIPp takes no variable in a status line, so there is a branch for each status."""
    statuses = (ANSWER, *refusals)
    return Template(SCENARIO.read_text()).substitute(
        actions="".join(ACTION.format(status=status) for status in statuses),
        tests="".join(TEST.format(status=status) for status in statuses),
        refusals="".join(REFUSAL.format(status=status) for status in refusals),
    )


@contextmanager
def sipp(folder: Path, number: str, password: str, refusals: Iterable[int]) -> Iterator[int]:
    """Run SIPp as the network of one account; gives its port."""
    file = folder / "network.xml"
    file.write_text(scenario(tuple(refusals)))
    port = free_port()
    command = [
        "sipp", "-sf", str(file), "-i", "127.0.0.1", "-p", str(port), "-mi", "127.0.0.1",
        "-mp", str(free_port() & ~1), "-rtp_echo", "-key", "username", number,
        "-key", "password", password, "-nostdin",
    ]  # fmt: skip
    with (folder / "sipp.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)
