"""The time of day, the only place of the program that asks the machine for it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

__all__ = ["Clock", "SettableClock", "as_utc"]


def as_utc(moment: datetime) -> datetime:
    """Return the same moment in UTC.

    Args:
        moment: a datetime with a time zone.

    Raises:
        ValueError: the datetime has no time zone, so nobody can say which moment it means.
    """
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("a datetime without a time zone does not name a moment")
    return moment.astimezone(UTC)


class Clock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Return the present moment as an aware UTC datetime, exact to the microsecond."""
        return datetime.now(UTC)


class SettableClock(Clock):
    """A clock that stands still until somebody moves it: for the demonstration and for tests."""

    def __init__(self, start: datetime) -> None:
        """Stand at `start` (aware; any zone)."""
        self._lock = threading.Lock()
        self._now = as_utc(start)

    def now(self) -> datetime:
        """Return the moment the clock was last moved to, in UTC."""
        with self._lock:
            return self._now

    def set(self, moment: datetime) -> None:
        """Move to `moment` (aware; any zone, also backwards)."""
        aware = as_utc(moment)
        with self._lock:
            self._now = aware

    def advance(self, by: timedelta) -> datetime:
        """Move on by `by` and return the new present moment."""
        with self._lock:
            self._now += by
            return self._now
