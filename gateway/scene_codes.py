"""Scene codes: digits that are dialled for the smart home, and mean what it makes of them."""

from __future__ import annotations

from gateway.call.service_codes import SCENE_DIGITS
from gateway.exchange import Publish
from gateway.prompts.answers import Pieces

EVENT = "scene"


class SceneCodes:
    """Tells whoever listens at the control socket; ``publish`` sends the event there."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish

    def dialled(self, number: str) -> Pieces:
        """``number`` ends with the scene's digits.  The caller hears that it was understood.

        Whether anything came of it nobody tells us.
        """
        self._publish(EVENT, {"code": number[-SCENE_DIGITS:]})
        return ("done",)
