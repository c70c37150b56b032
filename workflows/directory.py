"""The directory as rules see it: which contacts a country has named, whether one is valid, and who is on duty now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

__all__ = ["DAYS", "Contact", "DirectoryFacts", "Duty", "Standing", "duty"]

# Weekdays as the directory names them, Monday first.
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
REFERRAL: Final = "referral"
HANDOVER: Final = "handover"
CHILD: Final = "child"


class Standing(StrEnum):
    """How a country can be reached for something."""

    # It has said nothing yet: the offices that the policies name count.
    SILENT = "silent"
    VALID = "valid"
    COMING = "coming"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Contact:
    """One entry: whose it is, for what, where, and on which days it counts (both included; no end: None)."""

    owner: str
    office: str
    kinds: frozenset[str]
    begins: date
    ends: date | None = None
    points: frozenset[str] = frozenset()

    def holds_on(self, day: date) -> bool:
        """Whether it counts on a day."""
        return self.begins <= day and (self.ends is None or day <= self.ends)


@dataclass(frozen=True, slots=True)
class DirectoryFacts:
    """What is known of the contacts of a corridor; empty where nobody has said anything."""

    entries: tuple[Contact, ...] = ()

    def for_referrals(self, country: str, day: date, *, child: bool) -> Standing:
        """How a country's office for referrals can be reached; one for children first, where it has named any."""
        named = [each for each in self.entries if each.owner == country]
        children = [each for each in named if CHILD in each.kinds] if child else []
        return _standing(children or [each for each in named if REFERRAL in each.kinds], day)

    def at_the_border(self, country: str, point: str, day: date) -> Standing:
        """How a country's post at a border point can be reached on the day of a handover."""
        named = [each for each in self.entries if each.owner == country and HANDOVER in each.kinds]
        return _standing([each for each in named if point in each.points], day)


@dataclass(frozen=True, slots=True)
class Duty:
    """Whether somebody is on duty; ``until`` when, or from when on (``opens``), in the office's own time."""

    open: bool
    until: datetime | None = None
    opens: datetime | None = None


def _standing(named: list[Contact], day: date) -> Standing:
    if not named:
        return Standing.SILENT
    if any(each.holds_on(day) for each in named):
        return Standing.VALID
    return Standing.COMING if any(each.begins > day for each in named) else Standing.OVER


def duty(hours: Mapping[str, str], now: datetime, closed: frozenset[date] = frozenset()) -> Duty:
    """Who is on duty at ``now`` (aware, in the office's own time zone).

    hours: weekday (`DAYS`) -> "08:30-16:30"; a day that is missing is closed, and one whose end is not after its
    beginning runs into the next morning. closed: days off. Looks a week ahead.
    """
    for back in (1, 0):
        span = _span(hours, now, -back, closed)
        if span is not None and span[0] <= now < span[1]:
            return Duty(True, until=span[1])
    coming = (_span(hours, now, ahead, closed) for ahead in range(8))
    return Duty(False, opens=next((span[0] for span in coming if span is not None and span[0] > now), None))


def _span(
    hours: Mapping[str, str], now: datetime, ahead: int, closed: frozenset[date]
) -> tuple[datetime, datetime] | None:
    day = now.date() + timedelta(days=ahead)
    said = hours.get(DAYS[day.weekday()], "")
    if not said or day in closed:
        return None
    begins, _, ends = said.partition("-")
    start = datetime.combine(day, _time(begins), now.tzinfo)
    # 24:00, and an end before the beginning, lie on the next day.
    over = ends == "24:00" or _time(ends) <= _time(begins)
    end = datetime.combine(day + timedelta(days=1) if over else day, _time(ends), now.tzinfo)
    return start, end


def _time(said: str) -> time:
    return time() if said == "24:00" else time.fromisoformat(said)
