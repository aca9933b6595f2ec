"""The network between us and the account service, at its worst."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.multifon.client import PAUSES, Client
from gateway.multifon.errors import NotSentError, ServiceError, UnclearError
from gateway.multifon.https import REDIRECTS, HttpsDoor
from gateway.multifon.routing import Routing
from gateway.settings.secret import Secret
from tests.certificates import Certificates, certificates
from tests.multifon.provider import LOGIN, Provider, provider
from tests.test_multifon_network.conftest import PASSWORD

SHORT = 0.5
"""Seconds after which what is slow for ever has timed out."""


@contextmanager
def listener(serve: Callable[[socket.socket], None] | None = None) -> Iterator[int]:
    """A TCP port; ``serve`` gets each connection in a thread."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    if serve is not None:
                        serve(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def troubled(client: Client) -> ServiceError:
    with pytest.raises(ServiceError) as trouble:
        client.read_routing()
    return trouble.value


# TLS.


def test_a_certificate_of_an_authority_that_is_not_trusted_stops_before_the_password(
    multifon: Provider,
) -> None:
    trouble = troubled(multifon.client(bundle=""))
    assert isinstance(trouble, NotSentError)
    assert trouble.code == "certificate"
    assert "provider.ca_bundle" in trouble.words.en
    assert multifon.asked == []
    assert multifon.pauses == [], "it would not be trusted a second later either"


def test_another_authority_than_the_one_in_the_bundle_is_not_trusted(
    multifon: Provider, tmp_path: Path
) -> None:
    stranger = certificates(tmp_path / "stranger")
    assert troubled(multifon.client(bundle=str(stranger.bundle))).code == "certificate"


def test_a_certificate_for_another_host_stops_before_the_password(
    tmp_path: Path, authority: Certificates
) -> None:
    with provider(tmp_path, authority, host="sm.megafon.ru") as running:
        trouble = troubled(running.client())
        assert (trouble.code, running.asked) == ("certificate", [])
        assert "belongs to somebody else" in trouble.words.en


def test_the_authority_of_the_bundle_is_trusted_under_its_host_name(
    tmp_path: Path, authority: Certificates
) -> None:
    with provider(tmp_path, authority, host="localhost") as running:
        url = running.url.replace("127.0.0.1", "localhost")
        assert running.client(url=url).read_routing() is Routing.MULTIFON


def test_a_bundle_that_cannot_be_read_is_told_by_its_name(multifon: Provider) -> None:
    trouble = troubled(multifon.client(bundle="/nowhere/authority.pem"))
    assert trouble.code == "ca-bundle"
    assert "/nowhere/authority.pem" in trouble.words.en


def test_a_bundle_without_a_certificate_is_told(multifon: Provider, tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing\n")
    assert troubled(multifon.client(bundle=str(empty))).code == "ca-bundle"


def test_a_server_without_tls_is_told(multifon: Provider) -> None:
    with listener(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")) as port:
        trouble = troubled(multifon.client(url=f"https://127.0.0.1:{port}/"))
    assert isinstance(trouble, NotSentError)
    assert trouble.code in {"tls", "no-connection"}


def test_old_tls_is_refused(multifon: Provider, authority: Certificates) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.of("127.0.0.1"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.minimum_version = ssl.TLSVersion.TLSv1

    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as tls:
            tls.recv(1)

    with listener(serve) as port:
        trouble = troubled(multifon.client(url=f"https://127.0.0.1:{port}/"))
    assert trouble.code in {"tls", "no-connection"}


@pytest.mark.parametrize("url", ["http://sm.megafon.ru/", "ftp://x/", "sm.megafon.ru", "https://"])
def test_there_is_no_door_without_https(url: str) -> None:
    with pytest.raises(ValueError, match="https://"):
        HttpsDoor(url, timeout=1)


# Time.


@pytest.mark.parametrize("fault", ["hang", "slow", "slow-head"])
def test_a_slow_answer_and_none_at_all_time_out_as_a_whole(multifon: Provider, fault: str) -> None:
    multifon.behaves(fault=fault)
    trouble = troubled(multifon.client(timeout=SHORT))
    assert isinstance(trouble, UnclearError)
    assert trouble.code == "timeout"
    assert len(multifon.asked) == 1 + len(PAUSES)


def test_a_server_that_never_shakes_hands_times_out_before_anything_is_sent(
    multifon: Provider,
) -> None:
    enough = threading.Event()

    def serve(_connection: socket.socket) -> None:
        enough.wait(30)

    with listener(serve) as port:
        trouble = troubled(multifon.client(url=f"https://127.0.0.1:{port}/", timeout=SHORT))
        enough.set()
    assert isinstance(trouble, NotSentError)
    assert trouble.code == "timeout"


def test_a_request_that_hangs_is_cut_by_close(multifon: Provider) -> None:
    multifon.behaves(fault="hang")
    client = multifon.client()
    troubles: list[ServiceError] = []
    thread = threading.Thread(target=lambda: troubles.append(troubled(client)))
    thread.start()
    while not multifon.asked:
        assert thread.is_alive()
    client.close()
    thread.join()
    assert troubles[0].code == "stopped"


# Connections.


def test_a_port_where_nobody_listens_is_told(multifon: Provider) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    trouble = troubled(multifon.client(url=f"https://127.0.0.1:{port}/"))
    assert isinstance(trouble, NotSentError)
    assert trouble.code == "no-connection"
    assert "Connection refused" in trouble.words.en
    assert len(multifon.pauses) == len(PAUSES)


def test_a_name_that_does_not_exist_is_told(multifon: Provider) -> None:
    trouble = troubled(multifon.client(url="https://nowhere.invalid/"))
    assert isinstance(trouble, NotSentError)
    assert trouble.code == "no-address"
    assert "nowhere.invalid" in trouble.words.en


def test_a_connection_that_is_reset_leaves_it_unclear_what_happened(multifon: Provider) -> None:
    multifon.behaves(fault="reset")
    trouble = troubled(multifon.client())
    assert isinstance(trouble, UnclearError)
    assert trouble.code == "no-connection"


# Redirects.


@contextmanager
def overheard() -> Iterator[tuple[int, list[bytes]]]:
    """A port that takes down whatever is sent to it."""
    heard: list[bytes] = []
    with listener(lambda connection: heard.append(connection.recv(65536))) as port:
        yield port, heard


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "sm.megafon.ru.example.invalid"])
def test_a_redirect_to_another_host_port_or_to_http_is_not_followed(
    multifon: Provider, scheme: str, host: str
) -> None:
    with overheard() as (port, heard):
        multifon.behaves(fault="redirect", redirect=f"{scheme}://{host}:{port}/sm/client/routing")
        trouble = troubled(multifon.client())
    assert isinstance(trouble, UnclearError)
    assert trouble.code == "redirect"
    assert host in trouble.words.en
    assert heard == []


@pytest.mark.parametrize("where", ["http:///x", "//", "https://[::1/", "https://a:b/", ""])
def test_a_redirect_to_nowhere_is_not_followed(multifon: Provider, where: str) -> None:
    multifon.behaves(fault="redirect", redirect=where, fault_times=50)
    assert troubled(multifon.client()).code == "redirect"


def test_a_redirect_within_the_host_is_followed_when_reading(multifon: Provider) -> None:
    where = f"/sm/client/routing/?login={LOGIN}&password={PASSWORD}"
    multifon.behaves(fault="redirect", redirect=where, fault_times=1)
    assert multifon.client().read_routing() is Routing.MULTIFON
    assert len(multifon.asked) == 2


def test_a_circle_of_redirects_is_left(multifon: Provider) -> None:
    multifon.behaves(fault="redirect", redirect="/sm/client/routing")
    assert troubled(multifon.client()).code == "redirect"
    assert len(multifon.asked) == 1 + REDIRECTS


def test_a_redirect_of_a_password_change_is_not_followed(multifon: Provider) -> None:
    multifon.behaves(fault="redirect", redirect="/sm/client/password")
    with pytest.raises(UnclearError, match="another address"):
        multifon.client().change_password(Secret("New-Horse-22"))
    assert len(multifon.asked) == 1


# The environment.


def test_proxies_of_the_environment_are_not_used(
    multifon: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    with overheard() as (port, heard):
        for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        assert multifon.client().read_routing() is Routing.MULTIFON
    assert heard == []
