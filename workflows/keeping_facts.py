"""Facts of how long the data of one person are kept: what is open, what holds them, when the time is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class HoldFacts:
    """One legal hold: a code of hold_reason, and its last day (None: until it is lifted)."""

    why: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class KeepingFacts:
    """All that rules may know of one person's data in one country.

    ground: a code of erasure_ground. open_cases, travelling: how many cases are open, and how many referrals or
    messages are under way. flagged: a record says that all must be kept for a court. ends_on: the last day on which
    they are kept (None: for ever). asked_abroad: another country has erased the person and asks for the same.
    """

    ground: str = ""
    open_cases: int = 0
    travelling: int = 0
    holds: tuple[HoldFacts, ...] = ()
    flagged: bool = False
    ends_on: date | None = None
    asked_abroad: bool = False

    def standing(self, on: date) -> tuple[HoldFacts, ...]:
        """The holds that stand on a day."""
        return tuple(each for each in self.holds if each.until is None or on <= each.until)


@dataclass(frozen=True, slots=True)
class DataRequestFacts:
    """One thing a person asked about their own data. number: of the case; asks: a code of data_request_kind.

    purpose: of an objection to a use. answer: "" while it waits, or a code of data_request_answer.
    """

    number: int
    on: date
    asks: str
    purpose: str | None = None
    answer: str = ""
    answered_on: date | None = None
