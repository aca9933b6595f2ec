"""Line drivers, found by their entry point (``gateway.line_drivers`` in ``setup.cfg``)."""

from __future__ import annotations

from importlib.metadata import entry_points

from gateway.exit_code import CommandError, ExitCode
from gateway.line import DriverFactory, LineDriver
from gateway.settings.declaration import Line
from gateway.signalling import LineSignalling


def driver_of(entry: Line, signalling: LineSignalling) -> LineDriver:
    """The driver of a line of the settings, closed.

    ``CommandError`` when there is no such driver, or its options are wrong.
    """
    found = {point.name: point for point in entry_points(group="gateway.line_drivers")}
    if entry.driver not in found:
        known = ", ".join(sorted(found)) or "none; install the package"
        message = f"line {entry.name}: there is no driver {entry.driver!r}; there are: {known}"
        raise CommandError(message, ExitCode.SETTINGS)
    factory: DriverFactory = found[entry.driver].load()
    try:
        return factory(entry.name, entry.options, signalling)
    except ValueError as error:
        raise CommandError(f"line {entry.name}: {error}", ExitCode.SETTINGS) from error
