"""Chromium without a screen, operated through chromedriver (W3C WebDriver)."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
PATIENCE = 30.0
"""Seconds after which something that should happen has not happened."""
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # W3C WebDriver, 12.1


class Chromium:
    """One window with an empty profile in ``folder``, between ``with``; for one thread."""

    def __init__(self, folder: Path, *flags: str) -> None:
        self._folder = folder
        self._flags = [*FLAGS, f"--user-data-dir={folder / 'profile'}", *flags]
        self._driver: subprocess.Popen[str]
        self._connection: http.client.HTTPConnection
        self._session = ""

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._driver = subprocess.Popen(
            ["chromedriver", "--port=0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        try:
            port = self._port()
            self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2 * PATIENCE)
            options = {"args": self._flags}
            capabilities = {
                "alwaysMatch": {
                    "goog:chromeOptions": options,
                    "goog:loggingPrefs": {"browser": "ALL"},
                }
            }
            self._session = self._ask("POST", "", {"capabilities": capabilities})["sessionId"]
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            error.add_note(f"The browser's console: {self.console()}")
        try:
            self._ask("DELETE", "", None)
        finally:
            self._end()

    def _port(self) -> int:
        assert self._driver.stdout is not None
        for line in self._driver.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                return int(found[1])
        raise RuntimeError("chromedriver does not start")

    def _end(self) -> None:
        if hasattr(self, "_connection"):
            self._connection.close()
        self._driver.terminate()
        self._driver.wait()
        assert self._driver.stdout is not None
        self._driver.stdout.close()

    def _ask(self, method: str, path: str, body: object) -> Any:
        address = f"/session/{self._session}{path}" if self._session else "/session"
        content = None if body is None else json.dumps(body)
        self._connection.request(method, address, content, {"Content-Type": "application/json"})
        answer = json.loads(self._connection.getresponse().read())["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise RuntimeError(f"{answer['error']}: {answer['message']}")
        return answer

    def open(self, address: str) -> None:
        """Load a page; returns when it is loaded."""
        self._ask("POST", "/url", {"url": address})

    def run(self, script: str, *arguments: object) -> Any:
        """The value that ``script``, the body of a function, returns."""
        return self._ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def before_pages(self, script: str) -> None:
        """Run ``script`` in each page before the page's own scripts."""
        self._devtools("Page.addScriptToEvaluateOnNewDocument", source=script)

    def permit(self, *, microphone: bool) -> None:
        """As if the user had allowed, or denied, every page the microphone."""
        setting = "granted" if microphone else "denied"
        self._devtools("Browser.setPermission", permission={"name": "microphone"}, setting=setting)

    def _devtools(self, command: str, **parameters: object) -> None:
        self._ask("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def _element(self, selector: str) -> str:
        found = self._ask("POST", "/element", {"using": "css selector", "value": selector})
        return str(found[_ELEMENT])

    def click(self, selector: str) -> None:
        """As a finger does: what is covered or invisible cannot be clicked."""
        self._ask("POST", f"/element/{self._element(selector)}/click", {})

    def type(self, selector: str, text: str) -> None:
        """Type into an element."""
        self._ask("POST", f"/element/{self._element(selector)}/value", {"text": text})

    def text(self, selector: str) -> str:
        """What is shown of an element."""
        return str(self._ask("GET", f"/element/{self._element(selector)}/text", None))

    def until(self, script: str, what: str, *arguments: object) -> Any:
        """Wait until ``script`` returns something true; that."""
        deadline = time.monotonic() + PATIENCE
        while not (found := self.run(script, *arguments)):
            assert time.monotonic() < deadline, f"{what} did not happen within {PATIENCE:g} s"
            time.sleep(0.05)
        return found

    def console(self) -> Sequence[str]:
        """Warnings and errors of the console since the last call."""
        entries = self._ask("POST", "/se/log", {"type": "browser"})
        return [f"{entry['level']}: {entry['message']}" for entry in entries]
