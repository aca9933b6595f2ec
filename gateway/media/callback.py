"""What pjsua2 calls: an error in it is logged here and goes no further.

An exception that reaches SWIG is printed past the log, and Python keeps it with every local
variable of its frames.  Objects of pjsua2 that outlive the stack abort the process at its end.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")


def callback(method: Callable[P, R]) -> Callable[P, R | None]:
    """``method`` for pjsua2 to call: it never raises, and returns ``None`` after an error."""

    @functools.wraps(method)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | None:
        try:
            return method(*args, **kwargs)
        except Exception:  # noqa: BLE001 - whatever it was, it must not reach SWIG
            _log.exception("%s failed", method.__qualname__)
            return None

    return guarded
