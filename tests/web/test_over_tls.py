"""The page as the appliance starts it: over TLS, with a certificate of its own."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.by import By

from gateway.web.password import PagePassword
from tests.page_process import PageProcess
from tests.web.browser import chromium, keep_screenshot, missing, narrow, press

PASSWORD = "three old words"


def fingerprint_at(url: str) -> str:
    """SHA-256 of the certificate that the page shows, as a stranger sees it."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection((parts.hostname, parts.port or 443), 30) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        certificate = secure.getpeercert(binary_form=True)
        assert certificate is not None
        assert secure.version() in {"TLSv1.2", "TLSv1.3"}
    return hashlib.sha256(certificate).hexdigest()


@pytest.mark.skipif(bool(missing()), reason=missing() or "-")
def test_a_visitor_signs_in_over_tls_and_the_certificate_is_that_of_the_page(
    tmp_path: Path,
) -> None:
    options = ("--https", "0", "--http", "0", "--appliance")

    async def run() -> None:
        state = tmp_path / "page" / "state"
        state.mkdir(parents=True)
        await PagePassword(state).choose(PASSWORD)
        async with PageProcess(tmp_path / "page", tmp_path / "nobody", *options) as page:
            await asyncio.to_thread(visit, page.url)
            shown = await asyncio.to_thread(fingerprint_at, page.url)
            pem = (state / "certificate.pem").read_text()
            der = ssl.PEM_cert_to_DER_cert(pem)
            assert hashlib.sha256(der).hexdigest() == shown

    def visit(url: str) -> None:
        assert url.startswith("https://")
        with chromium(tmp_path, "--ignore-certificate-errors") as browser:
            narrow(browser)
            browser.get(url)
            browser.find_element(By.NAME, "password").send_keys(PASSWORD)
            press(browser, "/sign-in")
            browser.get(f"{url}more")
            assert browser.find_elements(By.CSS_SELECTOR, 'a[href="/update"]')
            # The gateway is not there, and the page says so.
            assert browser.find_elements(By.ID, "away")
            keep_screenshot(browser, "over-tls")
            cookie = browser.get_cookie("session") or browser.get_cookie("__Host-session")
            assert cookie is not None
            assert cookie["secure"]
            assert cookie["httpOnly"]

    asyncio.run(run())
