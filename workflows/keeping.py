"""How long a person's data are kept, and what must be true before they are erased."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from policies.model import Policies, RetentionPeriod
from workflows.facts import Situation
from workflows.guards.keeping import (
    another_country_has_asked,
    every_case_is_closed,
    no_hold_stands,
    nothing_is_under_way,
    time_is_over,
)
from workflows.step import Guard
from workflows.verdict import Refusal

__all__ = ["BEFORE_ERASING", "KINDS", "SCREENED_OUT", "against", "ends_on", "kinds_of"]

BEFORE_ERASING: Final[tuple[Guard, ...]] = (
    every_case_is_closed, nothing_is_under_way, no_hold_stands, time_is_over, another_country_has_asked,
)  # fmt: skip
# What goes with a person's key, by the names of policies/retention.yaml: all of it, so the longest time counts.
KINDS: Final = ("case_record", "identity", "referral_message")
SCREENED_OUT: Final = "screened_out"
MAJORITY: Final = 18


def against(situation: Situation, policies: Policies) -> tuple[Refusal, ...]:
    """Every reason why the person cannot be erased now; nobody grants an exception from any of them."""
    found = (each.objection(situation, policies) for each in BEFORE_ERASING)
    return tuple(each for each in found if each is not None)


def kinds_of(found: bool) -> tuple[str, ...]:
    """The kinds of data of a case; ``found``: whether the person was found to be trafficked."""
    return KINDS if found else (SCREENED_OUT,)


def ends_on(
    policies: Policies, country: str, kind: str, closed_on: date, *,
    on: date, child: bool, turns_adult_on: date | None = None,
) -> date | None:  # fmt: skip
    """The last day on which data of ``kind`` of a case closed on a day are kept, as agreed ``on`` a day; None for ever.

    child: whether the person was one, or their age in doubt, when the case opened. turns_adult_on: their eighteenth
    birthday; where nobody knows it, it is taken to lie eighteen years after the case was closed, so that nothing of a
    child goes too early. What is counted from a birthday ends with the quarter, or the day would tell the birthday.
    """
    period = policies.retention[kind].period(on, child, country)
    if period.value is None:
        return None
    if period.after != "eighteenth_birthday":
        return _after(closed_on, period)
    return _last_of_quarter(_after(max(turns_adult_on or _years_after(closed_on, MAJORITY), closed_on), period))


def _after(start: date, period: RetentionPeriod) -> date:
    assert period.value is not None
    if period.unit == "days":
        return start + timedelta(days=period.value)
    return _years_after(start, period.value)


def _last_of_quarter(day: date) -> date:
    month = (day.month - 1) // 3 * 3 + 3
    return date(day.year, month, 31 if month in (3, 12) else 30)


def _years_after(day: date, years: int) -> date:
    """The same day so many years later; the first of March where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
