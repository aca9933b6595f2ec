"""A test call: no handset is needed, and everything else is as in a call of the line.

A telephone that only programs operate, the simulated line, is connected to the exchange for as
long as the call lasts.  It dials by keypad, says a tone and listens; what it heard, and the record
of the call, are the result.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from gateway.call.events import Event
from gateway.call.session import Session
from gateway.call.state import ANSWERED, CALLED, REFUSED, State
from gateway.control.server import Method
from gateway.exchange import Exchange, Publish
from gateway.exchange_line import Line
from gateway.line import FRAME_BYTES, SAMPLE_RATE
from gateway.media import _dsp
from gateway.media.tones import sine_sum
from gateway.records.calls import CallRecord
from gateway.refusal import refusal
from gateway.words import Words

Arguments = Mapping[str, Any]
Values = Mapping[str, Any]

EVENT = "call-test"
TONE_HZ = 1004.0
"""The test tone of telephony (ITU-T O.6 has 1004 to 1020 Hz)."""
TONE_DBM0 = -20.0
CHUNK_S = 0.5
LISTEN_S = 0.1
HEARD_DBM0 = -50.0
"""A frame that is louder is a sound of the far end."""
RETURNED_DB = -6.0
"""By how much our tone, if it comes back, may be weaker than all that is heard."""
SOME_FRAMES = 10
ANSWER_S = 60.0
"""Seconds for which an answer is awaited."""
SECONDS = 8.0
LONGEST_S = 60.0
END_S = 10.0

_NOT_ANSWERED = Words("The call was not answered.", "На вызов не ответили.")
_BOTH = Words(
    "The test call works: the far end was heard, and our tone came back.",
    "Тестовый звонок удался: собеседника слышно, и наш сигнал вернулся.",
)
_HEARD = Words(
    "The test call was answered, and the far end was heard. Whether it hears us, only a number "
    "that sends voice back (an echo service) shows.",
    "На тестовый звонок ответили, собеседника слышно. Слышит ли он нас, покажет только "
    "номер, который возвращает голос (эхо-сервис).",
)
_SILENT = Words(
    "The test call was answered, and nothing was heard of the far end: a router or firewall may "
    "hold the voice (RTP) back.",
    "На тестовый звонок ответили, но собеседника не слышно: возможно, роутер или межсетевой экран "
    "не пропускает голос (RTP).",
)


class CallTests:
    """``telephone_of`` makes the telephone for the account of a line; ``join`` lets it speak.

    ``records`` gives the newest calls.
    """

    def __init__(
        self,
        exchange: Exchange,
        telephone_of: Callable[[Line], Line],
        join: Callable[[Line], None],
        records: Callable[[int], Iterable[CallRecord]],
        *,
        line_of: Callable[[Arguments], Line],
        publish: Publish,
    ) -> None:
        self._exchange = exchange
        self._telephone_of = telephone_of
        self._join = join
        self._records = records
        self._line_of = line_of
        self._publish = publish
        self._testing = asyncio.Lock()
        self._changed = asyncio.Event()
        """Something happened on the telephone of the test call."""

    def methods(self) -> Mapping[str, Method]:
        return {"call.test": self._test}

    async def _test(self, arguments: Arguments) -> Values:
        model = self._line_of(arguments)
        digits, seconds = arguments.get("number"), arguments.get("seconds", SECONDS)
        if not isinstance(digits, str):
            raise ValueError("number is what would be dialled, a text.")  # noqa: TRY004
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise ValueError("seconds is a number.")  # noqa: TRY004 - told to the user
        if not 1 <= seconds <= LONGEST_S:
            raise ValueError(f"seconds is from 1 to {LONGEST_S:g}.")
        _check_number(model.session, digits)
        if self._testing.locked():
            raise refusal(
                Words(
                    "Another test call is under way; wait for it.",
                    "Уже идёт другой проверочный звонок; подождите его конца.",
                )
            )
        async with self._testing:
            telephone = self._telephone_of(model)
            telephone.watch = self._note
            self._join(telephone)
            self._exchange.connect(telephone, like=model)
            try:
                return await self._call(telephone, digits, float(seconds))
            except TimeoutError:
                raise refusal(
                    Words(
                        "The test call came to no end in time.",
                        "Проверочный звонок не закончился вовремя.",
                    )
                ) from None
            finally:
                await self._put_away(telephone)

    async def _call(self, telephone: Line, digits: str, seconds: float) -> Values:
        handset = telephone.driver.handset
        assert handset is not None
        await handset.command("lift", {})
        await self._until(telephone, (State.DIAL_TONE,), END_S)
        call = telephone.session.next_call
        await handset.command("dial", {"digits": digits, "by": "keypad"})
        self._publish(EVENT, {"phase": "calling", "number": digits})
        await self._until(telephone, (*CALLED, *ANSWERED, *REFUSED), ANSWER_S)
        await self._until(telephone, (*ANSWERED, *REFUSED), ANSWER_S)
        heard: list[bytes] = []
        if telephone.session.state in ANSWERED:
            self._publish(EVENT, {"phase": "answered", "seconds": seconds})
            heard = await self._speak_and_listen(telephone, seconds)
        await handset.command("hang-up", {})
        await self._until(telephone, (State.IDLE,), END_S)
        result = self._result(heard, await self._record(call))
        self._publish(EVENT, {"phase": "over", "result": result})
        return result

    async def _speak_and_listen(self, telephone: Line, seconds: float) -> list[bytes]:
        handset = telephone.driver.handset
        assert handset is not None
        # Whole periods, so that one piece follows another without a click.
        tone = sine_sum([(TONE_HZ, TONE_DBM0)], round(CHUNK_S * SAMPLE_RATE)).tobytes()
        sound = {"audio": base64.b64encode(tone).decode()}
        loop = asyncio.get_running_loop()
        end, say_again, heard = loop.time() + seconds, 0.0, b""
        await handset.command("heard-frames", {})
        while loop.time() < end and telephone.session.state in ANSWERED:
            if loop.time() >= say_again:
                queued = (await handset.command("say-frames", sound))["queued_ms"] / 1000
                say_again = loop.time() + queued - CHUNK_S / 2
            await asyncio.sleep(LISTEN_S)
            heard += base64.b64decode((await handset.command("heard-frames", {}))["audio"])
        return [heard[at : at + FRAME_BYTES] for at in range(0, len(heard), FRAME_BYTES)]

    async def _record(self, call: str) -> CallRecord | None:
        """That of ``call``, once it is written."""
        await self._when(lambda: call not in self._exchange.calls.running, END_S)
        return next((record for record in self._records(50) if record.id == call), None)

    def _result(self, heard: Sequence[bytes], record: CallRecord | None) -> Values:
        frames = [frame for frame in heard if len(frame) == FRAME_BYTES]
        loud = [frame for frame in frames if _dsp.level(frame) > HEARD_DBM0]
        returned = [frame for frame in loud if _is_tone(frame)]
        answered = record is not None and record.answered is not None
        far_heard, tone_back = len(loud) >= SOME_FRAMES, len(returned) >= SOME_FRAMES
        if not answered:
            words = _NOT_ANSWERED
            if record is not None:
                words = Words(str(record.verdict["text"]), str(record.verdict["text_ru"]))
        else:
            words = _BOTH if tone_back else _HEARD if far_heard else _SILENT
        return {
            "ok": answered and far_heard,
            "answered": answered,
            "far_end_heard": far_heard,
            "tone_returned": tone_back,
            "text": words.en,
            "text_ru": words.ru,
            "call": None if record is None else asdict(record),
        }

    async def _until(self, line: Line, states: Sequence[State], seconds: float) -> None:
        await self._when(lambda: line.session.state in states, seconds)

    async def _when(self, condition: Callable[[], bool], seconds: float) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def _note(self, _event: Event) -> None:
        self._changed.set()

    async def _put_away(self, telephone: Line) -> None:
        handset = telephone.driver.handset
        assert handset is not None
        if telephone.session.state is not State.IDLE:
            await handset.command("hang-up", {})
            await self._until(telephone, (State.IDLE,), END_S)
        self._exchange.disconnect(telephone)


def _check_number(session: Session, digits: str) -> None:
    if not session.registered:
        raise refusal(
            Words(
                "The line is not registered, so that no call can be made.",
                "Линия не зарегистрирована, поэтому позвонить нельзя.",
            )
        )
    found = session.plan.assess(digits)
    if found.emergency:
        raise refusal(
            Words(
                "An emergency number is not called as a test.",
                "По номерам экстренных служб для проверки не звонят.",
            )
        )
    if not found.is_number:
        raise refusal(
            Words("This is no number that can be called.", "По такому номеру позвонить нельзя.")
        )


def _is_tone(frame: bytes) -> bool:
    (tone,) = _dsp.tone_levels(frame, (TONE_HZ,))
    return tone > _dsp.level(frame) + RETURNED_DB
