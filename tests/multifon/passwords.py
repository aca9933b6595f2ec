"""A store of passwords in memory, with everything that the gateway's own does."""

from __future__ import annotations

from gateway.settings.secret import Secret


class MemoryStore:
    def __init__(self, present: str) -> None:
        self.place = "the other file"
        self.written = Secret(present)
        """What stands in the file of secrets."""
        self.routing: list[str] = []
        self.full = False
        """The disk takes nothing any more."""
        self._present = Secret(present)
        self._candidate: Secret | None = None

    def present(self) -> Secret:
        return self._present

    def candidate(self) -> Secret | None:
        return self._candidate

    def keep_candidate(self, new: Secret) -> None:
        self._look_for_room()
        self._candidate = new

    def adopt(self, new: Secret) -> None:
        self._present = new
        self._look_for_room()
        self.written = new
        self._candidate = None

    def drop_candidate(self) -> None:
        self._candidate = None

    def keep_routing(self, mode: str) -> None:
        self._look_for_room()
        self.routing.append(mode)

    def _look_for_room(self) -> None:
        if self.full:
            raise OSError("No space left on device")
