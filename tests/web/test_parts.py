"""Attempts, sessions, certificate and audit, each alone."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from gateway.web import audit as audit_module
from gateway.web import certificate
from gateway.web.attempts import FREE, FREE_IN_TOTAL, LONGEST, Attempts
from gateway.web.audit import Audit
from gateway.web.daemon import Daemon
from gateway.web.sessions import IDLE, MOST, Sessions
from gateway.web.site import site_in
from gateway.web.way_in import obey


def test_every_failure_makes_the_next_try_wait_longer() -> None:
    attempts, waits = Attempts(), []
    for count in range(20):
        now = count * 10.0
        attempts.failed("a", now)
        waits.append(attempts.wait("a", now))
    assert waits[:FREE] == [0.0] * FREE
    assert waits[FREE:] == sorted(waits[FREE:])
    assert waits[FREE] > 0
    assert waits[-1] == LONGEST
    assert attempts.wait("b", 200.0) == 0.0


def test_many_addresses_are_slowed_down_together() -> None:
    attempts = Attempts()
    for count in range(FREE_IN_TOTAL + 10):
        attempts.failed(f"address {count}", 5.0)
    assert attempts.wait("a new address", 5.0) > 0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 1e5)), max_size=60))
def test_no_row_of_failures_locks_out_for_longer_than_the_limit(
    failures: list[tuple[str, float]],
) -> None:
    attempts = Attempts()
    for address, now in sorted(failures, key=lambda failure: failure[1]):
        attempts.failed(address, now)
        assert 0 <= attempts.wait(address, now) <= LONGEST


def test_a_session_that_nobody_uses_ends(tmp_path: Path) -> None:
    now = [1e9]
    sessions = Sessions(tmp_path, lambda: now[0])
    name, _ = sessions.begin()
    now[0] += IDLE - 1
    assert sessions.find(name) is not None
    now[0] += IDLE + 1
    assert sessions.find(name) is None
    assert sessions.find("") is None


def test_visitors_who_only_look_push_nobody_out_who_has_signed_in(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path, lambda: 1e9)
    name = sessions.sign_in(sessions.begin()[1])
    for _ in range(2 * MOST):
        sessions.begin()
    found = sessions.find(name)
    assert found is not None
    assert found.signed_in


def test_the_certificate_is_kept_and_renewed_in_time_with_its_key(tmp_path: Path) -> None:
    now = certificate.today()
    first, key = certificate.certificate_in(tmp_path, ["phone", "phone.local"], now)
    before = certificate.fingerprint(first)
    private = key.read_bytes()
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(first, key)
    certificate.certificate_in(tmp_path, ["phone.local"], now + timedelta(days=700))
    assert certificate.fingerprint(first) == before
    certificate.certificate_in(tmp_path, ["phone.local"], now + timedelta(days=800))
    assert certificate.fingerprint(first) != before
    assert key.read_bytes() == private
    assert {path.stat().st_mode & 0o777 for path in (first, key)} == {0o600}
    second = certificate.fingerprint(first)
    certificate.certificate_in(tmp_path, ["192.168.1.20"], now + timedelta(days=800))
    assert certificate.fingerprint(first) != second


def test_a_file_on_the_card_lets_the_owner_in_again_and_counts_once(tmp_path: Path) -> None:
    file, folder = tmp_path / "multifon-gateway-reset", tmp_path / "state"
    site = site_in(folder, Daemon(tmp_path / "control.sock"))

    def chosen() -> bool:
        return site.password.chosen

    asyncio.run(site.password.choose("three old words"))
    name = site.sessions.sign_in(site.sessions.begin()[1])
    assert not obey(file, folder, site)
    file.touch()
    assert obey(file, folder, site)
    assert not chosen()
    assert site.sessions.find(name) is None
    asyncio.run(site.password.choose("four new old words"))
    assert not obey(file, folder, site)
    assert chosen()
    os.utime(file, (1e9, 1e9))
    assert obey(file, folder, site)


def test_the_audit_log_is_bounded_and_survives_a_cut_line(tmp_path: Path) -> None:
    audit = Audit(tmp_path)
    for number in range(200):
        audit.note("signed-in", "192.0.2.7", f"{number} " + "x" * 5000)
    with (tmp_path / "audit.log").open("a") as file:
        file.write('{"time": 1, "wh')
    rows = audit.latest()
    assert rows[0]["detail"].startswith("199 ")
    assert len(json.dumps(rows[0])) < 500
    assert (tmp_path / "audit.log").stat().st_size < audit_module.LARGEST + 1000
