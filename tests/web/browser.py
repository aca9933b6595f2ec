"""Debian's Chromium without a screen, driven by Selenium."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

CHROMIUM = Path("/usr/bin/chromium")
DRIVER = Path("/usr/bin/chromedriver")
PATIENCE = 60.0
"""Seconds that a page or an event may take."""
SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
_QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--force-prefers-reduced-motion",
)  # fmt: skip


def missing() -> str:
    """Why it cannot run here; empty if it can."""
    lacking = [str(path) for path in (CHROMIUM, DRIVER) if not path.exists()]
    return f"needs {', '.join(lacking)}: packages chromium and chromium-driver" if lacking else ""


@contextmanager
def chromium(folder: Path, *arguments: str, language: str = "ru") -> Iterator[WebDriver]:
    """A browser with an empty profile below ``folder``."""
    options = Options()
    options.binary_location = str(CHROMIUM)
    for argument in (*_QUIET, f"--user-data-dir={folder / 'profile'}", *arguments):
        options.add_argument(argument)
    options.add_argument(f"--accept-lang={language}")
    # Loopback only: no proxy of the machine is asked.
    options.add_argument("--no-proxy-server")
    service = Service(str(DRIVER), env={**os.environ, "no_proxy": "*"})
    browser = webdriver.Chrome(options, service)
    try:
        browser.set_page_load_timeout(60)
        yield browser
    finally:
        browser.quit()


def narrow(browser: WebDriver, *, dark: bool = False) -> None:
    """A telephone's screen of 360 by 740 points."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 360, "height": 740, "deviceScaleFactor": 1.5, "mobile": True},
    )
    colours(browser, dark=dark)


def wide(browser: WebDriver, *, dark: bool = False) -> None:
    """A computer's screen."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False},
    )
    colours(browser, dark=dark)


def colours(browser: WebDriver, *, dark: bool) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {
            "features": [
                {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
                {"name": "prefers-reduced-motion", "value": "reduce"},
            ]
        },
    )


def without_scripts(browser: WebDriver, disabled: bool = True) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": disabled})


def keep_screenshot(browser: WebDriver, name: str) -> None:
    """Into ``build/screenshots``, the whole page."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    browser.get_screenshot_as_file(str(SCREENSHOTS / f"{name}.png"))


def press(browser: WebDriver, action: str) -> None:
    """Press the button of the form that goes to ``action``; returns with the next page."""
    found = browser.find_elements(By.CSS_SELECTOR, f'form[action="{action}"] button')
    assert found, f"no form for {action} on {browser.current_url}: {text(browser)}"
    button = found[0]
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    click(button)


def click(button: WebElement) -> None:
    """Click what leads to another page, and wait until that is there, whole."""
    button.click()
    until(lambda: gone(button), "the next page")
    until(lambda: loaded(button.parent), "all of the next page")


def gone(element: WebElement) -> bool:
    try:
        element.is_enabled()
    except WebDriverException:
        return True
    return False


def loaded(browser: WebDriver) -> bool:
    try:
        return bool(browser.execute_script("return document.readyState") == "complete")
    except WebDriverException:
        return False  # between two pages


def until(condition: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE:g} s"
        time.sleep(0.05)


def text(browser: WebDriver) -> str:
    return browser.find_element(By.TAG_NAME, "main").text
