"""A call that an account places: the network is the called side (RFC 3261 §13.3)."""

from __future__ import annotations

import asyncio

from tests.simulators.multifon.admission import Admitted
from tests.simulators.multifon.call import Call, CallState, Direction
from tests.simulators.multifon.conversation import Script
from tests.simulators.multifon.dialog import dialog_of_invite
from tests.simulators.multifon.numbers import Alert, CalledParty, Outcome
from tests.simulators.multifon.signalling import Signalling, reason_of
from tests.simulators.multifon.sound import ringback
from tests.simulators.multifon.transactions import ServerTransaction, new_tag


class PlacedCall(Call):
    """Rings, and then answers or refuses, as the row of the called party says."""

    direction = Direction.FROM_ACCOUNT

    def __init__(
        self,
        signalling: Signalling,
        identifier: str,
        account: str,
        *,
        admitted: Admitted,
        transaction: ServerTransaction,
    ) -> None:
        party = admitted.party
        script = Script(party.party, party.text, hang_up=party.hang_up)
        super().__init__(signalling, identifier, account, admitted.number, script=script)
        self.party = party
        self.transaction = transaction
        contact = signalling.contact(admitted.number, transaction.flow)
        self.dialog = dialog_of_invite(
            transaction.request, transaction.flow, new_tag("SD"), contact
        )
        self.dialog.follow_contact = signalling.settings.follow_contact
        codec = admitted.offer.g711
        assert codec is not None
        self.agree(admitted.offer, codec=codec)
        self.respond(transaction, 100)
        self._progress = asyncio.get_running_loop().create_task(self._serve())

    async def _serve(self) -> None:
        settings = self.signalling.settings
        await self._alert(self.party, self._ringing_time(self.party))
        match self.party.outcome:
            case Outcome.ANSWER:
                self._answer()
            case Outcome.REFUSE:
                self._refuse(self.party.status or int(self.number[-3:]))
            case Outcome.NO_ANSWER:
                self._refuse(480)
            case Outcome.UNREACHABLE:
                self._refuse(settings.unreachable_status)

    def _ringing_time(self, party: CalledParty) -> float:
        settings = self.signalling.settings
        if party.outcome is Outcome.NO_ANSWER:
            return settings.no_answer
        return party.ringbacks * settings.ring_cycle

    async def _alert(self, party: CalledParty, seconds: float) -> None:
        """Tell the caller that it rings; returns when it has rung for ``seconds``.

        What the party will say is spoken into memory meanwhile, so that the answer is not late.
        """
        if party.alert is Alert.RINGING and seconds > 0:
            self._provisional(180)
        announced = None
        if party.alert.early_media and seconds > 0:
            self._provisional(183, self.describe())
            self.voice.send(on=True)
            if party.alert is Alert.ANNOUNCEMENT:
                announced = asyncio.ensure_future(self.conversation.say(party.early_text))
            else:
                self.voice.play(ringback(self.signalling.settings.ring_cycle), repeat=True)
        try:
            if party.text and party.outcome is Outcome.ANSWER:
                await asyncio.gather(asyncio.sleep(seconds), self.conversation.prepare(party.text))
            else:
                await asyncio.sleep(seconds)
            if announced is not None:
                await announced
        finally:
            if announced is not None:
                announced.cancel()

    def _provisional(self, status: int, body: bytes = b"") -> None:
        self.status = status
        self.respond(self.transaction, status, body=body)
        self._enter(CallState.RINGING)

    def _answer(self) -> None:
        self.status = 200
        self.success(self.transaction, self.describe())
        self.connected()

    def _refuse(self, status: int) -> None:
        self.respond(self.transaction, status)
        self.over(f"The called side: {status} {reason_of(status)}.", "network", status)

    def cancelled(self) -> None:
        """The account's CANCEL has come."""
        if self.state in {CallState.TRYING, CallState.RINGING}:
            self.respond(self.transaction, 487)
            self.over("The account has cancelled the call.", "account", 487)

    def give_up(self, reason: str) -> None:
        self.respond(self.transaction, 480)
        self.over(reason, "network", 480)

    def over(self, reason: str, by: str, status: int = 0) -> None:
        if asyncio.current_task() is not self._progress:
            self._progress.cancel()
        super().over(reason, by, status)
