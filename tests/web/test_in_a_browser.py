"""The page in Chromium: the whole first run, every page on a small screen, without scripts.

Screenshots of every page are kept in ``build/screenshots``.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from tests.gateway_process import NUMBER
from tests.web.browser import (
    PATIENCE,
    chromium,
    click,
    keep_screenshot,
    missing,
    narrow,
    press,
    text,
    until,
    wide,
    without_scripts,
)
from tests.web.home import Home, home

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "-")

PASSWORD = "three old words"
PAGES = (
    "", "calls", "messages", "more", "telephone", "lines", "lines/line1", "lines/line1/doctor",
    "phone-book", "phone-book/new", "phone-book/1", "blocked", "update", "handsets",
    "diagnosis",
    "calls/{call}", "diagnosis/trace", "diagnosis/log", "security", "password", "about",
    "first-run", "settings", "settings?q=tone", "settings/tones", "settings/line/line1",
    "settings/account/main", "settings/history", "backup",
    "interfaces", "first-run/telephone", "first-run/done", "fingerprint", "nothing",
)  # fmt: skip
_AXE = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with home(tmp_path_factory.mktemp("home")) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser(place: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    """Signed in by the whole first run: all tests here need it, so it comes first."""
    with chromium(tmp_path_factory.mktemp("browser")) as opened:
        narrow(opened)
        first_run(opened, place)
        yield opened


def first_run(browser: WebDriver, place: Home) -> None:
    """From the first look to the page that says that everything works."""
    browser.get(place.page.url)
    assert browser.current_url.endswith("/welcome")
    keep_screenshot(browser, "first-run-1-welcome")
    press(browser, "/welcome/show")
    code = browser.find_element(By.CSS_SELECTOR, ".code").text
    keep_screenshot(browser, "first-run-2-code")
    place.handset("lift")
    place.handset("hear", tone="dial", timeout=30)
    place.handset("dial", digits=code)
    until(lambda: browser.find_elements(By.NAME, "again"), "the page to notice the dialled code")
    place.handset("hang-up")
    for name in ("password", "again"):
        browser.find_element(By.NAME, name).send_keys(PASSWORD)
    keep_screenshot(browser, "first-run-3-password")
    press(browser, "/welcome/password")
    assert browser.current_url.endswith("/first-run")
    keep_screenshot(browser, "first-run-4-number")
    number(browser, "a wrong password")
    assert browser.find_elements(By.CSS_SELECTOR, ".note.wrong"), text(browser)
    keep_screenshot(browser, "first-run-5-wrong-password")
    # After a wrong password the next try has to wait; the account of the house is right already.
    browser.get(f"{place.page.url}first-run/routing")
    keep_screenshot(browser, "first-run-6-routing")
    press(browser, "/first-run/routing/save")
    assert browser.current_url.endswith("/first-run/telephone"), text(browser)
    press(browser, "/first-run/telephone/save")
    assert browser.find_elements(By.CSS_SELECTOR, ".note.done"), text(browser)
    browser.get(f"{place.page.url}first-run/done")
    assert browser.find_elements(By.CSS_SELECTOR, ".badge.good"), text(browser)


def number(browser: WebDriver, password: str) -> None:
    """Type the number as people do, and a password."""
    field = browser.find_element(By.NAME, "number")
    field.clear()
    field.send_keys("+7 926 123-45-67")
    browser.find_element(By.NAME, "password").send_keys(password)
    press(browser, "/first-run/number")


def test_the_bell_rings_and_a_dialled_1_is_understood(browser: WebDriver, place: Home) -> None:
    browser.get(f"{place.page.url}first-run/telephone")

    def lift() -> None:
        place.handset("ringing", wait=True, timeout=PATIENCE)
        place.handset("lift")

    person = threading.Thread(target=lift)
    person.start()
    press(browser, "/lines/line1/ring")
    person.join()
    assert browser.find_elements(By.CSS_SELECTOR, ".note.done"), text(browser)
    place.handset("hang-up")
    place.do(place.house.gateway.until_line("idle"))

    def dial() -> None:
        until(lambda: place.do(place.house.gateway.status())["lines"][0]["state"] != "idle", "test")
        place.handset("lift")
        place.handset("hear", tone="dial", timeout=PATIENCE)
        place.handset("dial", digits="1")

    person = threading.Thread(target=dial)
    person.start()
    press(browser, "/lines/line1/dial")
    person.join()
    assert browser.find_elements(By.CSS_SELECTOR, ".note.done"), text(browser)
    keep_screenshot(browser, "first-run-5-tests")
    place.handset("hang-up")


def call(place: Home, number: str) -> None:
    """To a number that is busy, until the call is over."""
    place.handset("lift")
    place.handset("hear", tone="dial", timeout=PATIENCE)
    place.handset("dial", digits=number)
    place.handset("hear", tone="busy", timeout=PATIENCE)
    place.handset("hang-up")
    place.do(place.house.gateway.until_line("idle"))


def test_a_call_shows_on_the_open_page_by_itself(browser: WebDriver, place: Home) -> None:
    browser.get(place.page.url)
    before = text(browser).count("79990000003")
    call(place, "89990000003")
    until(lambda: text(browser).count("79990000003") == before + 1, "the ended call")


def test_contacts_of_another_telephone_name_the_calls_and_a_caller_is_blocked(
    browser: WebDriver, place: Home, tmp_path: Path
) -> None:
    cards = tmp_path / "contacts.vcf"
    cards.write_text("BEGIN:VCARD\nVERSION:3.0\nFN:Бабушка\nTEL;TYPE=HOME:89990000003\nEND:VCARD\n")
    narrow(browser)
    last_call(place)
    browser.get(f"{place.page.url}phone-book")
    browser.find_element(By.NAME, "file").send_keys(str(cards))
    press(browser, "/phone-book/import")
    assert "Бабушка" in text(browser)
    browser.get(f"{place.page.url}calls?search=бабушка")
    assert "Бабушка" in text(browser)
    caller = place.do(place.house.ask("call", NUMBER, caller="74951112233"))
    place.do(place.house.gateway.until_line("ringing"))
    place.do(place.house.ask("hang_up", caller))
    place.do(place.house.gateway.until_line("idle"))
    browser.get(f"{place.page.url}calls?show=missed")
    click(browser.find_element(By.CSS_SELECTOR, "ul.rows a"))
    press(browser, "/blocked")
    assert "74951112233" in text(browser)
    caller = place.do(place.house.ask("call", NUMBER, caller="74951112233"))
    place.do(place.house.ask("wait", caller, "ended"))
    assert place.do(place.house.ask("call_info", caller))["status"] == 486


def test_the_line_doctor_leads_through_an_examination(browser: WebDriver, place: Home) -> None:
    narrow(browser)
    browser.get(f"{place.page.url}lines/line1/doctor")
    press(browser, "/lines/line1/doctor/begin")
    place.handset("lift")
    skip = "/lines/line1/doctor/skip"

    def step(number: int) -> bool:
        shown = browser.find_elements(
            By.CSS_SELECTOR, f".steps li:nth-child({number})[aria-current]"
        )
        return bool(shown)

    until(lambda: step(2), "the dial is asked for, without a click")
    keep_screenshot(browser, "doctor-dial")
    place.handset("dial", digits="00")
    until(lambda: step(3) or step(4), "the next step comes by itself")
    until(lambda: step(5), "a voice is asked for")
    press(browser, skip)
    until(lambda: step(6), "the cradle")
    press(browser, skip)
    place.handset("hang-up")
    until(lambda: not browser.find_elements(By.CSS_SELECTOR, ".steps"), "the report")
    assert browser.find_elements(By.CSS_SELECTOR, 'form[action="/lines/line1/doctor/begin"]')
    keep_screenshot(browser, "doctor-report")


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path or "home")
def test_a_page_fits_a_small_screen_and_has_no_grave_obstacle(
    browser: WebDriver, place: Home, path: str, language: str
) -> None:
    narrow(browser, dark=language == "en")
    speak(browser, place, language)
    browser.get(place.page.url + path.replace("{call}", last_call(place)))
    assert browser.execute_script("return document.documentElement.lang") == language
    width = browser.execute_script("return document.documentElement.scrollWidth")
    assert width <= 360
    keep_screenshot(
        browser, f"{language}-{path.replace('/', '-').replace('{call}', 'one') or 'home'}"
    )
    browser.execute_script(_AXE)
    # What is folded up has to be in order, too.
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 360
    found = browser.execute_async_script("axe.run().then(arguments[arguments.length - 1])")
    grave = [
        (violation["id"], [node["html"] for node in violation["nodes"]])
        for violation in found["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]
    assert grave == []
    log = browser.get_log("browser")  # type: ignore[no-untyped-call]
    assert [entry for entry in log if "Content Security" in entry["message"]] == []


def last_call(place: Home) -> str:
    """A call's identity; one is made if there was none."""
    if not place.do(place.house.gateway.calls()):
        call(place, "89990000003")
    return str(place.do(place.house.gateway.calls())[0]["id"])


def speak(browser: WebDriver, place: Home, language: str) -> None:
    """Switch the page's language by its own button."""
    browser.get(f"{place.page.url}about")
    if browser.execute_script("return document.documentElement.lang") != language:
        click(browser.find_element(By.CSS_SELECTOR, f'.tongues button[value="{language}"]'))


def test_a_setting_is_changed_and_undone_with_one_click(browser: WebDriver, place: Home) -> None:
    narrow(browser)
    browser.get(f"{place.page.url}settings/tones")
    choose(browser, "country", "de")
    press(browser, "/settings/tones")
    assert browser.find_elements(By.CSS_SELECTOR, ".note.done"), text(browser)
    assert present(place, "tones")["country"] == "de"
    browser.get(f"{place.page.url}settings/history")
    assert "tones.country" in text(browser)
    press(browser, "/settings/undo")
    assert present(place, "tones")["country"] == "ru"


def test_a_backup_is_made_and_restored(browser: WebDriver, place: Home, tmp_path: Path) -> None:
    narrow(browser)
    session = browser.get_cookie("session")
    assert session is not None
    browser.get(f"{place.page.url}backup")
    token = browser.find_element(By.NAME, "token").get_attribute("value")
    answer = httpx.post(
        f"{place.page.url}backup/make",
        data={"token": token, "password": "of the backup"},
        cookies={"session": session["value"]},
        headers={"Origin": place.page.url.rstrip("/")},
        timeout=60,
    )
    assert "attachment" in answer.headers["content-disposition"]
    assert b"Secret-of-the-tests" not in answer.content
    file = tmp_path / "adapter.backup"
    file.write_bytes(answer.content)
    place.do(set_country(place, "de"))
    form = browser.find_element(By.CSS_SELECTOR, 'form[action="/backup/restore"]')
    form.find_element(By.NAME, "file").send_keys(str(file))
    form.find_element(By.NAME, "password").send_keys("of the backup")
    press(browser, "/backup/restore")
    assert "tones.country" in text(browser)
    assert present(place, "tones")["country"] == "de", "nothing happens before it is confirmed"
    browser.find_element(By.NAME, "password").send_keys("of the backup")
    keep_screenshot(browser, "restore")
    press(browser, "/backup/confirm")
    assert present(place, "tones")["country"] == "ru"


def choose(browser: WebDriver, name: str, value: str) -> None:
    Select(browser.find_element(By.NAME, name)).select_by_value(value)


def present(place: Home, section: str) -> Mapping[str, Any]:
    """A section of the settings that are in force."""
    read = place.do(place.house.gateway.client.call("settings.read"))
    found: Mapping[str, Any] = read["values"][section]
    return found


async def set_country(place: Home, country: str) -> None:
    client = place.house.gateway.client
    revision = (await client.call("settings.read"))["revision"]
    changes = [{"set": "tones.country", "value": country}]
    await client.call("settings.change", changes=changes, revision=revision, by="test")


def test_everything_but_the_telephone_works_without_scripts(
    browser: WebDriver, place: Home
) -> None:
    call(place, "89990000003")
    wide(browser)
    without_scripts(browser)
    try:
        browser.get(f"{place.page.url}more")
        click(browser.find_element(By.CSS_SELECTOR, 'form[action="/sign-out"] button'))
        until(lambda: browser.current_url.endswith("/sign-in"), "the door")
        browser.find_element(By.NAME, "password").send_keys("not this one")
        click(browser.find_element(By.CSS_SELECTOR, "main form button"))
        assert browser.find_elements(By.CSS_SELECTOR, ".note.wrong")
        browser.find_element(By.NAME, "password").send_keys(PASSWORD)
        click(browser.find_element(By.CSS_SELECTOR, "main form button"))
        browser.get(place.page.url)
        keep_screenshot(browser, "without-scripts-home")
        assert "79261234567" in text(browser)
        browser.get(f"{place.page.url}calls")
        click(browser.find_element(By.CSS_SELECTOR, ".rows a"))
        assert "79990000003" in text(browser)
    finally:
        without_scripts(browser, disabled=False)


def test_the_page_says_so_when_the_gateway_is_killed_and_when_it_is_back(
    browser: WebDriver, place: Home
) -> None:
    narrow(browser)
    browser.get(place.page.url)
    gateway = place.house.gateway
    place.do(gateway.stop())
    until(
        lambda: browser.find_elements(By.ID, "away"), "the page to notice that the gateway is away"
    )
    keep_screenshot(browser, "gateway-away")
    assert "79261234567" in text(browser), "what was known last stays"
    place.do(gateway.start())
    place.do(gateway.until_registered())
    until(lambda: not browser.find_elements(By.ID, "away"), "the page to notice that it is back")
