"""The layers and the doors of design §2 and §3.6, read from the imports of the source files."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("gateway", "hardware", "tests")

DOORS = {
    "pjsua2": {"gateway/sip/", "gateway/media/port.py", "gateway/media/bridge.py"},
    "_pjsua2": {"gateway/sip/", "gateway/media/port.py", "gateway/media/bridge.py"},
    "systemd": {"gateway/service.py"},
    "RPi": {"hardware/gpio_library.py"},
    "lgpio": {"hardware/gpio_library.py"},
    "serial": {"hardware/serial_port.py"},
    "starlette": {"gateway/web/", "gateway/interfaces/"},
    "uvicorn": {"gateway/web/main.py"},
    "jinja2": {"gateway/web/rendering.py", "gateway/web/extraction.py"},
    "argon2": {"gateway/web/password.py"},
    "cryptography": {"gateway/web/certificate.py", "gateway/backup/sealing.py"},
    "babel": {"gateway/web/language.py", "gateway/web/extraction.py"},
    "dbus_fast": {"gateway/network/bus.py", "gateway/network/profiles.py"},
    "alsaaudio": {"hardware/sound_card.py"},
    "sqlite3": {"gateway/records/"},
    "http": {
        "gateway/multifon/https.py",
        "gateway/probe/https_clock.py",
        "gateway/update/download.py",
    },
    "ssl": {
        "gateway/multifon/https.py",
        "gateway/multifon/troubles.py",
        "gateway/probe/https_clock.py",
        "gateway/interfaces/trust.py",
    },
    "paho": {"gateway/interfaces/broker.py"},
    "h11": {"gateway/interfaces/delivery.py"},
}
"""A C library and the only files of the product that may import it."""

PURE = {
    "gateway/words.py",
    "gateway/call/",
    "gateway/backup/content.py",
    "gateway/caller.py",
    "gateway/dect_texts.py",
    "gateway/handset_base.py",
    "gateway/line.py",
    "gateway/live/plan.py",
    "gateway/settings/proposal.py",
    "gateway/settings/undo.py",
    "gateway/multifon/answer.py",
    "gateway/multifon/errors.py",
    "gateway/multifon/keeping.py",
    "gateway/multifon/request.py",
    "gateway/multifon/result_codes.py",
    "gateway/multifon/routing.py",
    "gateway/multifon/telling.py",
    "gateway/interfaces/exposition.py",
    "gateway/interfaces/home_assistant.py",
    "gateway/interfaces/methods.py",
    "gateway/interfaces/metrics.py",
    "gateway/interfaces/openapi.py",
    "gateway/interfaces/parameters.py",
    "gateway/interfaces/ringing.py",
    "gateway/interfaces/signature.py",
    "gateway/interfaces/topics.py",
    "gateway/web/attempts.py",
    "gateway/web/typed.py",
    "gateway/network/model.py",
    "gateway/network/own_network.py",
    "gateway/network/profiles.py",
    "gateway/network/troubles.py",
    "gateway/prompts/amounts.py",
    "gateway/prompts/answers.py",
    "gateway/prompts/language.py",
    "gateway/prompts/levelling.py",
    "gateway/prompts/spelling.py",
    "gateway/signalling.py",
    "gateway/attention.py",
    "gateway/presence/proof.py",
    "gateway/probe/sip_request.py",
    "gateway/telephones/",
    "gateway/update/offer.py",
    "gateway/update/refusals.py",
    "gateway/update/verdict.py",
    "gateway/handset/packet.py",
    "gateway/handset/playout.py",
    "gateway/examination/judgement.py",
    "gateway/examination/measures.py",
    "gateway/examination/noise.py",
    "gateway/examination/steps.py",
    "gateway/sip/hold.py",
    "gateway/sip/message_trace.py",
    "gateway/sip/message_watch.py",
    "gateway/report/anonymous.py",
    "gateway/report/scrub.py",
    "gateway/sip/redaction.py",
    "gateway/sip/registration.py",
    "gateway/sip/reasons.py",
    "gateway/sip/caller_id.py",
    "gateway/sip/public_address.py",
    "gateway/sip/telephone_event.py",
    "gateway/sip/voice_watch.py",
    "gateway/sip/ways.py",
    "gateway/sip/voice_reserve.py",
    "hardware/caller_id/",
    "hardware/clock_drift.py",
    "hardware/dect/base_events.py",
    "hardware/dect/cmbs/",
    "hardware/dect/cvm/",
    "hardware/dect/interface.py",
    "hardware/dect/layout.py",
    "hardware/dect/modules.py",
    "hardware/dect/options.py",
    "hardware/hook/",
    "hardware/slic/duty.py",
    "hardware/slic/ringing.py",
}
"""Files without a clock, a thread, input or output."""

IMPURE_MODULES = {"asyncio", "threading", "time", "socket", "subprocess", "queue", "os", "select"}

UPWARDS = {
    "gateway/call/": {
        "gateway.caller",
        "gateway.line",
        "gateway.signalling",
        "gateway.toneplan",
        "gateway.call",
    },
    "hardware/": {
        "gateway.line",
        "gateway.handset_base",
        "gateway.caller",
        "gateway.signalling",
        "gateway.media._dsp",
        "gateway.real_time",
        "hardware",
    },
    # The lines know what a module does, not how it says it; the protocols do not know each other.
    "hardware/dect/interface.py": {"gateway.caller", "gateway.handset_base", "gateway.line"},
    "hardware/dect/layout.py": set(),
    "hardware/dect/station.py": {
        "gateway.handset_base",
        "gateway.line",
        "hardware.dect.base_events",
        "hardware.dect.interface",
        "hardware.dect.modules",
        "hardware.dect.options",
        "hardware.serial_port",
    },
    "hardware/dect/cvm/": {
        "gateway.caller",
        "gateway.handset_base",
        "gateway.line",
        "hardware.dect.cvm",
        "hardware.dect.interface",
        "hardware.dect.layout",
        "hardware.dect.options",
    },
    "hardware/dect/cmbs/": {
        "gateway.line",
        "hardware.dect.cmbs",
        "hardware.dect.interface",
        "hardware.dect.layout",
    },
    "gateway/settings/": {
        "gateway.settings",
        "gateway.call",
        "gateway.prompts.language",
        "gateway.toneplan",
        "gateway.provider",
        "gateway.line",
    },
    "gateway/multifon/": {
        "gateway.multifon",
        "gateway.settings.secret",
    },
    "gateway/web/": {
        "gateway.web",
        "gateway.control",
        "gateway.network",
        "gateway.report",
        "gateway.interfaces",
        "gateway.settings",
        "gateway.handset.client",
        "gateway.line",
        "gateway.logbook",
        "gateway.service",
        "gateway.update.arrival",
        "gateway.update.fetch",
        "gateway.update.offer",
        "gateway.update.places",
        "gateway.update.progress",
        "gateway.update.source",
        "gateway.vcard",
    },
    "gateway/interfaces/": {
        "gateway.interfaces",
        "gateway.control",
        "gateway.settings",
        "gateway.web.attempts",
        "gateway.web.audit",
        "gateway.web.daemon",
        "gateway.web.keeping",
    },
    "gateway/network/": {"gateway.network", "gateway.settings.files"},
    "gateway/prompts/": {
        "gateway.prompts",
        "gateway.call",
        "gateway.line",
        "gateway.media._dsp",
        "gateway.media.tones",
    },
    "gateway/backup/": {"gateway.backup", "gateway.settings"},
    "gateway/report/": {"gateway.report", "gateway.sip.redaction"},
    "gateway/records/": {"gateway.records", "gateway.call"},
    "gateway/examination/": {
        "gateway.examination",
        "gateway.exchange",
        "gateway.exchange_line",
        "gateway.refusal",
        "gateway.call",
        "gateway.caller",
        "gateway.media",
        "gateway.line",
        "gateway.toneplan",
    },
    "gateway/control/": {"gateway.control"},
    "gateway/presence/": {
        "gateway.presence",
        "gateway.call",
        "gateway.dial_codes",
        "gateway.examination",
        "gateway.exchange",
        "gateway.exchange_line",
        "gateway.line",
        "gateway.prompts",
    },
    "gateway/probe/": {
        "gateway.probe",
        "gateway.multifon",
        "gateway.provider",
        "gateway.settings.secret",
        "gateway.sip.own_address",
        "gateway.sip.public_address",
        "gateway.sip.resolve",
    },
    "gateway/update/": {"gateway.update", "gateway.control", "gateway.settings.files"},
    "gateway/telephones/": {"gateway.telephones", "gateway.signalling"},
    "gateway/handset/": {
        "gateway.handset",
        "gateway.caller",
        "gateway.line",
        "gateway.media._dsp",
    },
    "gateway/real_time.py": set(),
    "gateway/service.py": set(),
    "tests/simulators/": {"tests.simulators"},
}
"""What a layer may know of this project, besides ``EVERYWHERE``."""

EVERYWHERE = {"gateway.words"}
"""What every layer may say: a sentence in both languages."""


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    """Every module that ``path`` imports, whole names, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute in this project"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(module: str, allowed: set[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in allowed)


def test_the_gateway_never_imports_the_hardware() -> None:
    guilty = [
        relative(path)
        for path in sources("gateway")
        if any(within(module, {"hardware", "tests"}) for module in imports(path))
    ]
    assert guilty == []


@pytest.mark.parametrize("library", DOORS)
def test_every_c_library_has_one_door(library: str) -> None:
    guilty = [
        relative(path)
        for path in sources("gateway", "hardware")
        if any(within(module, {library}) for module in imports(path))
        and not any(relative(path).startswith(door) for door in DOORS[library])
    ]
    assert guilty == []


@pytest.mark.parametrize("layer", UPWARDS)
def test_data_flows_one_way(layer: str) -> None:
    guilty = {
        (relative(path), module)
        for path in sources(*PACKAGES)
        if relative(path).startswith(layer)
        for module in imports(path)
        if module.split(".")[0] in PACKAGES
        # ``from gateway.media import _dsp`` names the package on the way, as does
        # ``from hardware.dect import interface``.
        and module not in {"gateway", "gateway.media", "hardware.dect"}
        and not within(module, UPWARDS[layer] | EVERYWHERE)
    }
    assert guilty == set()


def test_the_pure_files_touch_no_clock_no_thread_and_no_outside() -> None:
    guilty = {
        (relative(path), module)
        for path in sources("gateway", "hardware")
        if any(relative(path).startswith(pure) for pure in PURE)
        for module in imports(path)
        if module.split(".")[0] in IMPURE_MODULES
    }
    assert guilty == set()


def test_the_tables_above_name_what_exists() -> None:
    named = {place for places in DOORS.values() for place in places} | PURE | set(UPWARDS)
    missing = {place for place in named if not (ROOT / place).exists()}
    assert missing == set()
