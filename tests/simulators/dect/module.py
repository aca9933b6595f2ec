"""The SC14CVMDECT: its link, its mails, its handsets and their calls.  Pure: time is an argument.

It does what the facts say of a module, and keeps in ``violations`` what a host did against them.
"""

from __future__ import annotations

import math
import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.simulators.dect import wire
from tests.simulators.dect.handset import Display, Handset, Phase
from tests.simulators.dect.link import ModuleLink
from tests.simulators.dect.wire import Mail, element, elements

PAGING = 2.0
"""Seconds after which a handset that does not answer is out of range."""
REJECTED, OUT_OF_RANGE, NORMAL = 0x15, 0x11, 0x00
WRONG_PIN, TABLE_FULL = 0x10, 0x2F
KEY_R = 0x15


@dataclass(slots=True)
class ModuleSettings:
    """What the module is.  ``handsets``: how many are registered when it is switched on."""

    handsets: int = 1
    rfpi: bytes = bytes.fromhex("0123456789")
    version: int = 0x1226
    mode: int = 0
    mode_can_be_set: bool = True
    most: int = 7
    boots: float = 0.05
    """Seconds from power-up to the first frame."""


@dataclass(slots=True)
class Fault:
    """Answers that are wrong: by primitive of the host, the statuses of the next ones."""

    statuses: dict[str, list[int]] = field(default_factory=dict)
    silent: Counter[str] = field(default_factory=Counter)
    """How many of the next requests with that name get no answer."""


class SimulatedModule:
    """``receive`` and ``advance`` bring it forward in time, ``take`` gives what it sends.

    ``on_mail`` sees every mail: whether the host sent it, its name, and its bytes.
    """

    def __init__(
        self,
        settings: ModuleSettings | None = None,
        on_mail: Callable[[bool, str, bytes], None] | None = None,
    ) -> None:
        self.settings = settings or ModuleSettings()
        self.link = ModuleLink(self._mail)
        self.fault = Fault()
        self.violations: list[str] = []
        self.handsets: dict[int, Handset] = {}
        for number in range(1, self.settings.handsets + 1):
            self.handsets[number] = Handset(number, bytes([0, 0x11, 0x22, 0x33, number]))
        self.radio = False
        self.registering = 0
        self.formats: dict[int, int] = {}
        """Audio format of each PCM channel that is not off."""
        self.pin = b""
        self.resets = 0
        self.requests: Counter[str] = Counter()
        self._on_mail = on_mail
        self._now = 0.0
        self._boots_at = math.inf
        self._calls: dict[int, Handset] = {}
        """By the whole reference, or by the host's half of it while we have not chosen ours."""
        self._unreachable: dict[int, float] = {}
        """By reference: when the module gives up to look for the handset."""

    # Time and bytes.

    @property
    def deadline(self) -> float:
        return min(self.link.deadline, self._boots_at, *self._unreachable.values(), math.inf)

    def power_up(self, now: float) -> None:
        """Switch it on, or reset it: it forgets everything but its handsets."""
        self._now = now
        self.resets += 1
        self.radio, self.registering, self.formats = False, 0, {}
        self._calls.clear()
        self._unreachable.clear()
        for handset in self.handsets.values():
            handset.rest()
            handset.sounds_of_base = None
        self._boots_at = now + self.settings.boots
        self.link.mute = False

    def receive(self, data: bytes, now: float) -> None:
        self._now = now
        if self._boots_at == math.inf:
            self.link.receive(data, now)

    def advance(self, now: float) -> None:
        self._now = now
        if now >= self._boots_at:
            self._boots_at = math.inf
            self.link.power_up(now)
            self._send("FP_RESET_IND", bytes([0]))
        self.link.advance(now)
        for reference, when in tuple(self._unreachable.items()):
            if now >= when:
                self._give_up(reference)

    def take(self) -> bytes:
        return self.link.take()

    @property
    def booting(self) -> bool:
        return self._boots_at != math.inf

    # What people do.

    def lift(self, number: int, digits: str = "") -> None:
        """Press the call key, with a number typed before if there is one."""
        handset = self._usable(number)
        if handset.phase is Phase.RINGING:
            handset.phase, handset.signal = Phase.ANSWERING, 0xFF
            self._send("CONNECT_IND", bytes([handset.reference]) + elements())
            return
        if handset.phase is not Phase.IDLE:
            raise RuntimeError(f"handset {number} is {handset.phase.value}")
        instance = next(n for n in range(1, 16) if n not in {r & 15 for r in self._calls})
        handset.phase, handset.reference = Phase.CALLING, instance
        self._calls[instance] = handset
        keys = [element(0x02, digits.encode())] if digits else []
        fixed = struct.pack("<BHBB", instance, number, 0, 8)
        self._send("SETUP_IND", fixed + elements(*keys))

    def hang_up(self, number: int) -> None:
        handset = self.handsets[number]
        if handset.lifted:
            self._send("RELEASE_IND", bytes([handset.reference, NORMAL]) + elements())
            self._forget(handset)

    def reject(self, number: int) -> None:
        """Press the key that refuses a call."""
        handset = self._usable(number)
        if handset.phase is not Phase.RINGING:
            raise RuntimeError(f"handset {number} does not ring")
        self._send("REJECT_IND", bytes([handset.reference, REJECTED]) + elements())
        self._forget(handset)

    def press(self, number: int, keys: str) -> None:
        """Keys in a call; R is the key for a hook flash.  Each is a mail of its own."""
        handset = self._usable(number)
        if not handset.lifted:
            raise RuntimeError(f"handset {number} has no call")
        for key in keys:
            code = bytes([KEY_R]) if key == "R" else key.encode()
            self._send("INFO_IND", bytes([handset.reference]) + elements(element(0x02, code)))

    def register(self, pin: str) -> int | None:
        """Register one more handset; its number, or ``None`` when it was refused."""
        if not (self.radio and self.registering):
            raise RuntimeError("the base lets no handset in")
        number = next(n for n in range(1, 99) if n not in self.handsets)
        ipui = bytes([0, 0x11, 0x22, 0x33, number])
        if pin.rjust(8, "F") != self.pin.hex().upper():
            self._send("REGISTRATION_FAILED_IND", bytes([WRONG_PIN]) + ipui)
            return None
        if len(self.handsets) >= self.settings.most:
            self._send("REGISTRATION_FAILED_IND", bytes([TABLE_FULL]) + ipui)
            return None
        self.handsets[number] = Handset(number, ipui)
        if self.registering == 2:
            self.registering = 0
        self._send("REGISTRATION_COMPLETE_IND", struct.pack("<BH", 0, number) + elements())
        self._send("HANDSET_PRESENT_IND", struct.pack("<H", number) + elements())
        return number

    def leave(self, number: int) -> None:
        """Walk out of range."""
        handset = self.handsets[number]
        handset.in_range = False
        if handset.lifted:
            fixed = bytes([handset.reference, OUT_OF_RANGE])
            self._send("RELEASE_IND", fixed + elements())
            self._forget(handset)

    def come_back(self, number: int) -> None:
        self.handsets[number].in_range = True
        if self.radio:
            self._send("HANDSET_PRESENT_IND", struct.pack("<H", number) + elements())

    def _usable(self, number: int) -> Handset:
        handset = self.handsets[number]
        if not handset.in_range or not self.radio:
            raise RuntimeError(f"handset {number} finds no base")
        return handset

    # Mails of the host.

    def _mail(self, payload: bytes) -> None:
        try:
            mail = wire.read(payload)
        except wire.WireError as error:
            self.violations.append(str(error))
            return
        if self._on_mail is not None:
            self._on_mail(True, mail.name, payload)
        self.requests[mail.name] += 1
        if self.fault.silent[mail.name] > 0:
            self.fault.silent[mail.name] -= 1
            return
        wrong = self.fault.statuses.get(mail.name)
        status = wrong.pop(0) if wrong else 0
        answer = getattr(self, f"_on_{mail.name.lower()}")
        answer(mail, status)

    def _on_fp_reset_req(self, _: Mail, __: int) -> None:
        self.power_up(self._now)

    def _on_get_fw_version_req(self, _: Mail, status: int) -> None:
        fixed = struct.pack("<BI5sB", status, self.settings.version, bytes(5), self.settings.mode)
        self._send("GET_FW_VERSION_CFM", fixed + elements())

    def _on_get_id_req(self, _: Mail, status: int) -> None:
        self._send("GET_ID_CFM", bytes([status]) + self.settings.rfpi)

    def _on_set_access_code_req(self, mail: Mail, status: int) -> None:
        (self.pin,) = mail.fields
        self._send("SET_ACCESS_CODE_CFM", bytes([status]))

    def _on_set_time_req(self, mail: Mail, status: int) -> None:
        for handset in self.handsets.values():
            if handset.in_range:
                handset.clock = mail.fields
        self._send("SET_TIME_CFM", bytes([status]))

    def _on_prod_test_req(self, mail: Mail, _: int) -> None:
        operation, _length = mail.fields
        if operation == 0x0200 and self.settings.mode_can_be_set:
            self.settings.mode = mail.data[0]
        elif operation not in {0x0200, 0x007C}:
            self.violations.append(f"a host must not use production test {operation:#x}")
        data = bytes([self.settings.mode]) if operation == 0x007C else b""
        self._send("PROD_TEST_CFM", struct.pack("<HH", operation, len(data)) + data)

    def _on_init_pcm_req(self, mail: Mail, status: int) -> None:
        if mail.fields[0] != 1:
            self.violations.append("PCM is not switched on")
        self._send("INIT_PCM_CFM", bytes([status]))

    def _on_cc_set_features_req(self, _: Mail, status: int) -> None:
        self._send("CC_SET_FEATURES_CFM", bytes([status]))

    def _on_start_protocol_req(self, _: Mail, __: int) -> None:
        if self.settings.mode != 0 or self.settings.rfpi in {bytes(5), b"\xff" * 5}:
            self.violations.append("the radio was switched on where it is forbidden")
        self.radio = True

    def _on_get_registration_count_req(self, _: Mail, status: int) -> None:
        numbers = sorted(self.handsets)
        fixed = struct.pack("<BHH", status, self.settings.most, len(numbers))
        listed = b"".join(struct.pack("<H", number) for number in numbers)
        self._send("GET_REGISTRATION_COUNT_CFM", fixed + listed)

    def _on_get_handset_ipui_req(self, mail: Mail, status: int) -> None:
        (number,) = mail.fields
        handset = self.handsets.get(number)
        ipui = handset.ipui if handset else bytes(5)
        status = status or (0 if handset else 0x15)
        # Elements may be absent.
        self._send("GET_HANDSET_IPUI_CFM", struct.pack("<BH5s", status, number, ipui))

    def _on_delete_registration_req(self, mail: Mail, status: int) -> None:
        (number,) = mail.fields
        status = status or (0 if number in self.handsets else 0x15)
        handset = None if status else self.handsets.pop(number)
        self._send("DELETE_REGISTRATION_CFM", struct.pack("<BH", status, number))
        if handset is not None and handset.in_range:
            self._send("HANDSET_DEREGISTERED_IND", struct.pack("<H", number))

    def _on_set_registration_mode_req(self, mail: Mail, status: int) -> None:
        if not status:
            self.registering = mail.fields[0]
        self._send("SET_REGISTRATION_MODE_CFM", bytes([status]))

    def _on_alert_broadcast_req(self, mail: Mail, _: int) -> None:
        for handset in self.handsets.values():
            if handset.in_range:
                handset.sounds_of_base = mail.fields[0]

    def _on_event_req(self, mail: Mail, _: int) -> None:
        mask, kind = mail.fields[3], mail.data[0]
        (many,) = struct.unpack_from("<H", mail.data, 2)
        for handset in self.handsets.values():
            if mask >> (handset.number - 1) & 1 and handset.in_range:
                if kind == 0:
                    handset.messages = many
                elif kind == 1:
                    handset.missed = many

    def _on_set_audio_format_req(self, mail: Mail, status: int) -> None:
        endpoint, audio_format = mail.fields
        if endpoint > 3 or audio_format > 6:
            self.violations.append(f"no channel {endpoint} with format {audio_format}")
        if not status:
            self.formats[endpoint] = audio_format
            if not audio_format:
                del self.formats[endpoint]
        self._send("SET_AUDIO_FORMAT_CFM", bytes([status, endpoint, audio_format]))

    # Calls that the host begins.

    def _on_setup_req(self, mail: Mail, status: int) -> None:
        reference, number, audio, service, call_class, signal = mail.fields
        handset = self.handsets.get(number)
        if reference & 0x0F or not reference & 0xF0:
            self.violations.append(f"SETUP_REQ with the reference {reference:#x}")
        if handset is None:
            status = 0x15
        elif handset.phase is not Phase.IDLE and not status:
            status = 0x12
        instance = next(n for n in range(1, 16) if n not in {r & 15 for r in self._calls})
        whole = reference if status else reference | instance
        fixed = struct.pack("<BBBBB4s", whole, instance, status, service, call_class, audio)
        self._send("SETUP_CFM", fixed)
        if status or handset is None:
            return
        self._calls[whole] = handset
        handset.reference = whole
        if not handset.in_range:
            self._unreachable[whole] = self._now + PAGING
            return
        handset.phase, handset.signal = Phase.RINGING, signal
        handset.channel = audio[1] if audio[0] == 0 else None
        handset.display = _display(mail.elements)
        self._send("ALERT_IND", bytes([whole]) + elements())

    def _give_up(self, reference: int) -> None:
        del self._unreachable[reference]
        handset = self._calls.pop(reference)
        self._send("REJECT_IND", bytes([reference, OUT_OF_RANGE]) + elements())
        handset.rest()

    def _on_connect_res(self, mail: Mail, _: int) -> None:
        reference, status = mail.fields
        handset = self._of(reference, "CONNECT_RES")
        if handset is None:
            return
        if status:
            self._forget(handset)
            return
        self._connect(handset)

    # Calls that a handset begins.

    def _on_setup_res(self, mail: Mail, _: int) -> None:
        reference, status, audio = mail.fields
        handset = self._calls.pop(reference & 0x0F, None)
        if handset is None:
            return  # it has hung up meanwhile
        if status:
            handset.rest()
            handset.log.append(f"refused {status:#x}")
            return
        if not reference & 0xF0:
            self.violations.append("SETUP_RES without the host's half of the reference")
        handset.reference, handset.channel = reference, audio[1] if audio[0] == 0 else None
        self._calls[reference] = handset

    def _on_setup_ack_req(self, mail: Mail, status: int) -> None:
        reference, signal, progress = mail.fields
        handset = self._of(reference, mail.name)
        if handset is not None:
            handset.signal, handset.progress = signal, progress
        self._send("SETUP_ACK_CFM", bytes([reference, status]) + elements())

    def _on_call_proc_req(self, mail: Mail, status: int) -> None:
        reference, progress, signal = mail.fields
        handset = self._of(reference, mail.name)
        if handset is not None:
            handset.signal, handset.progress = signal, progress
        self._send("CALL_PROC_CFM", bytes([reference, status]) + elements())

    def _on_alert_req(self, mail: Mail, status: int) -> None:
        self._of(mail.fields[0], mail.name)
        self._send("ALERT_CFM", bytes([mail.fields[0], status]) + elements())

    def _on_connect_req(self, mail: Mail, status: int) -> None:
        (reference,) = mail.fields
        handset = self._of(reference, mail.name)
        if handset is None:
            status = 0x15
        elif not status:
            self._connect(handset)
        self._send("CONNECT_CFM", bytes([reference, status]) + elements())

    # In a call, and its end.

    def _on_info_req(self, mail: Mail, _: int) -> None:
        handset = self._of(mail.fields[0], mail.name)
        if handset is None:
            return
        shown = _display(mail.elements)
        if handset.phase is Phase.TALKING:
            handset.waiting = shown
        else:
            handset.display = shown

    def _on_release_req(self, mail: Mail, status: int) -> None:
        reference, _reason = mail.fields
        handset = self._calls.get(reference)
        self._unreachable.pop(reference, None)
        # A release that crosses the handset's own is confirmed all the same.
        self._send("RELEASE_CFM", bytes([reference, status]) + elements())
        if handset is not None:
            self._forget(handset)

    def _on_release_res(self, _: Mail, __: int) -> None:
        """Nothing to do: the handset is at rest already."""

    def _connect(self, handset: Handset) -> None:
        if handset.channel is not None and handset.channel not in self.formats:
            self.violations.append("a call was connected before its channel had a format")
        handset.phase, handset.signal = Phase.TALKING, 0xFF

    def _of(self, reference: int, name: str) -> Handset | None:
        """The handset of a call; the host may not know yet that the handset has hung up."""
        handset = self._calls.get(reference)
        if handset is None:
            self.requests[f"late {name}"] += 1
        return handset

    def _forget(self, handset: Handset) -> None:
        self._calls.pop(handset.reference, None)
        handset.rest()

    def _send(self, name: str, parameters: bytes = b"") -> None:
        payload = wire.mail(name, parameters)
        if self._on_mail is not None:
            self._on_mail(False, name, payload)
        self.link.send(payload, self._now)

    # What a test looks at.

    def state(self) -> dict[str, Any]:
        return {
            "radio": self.radio,
            "registering": self.registering,
            "resets": self.resets,
            "open_channels": sorted(self.formats),
            "calls": len(self._calls),
            "handsets": {str(n): h.shown() for n, h in self.handsets.items()},
        }


def _display(found: dict[int, bytes]) -> Display | None:
    if 0x05 not in found and 0x06 not in found:
        return None
    number, name, presentation = "", "", 0
    if (clip := found.get(0x05)) is not None:
        kind, _plan, presentation, _screening, length = clip[:5]
        number = ("+" if kind == 1 else "") + clip[5 : 5 + length].decode("ascii")
    if (cnip := found.get(0x06)) is not None:
        name = cnip[4 : 4 + cnip[3]].decode("utf-8")
        presentation = presentation if clip is not None else cnip[1]
    return Display(number, name, presentation)
