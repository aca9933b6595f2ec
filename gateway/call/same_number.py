"""When two ways to write a telephone number mean the same telephone.

The network shows ``79261234567``, a person writes ``+7 (926) 123-45-67`` and dials
``89261234567``.  What all of them share is the end: numbers of ten digits and more are the same
when their last ten are (a national number has ten digits in Russia and at most ten in nearly every
other country); shorter ones, such as 112, when all digits are.
"""

from __future__ import annotations

NATIONAL_DIGITS = 10
LONGEST = 20
"""Digits; ITU-T E.164 has 15, and a prefix may come before them."""


def digits_of(written: str) -> str:
    """The digits of a number as people write it; other signs are left out."""
    return "".join(sign for sign in written if sign.isascii() and sign.isdigit())


def key_of(written: str) -> str:
    """The same for every way to write the same number; empty if there is no digit in it."""
    return digits_of(written)[-NATIONAL_DIGITS:]
