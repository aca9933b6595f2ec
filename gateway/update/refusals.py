"""What RAUC says of a bundle that it does not take, in plain words.  Pure."""

from __future__ import annotations

from gateway.words import Words

_SENTENCES: tuple[tuple[str, Words], ...] = (
    (
        "keyring",
        Words(
            "this adapter was made without a certificate for updates.",
            "в этом адаптере нет сертификата для обновлений.",
        ),
    ),
    (
        "compatible",
        Words("it is for another kind of adapter.", "он для адаптера другого вида."),
    ),
    (
        # The size of the signature is the last that a whole file has.
        "signature size|exceeds bundle|identifier|too small|not a regular|unsupported",
        Words("it is damaged, or no update at all.", "он повреждён или это вовсе не обновление."),
    ),
    (
        "signature",
        Words(
            "it is not signed by the maker of this adapter's system.",
            "он не подписан изготовителем системы этого адаптера.",
        ),
    ),
    (
        "no space",
        Words("there is not enough room on the card.", "на карте не хватает места."),
    ),
)
OTHER = Words(
    "the log of this adapter says why (journalctl -u rauc).",
    "причина записана в журнале адаптера (journalctl -u rauc).",
)


def why(said: str) -> Words:
    """Why a bundle was refused, by what ``rauc`` said."""
    lowered = said.lower()
    for signs, words in _SENTENCES:
        if any(sign in lowered for sign in signs.split("|")):
            return words
    return OTHER
