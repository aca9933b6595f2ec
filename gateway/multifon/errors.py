"""What can go wrong between us and the provider's account service.

The type says whose fault it is and what may have happened there.  A message never has an address
with parameters in it: those are the login and the password.
"""

from __future__ import annotations

from gateway.words import Words


class ServiceError(Exception):
    """Parent of all of them: ``code`` is a fixed name, ``words`` a sentence in every language."""

    def __init__(self, code: str, words: Words, *, passing: bool = False) -> None:
        super().__init__(words.en)
        self.code = code
        self.words = words
        self.passing = passing
        """The same request may succeed a moment later."""


class NotSentError(ServiceError):
    """The request never left: no address, no connection, a certificate that is not trusted."""


class UnclearError(ServiceError):
    """The request left, and no answer that makes sense came: it may have been performed."""


class RefusedError(ServiceError):
    """The provider understood and refused; ``result`` is its result code."""

    def __init__(self, code: str, words: Words, result: int) -> None:
        super().__init__(code, words)
        self.result = result


class NoSuchAddressError(ServiceError):
    """There is no such call at the provider: HTTP status 404 or 405.  Nothing was performed."""
