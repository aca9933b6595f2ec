"""What can go wrong for a program that uses the control socket; each message is a sentence."""

from __future__ import annotations

from typing import Any

from gateway.control.protocol import PROTOCOL_VERSION, ErrorCode, Response


class ControlError(Exception):
    """Parent of all of them."""


class NotRunningError(ControlError):
    """Nobody answers at the socket, or this user may not ask."""


class ConnectionLostError(ControlError):
    """The gateway went away, or stopped to answer."""


class RefusedError(ControlError):
    """The gateway says why it did not do what was asked; ``data`` is for programs."""

    def __init__(self, sentence: str, data: Any = None) -> None:
        super().__init__(sentence)
        self.data = data


class FailedError(ControlError):
    """The gateway could not answer; ``code`` is one of ``ErrorCode``."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code


def from_os_error(error: OSError, path: str) -> ControlError:
    """Why the socket at ``path`` could not be reached, and what to do."""
    if isinstance(error, PermissionError):
        return NotRunningError(
            f"You may not use the gateway's socket {path}. Add yourself to its group, then log in "
            "again: sudo adduser $USER multifon-gateway"
        )
    if isinstance(error, FileNotFoundError | ConnectionRefusedError | NotADirectoryError):
        return NotRunningError(
            f"The gateway is not running: nobody answers at {path}. Start it with: "
            "sudo systemctl start gateway. If it runs with --run DIR, add --socket DIR."
        )
    # A path that is too long has no errno.
    return NotRunningError(f"The gateway cannot be reached at {path}: {error.strerror or error}.")


def lost() -> ConnectionLostError:
    return ConnectionLostError(
        "The gateway ended the connection before it answered; see: journalctl -u gateway"
    )


def result_of(response: Response) -> Any:
    """The result, or the error as an exception."""
    error = response.error
    if error is None:
        return response.result
    if error.code == ErrorCode.REFUSED:
        raise RefusedError(error.message, error.data)
    raise FailedError(error.message, error.code)


def check_version(answer: Any) -> None:
    """Raise ``ControlError`` unless the gateway speaks this program's version of the protocol."""
    match answer:
        case {"protocol": int(version)} if version == PROTOCOL_VERSION:
            return
        case {"protocol": int(version)}:
            raise ControlError(
                f"The gateway speaks version {version} of the control protocol, this program "
                f"version {PROTOCOL_VERSION}. After an update: sudo systemctl restart gateway"
            )
    raise ControlError("Something else than the gateway answers at the socket.")
