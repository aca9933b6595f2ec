"""What a visitor of the adapter's own Wi-Fi network meets first (a captive portal).

A telephone that has joined a network asks for a page of its maker's; every name leads here in a
network of our own, and any other answer than the one it expects opens a window that shows what we
answer.  That window takes no certificate that the adapter has made itself, so it shows where to go
and asks for nothing.
"""

from __future__ import annotations

import html

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.web.access_point import AccessPoint
from gateway.web.language import Tongue, chosen

TEXTS = {
    "en": (
        "Set up the telephone adapter",
        "Open this address in your browser (Chrome, Safari, Firefox):",
        "The browser warns that it does not know the certificate: the adapter has made it itself. "
        "Choose “Advanced” and go on. To be sure, lift the receiver and dial ***8: the telephone "
        "says the beginning of the certificate’s fingerprint.",
    ),
    "ru": (
        "Настройка телефонного адаптера",
        "Откройте этот адрес в браузере (Chrome, Safari, Firefox):",
        "Браузер предупредит, что сертификат ему не знаком: адаптер сделал его сам. Выберите "
        "«Дополнительно» и перейдите на страницу. Для уверенности снимите трубку и наберите ***8: "
        "телефон произнесёт начало отпечатка сертификата.",
    ),
}


class Portal:
    """Answers on the port without TLS while our own network is open; else ``otherwise`` does."""

    def __init__(self, access_point: AccessPoint, https: int, otherwise: ASGIApp) -> None:
        self._access_point = access_point
        self._https = https
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        own = self._access_point.address
        if scope["type"] != "http" or not own:
            await self._otherwise(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if headers.get("host", "").partition(":")[0] != own:
            answer = RedirectResponse(f"http://{own}/", 302, headers={"Cache-Control": "no-store"})
            await answer(scope, receive, send)
            return
        address = f"https://{own}/" if self._https == 443 else f"https://{own}:{self._https}/"
        tongue = Tongue(chosen("", headers.get("accept-language", "")))
        page = HTMLResponse(
            _page(address, tongue.language),
            headers={"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'"},
        )
        await page(scope, receive, send)


def _page(address: str, language: str) -> str:
    title, order, warning = TEXTS.get(language, TEXTS["en"])
    place = html.escape(address)
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><h1>{title}</h1><p>{order}</p>"
        f'<p><strong><a href="{place}">{place}</a></strong></p><p>{warning}</p></html>'
    )
