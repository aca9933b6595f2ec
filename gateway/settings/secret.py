"""A value that must not be seen: passwords."""

from __future__ import annotations

import hmac
from typing import NoReturn

STARS = "*****"


class Secret(str):
    """A text that shows as stars everywhere; only ``reveal`` gives it away.

    To the rest of Python it *is* the text ``*****``: so neither ``json``, nor an f-string, nor a
    log record can get at what is inside, and its length is hidden too.
    """

    __slots__ = ("_text",)
    _text: str

    def __new__(cls, text: str) -> Secret:
        secret = super().__new__(cls, STARS)
        secret._text = text
        return secret

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return STARS

    def __eq__(self, other: object) -> bool:
        """Equal to another secret with the same text; takes the same time wherever they differ."""
        if not isinstance(other, Secret):
            return False
        # "surrogatepass": a comparison has no business failing on a text that cannot be stored.
        mine, theirs = (s.encode("utf-8", "surrogatepass") for s in (self._text, other._text))
        return hmac.compare_digest(mine, theirs)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._text)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, _memo: object) -> Secret:
        return self

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("A secret cannot be pickled.")
