"""How often somebody may be wrong: every failure makes the next try wait longer.  Pure."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

FREE = 3
"""Failures that cost nothing: fingers slip."""
FIRST = 2.0
LONGEST = 900.0
"""Seconds of delay after the first failure that costs, and at most."""
FORGOTTEN = 3600.0
"""Seconds without a failure after which all is forgotten."""
FREE_IN_TOTAL = 30
"""The same for all addresses together: many of them may be one attacker's."""
MOST_ADDRESSES = 1000


@dataclass(frozen=True, slots=True)
class _Failures:
    count: int = 0
    last: float = 0.0

    def wait(self, now: float, free: int) -> float:
        if self.count <= free or now - self.last > FORGOTTEN:
            return 0.0
        delay = min(LONGEST, FIRST * 2.0 ** min(self.count - free - 1, 20))
        return max(0.0, self.last + delay - now)

    def another(self, now: float) -> _Failures:
        return _Failures(1 if now - self.last > FORGOTTEN else self.count + 1, now)


class Attempts:
    """Failures by address and in total.  ``now`` is monotonic seconds."""

    def __init__(self) -> None:
        self._by_address: OrderedDict[str, _Failures] = OrderedDict()
        self._total = _Failures()

    def wait(self, address: str, now: float) -> float:
        """Seconds until this address may try again; 0 if it may now."""
        own = self._by_address.get(address, _Failures())
        return max(own.wait(now, FREE), self._total.wait(now, FREE_IN_TOTAL))

    def failed(self, address: str, now: float) -> None:
        self._by_address[address] = self._by_address.pop(address, _Failures()).another(now)
        while len(self._by_address) > MOST_ADDRESSES:
            self._by_address.popitem(last=False)
        self._total = self._total.another(now)

    def succeeded(self, address: str) -> None:
        self._by_address.pop(address, None)
        self._total = _Failures()
