"""The page's process: start in order, stop in reverse."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import socket
import sys
from dataclasses import replace
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from gateway import logbook, service
from gateway.control.errors import ControlError
from gateway.network.system import Systems
from gateway.update.places import PROGRESS
from gateway.web import certificate, way_in
from gateway.web.application import application
from gateway.web.daemon import AwayError, Daemon
from gateway.web.hosts import own_names
from gateway.web.portal import Portal
from gateway.web.redirect import ToHttps
from gateway.web.site import Site, site_in
from gateway.web.update_search import Updates

_log = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """The command ``gateway-web``; returns its exit code."""
    parser = argparse.ArgumentParser(prog="gateway-web", description="The gateway's set-up page.")
    parser.add_argument("--state", type=Path, default=Path("/var/lib/multifon-gateway-web"))
    parser.add_argument("--run", type=Path, default=Path("/run/multifon-gateway"))
    parser.add_argument("--address", default="::", help="to listen on (all of them)")
    parser.add_argument("--http", type=int, default=80, metavar="PORT", help="0: any free one")
    parser.add_argument("--https", type=int, metavar="PORT", help="with a certificate of its own")
    parser.add_argument("--name", action="append", default=[], help="a further host name of ours")
    parser.add_argument(
        "--way-in",
        type=Path,
        default=way_in.FILE,
        help="a file that resets the page's password",
    )
    parser.add_argument(
        "--appliance",
        action="store_true",
        help="the computer is the adapter's own: name, time zone and Wi-Fi are the page's",
    )
    parser.add_argument("--log", default="info", choices=("debug", "info", "warning", "error"))
    options = parser.parse_args(arguments)
    logbook.set_up(options.log, sip_trace=False, recent=logbook.RecentLog())
    try:
        asyncio.run(_serve(options))
    except OSError as error:
        print(f"gateway-web cannot start: {error}", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        pass
    return 0


async def _serve(options: argparse.Namespace) -> None:
    daemon = Daemon(options.run / "control.sock")
    site = site_in(
        options.state,
        daemon,
        secure=options.https is not None,
        systems=Systems(kept=options.state if options.appliance else None),
        updates=Updates(options.state, PROGRESS) if options.appliance else None,
    )
    way_in.obey(options.way_in, options.state, site)
    names = own_names() | frozenset(options.name)
    async with contextlib.AsyncExitStack() as stack:
        daemon.start()
        stack.push_async_callback(daemon.close)
        site.interfaces.start()
        stack.push_async_callback(site.interfaces.close)
        servers = []
        if options.https is None:
            servers.append(_server(application(site, names=names), options, options.http))
        else:
            pair = certificate.certificate_in(
                options.state, _reached_by(names), certificate.today()
            )
            site = replace(site, fingerprint=certificate.fingerprint(pair[0]))
            task = asyncio.create_task(_tell_fingerprint(daemon, site))
            stack.callback(task.cancel)
            secure = application(site, names=names)
            servers.append(_server(secure, options, options.https, pair))
            port = servers[0].port
            to_https: ASGIApp = ToHttps(port, names)
            if options.appliance:
                site.access_point.start()
                stack.push_async_callback(site.access_point.close)
                to_https = Portal(site.access_point, port, to_https)
            servers.append(_server(to_https, options, options.http))
        for server in servers:
            print(server.url, flush=True)  # noqa: T201 - for whoever started it
        service.ready()
        tasks = [asyncio.create_task(server.serve()) for server in servers]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            service.stopping()
            for server in servers:
                server.stop()
            await asyncio.gather(*tasks, return_exceptions=True)


class _Listening:
    """One uvicorn server on a socket that is open already."""

    def __init__(self, config: uvicorn.Config, sock: socket.socket) -> None:
        self._server = uvicorn.Server(config)
        self._socket = sock
        self.port: int = sock.getsockname()[1]
        scheme = "https" if config.ssl_certfile else "http"
        self.url = f"{scheme}://localhost:{self.port}/"

    async def serve(self) -> None:
        await self._server.serve(sockets=[self._socket])

    def stop(self) -> None:
        self._server.should_exit = True


def _server(
    app: ASGIApp, options: argparse.Namespace, port: int, pair: tuple[Path, Path] | None = None
) -> _Listening:
    config = uvicorn.Config(
        app,
        ws="wsproto",
        ws_max_size=4096,  # a frame of voice is 320 bytes
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        limit_concurrency=200,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=2,
        ssl_certfile=None if pair is None else str(pair[0]),
        ssl_keyfile=None if pair is None else str(pair[1]),
    )
    return _Listening(config, _listen(options.address, port))


def _listen(address: str, port: int) -> socket.socket:
    """A TCP socket; ``::`` takes IPv4 as well, and becomes 0.0.0.0 where there is no IPv6."""
    if address == "::" and socket.has_dualstack_ipv6():
        return socket.create_server((address, port), family=socket.AF_INET6, dualstack_ipv6=True)
    if address == "::":
        address = "0.0.0.0"
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.create_server((address, port), family=family)


def _reached_by(names: frozenset[str]) -> list[str]:
    """What the certificate is for.  Addresses change, and the browser asks about it anyway."""
    return sorted(names)


async def _tell_fingerprint(daemon: Daemon, site: Site) -> None:
    """So that the telephone can say it to a person who looks at the browser's warning."""
    while True:
        try:
            await daemon.known("presence.fingerprint", sha256=site.fingerprint)
        except (AwayError, ControlError):
            await asyncio.sleep(2)
            continue
        async with daemon.events() as queue:
            while (event := await queue.get()).method != "gateway" or event.params["away"]:
                pass


if __name__ == "__main__":
    sys.exit(main())
