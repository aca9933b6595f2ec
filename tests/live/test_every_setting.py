"""The declaration is true: every setting is changed in a running gateway, and a call goes on."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from gateway.records.calls import CallRecord
from gateway.records.store import RecordStore
from gateway.settings.declaration import Settings
from gateway.settings.setting import sections_of, settings_of
from tests.failures.calls import no_errors_in
from tests.live.home import Home, home
from tests.live.probes import PROBES


def test_there_is_a_probe_for_every_declared_setting() -> None:
    declared = {
        f"{section.table}.{setting.name}"
        for section in sections_of(Settings).values()
        for setting in settings_of(section.structure).values()
    }
    assert PROBES.keys() == declared


def with_old_calls(folder: Path) -> None:
    """150 calls, ten of them of the month before last."""
    (folder / "gateway" / "state").mkdir(parents=True)
    store = RecordStore(folder / "gateway" / "state" / "records.sqlite")
    now = time.time()
    for number in range(150):
        began = now - (50 * 86400 if number < 10 else 86400)
        store.calls.add(CallRecord(f"old-{number}", "hall", "main", "out", "1", "", began))
    store.close()


def test_every_setting_takes_effect_as_declared_and_a_call_goes_on(tmp_path: Path) -> None:
    async def run() -> None:
        with_old_calls(tmp_path)
        async with home(tmp_path) as found:
            call = await found.call_from("attic")
            # One probe may show the effect of several settings.
            for probe, path in {probe: path for path, probe in PROBES.items()}.items():
                try:
                    await probe(found)
                except BaseException as error:
                    error.add_note(f"This was the probe of {path}.")
                    raise
            await the_call_went_on(found, call)
            no_errors_in(found.gateway)

    asyncio.run(run())


async def the_call_went_on(found: Home, call: str) -> None:
    """The same call, with voice; and what waited for its end is done then."""
    assert (await found.ask("call_info", call))["state"] == "connected"
    await found.voice_of("attic", call, "159")
    assert (await found.read())["pending"]["lines"], "the attic was in use all the time"
    await found.gateway.handset("hang-up", "attic")
    await found.line("attic", "idle")
    await found.gateway.until(
        lambda status: not status["pending"]["lines"], "nothing waits any more", 20
    )
    again = await found.call_from("attic")
    await found.voice_of("attic", again, "268")
