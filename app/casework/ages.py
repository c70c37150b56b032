"""What a date or year of birth says of an age: whether it fits what else is said, and when somebody turns 18."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from app.kit.words import mark

MAJORITY: Final = 18
# The band of an age: from and to, in full years.
_BANDS: Final = {"0-14": (0, 14), "15-17": (15, 17), "18+": (18, 200)}
_FUTURE: Final = mark("This day lies in the future.")
_TWO_YEARS: Final = mark("This is another year than that of the date of birth.")
_UNDER_AGE: Final = mark("Who was born then is under 18 and counts as a child. Say so, or correct this.")
_OTHER_BAND: Final = mark("Who was born then is of another age group. Say that the age is in doubt, or correct this.")

_STILL_CHILD: Final = mark("The person counts as a child until an age assessment finds otherwise.")


def misfits(identity: Mapping[str, Any], child: bool, age_band: str, on: date) -> list[dict[str, str]]:
    """Where a birth contradicts the age that is said on that day: field, rule and sentence; never what was typed.

    identity: as JSON has it. A child in the band 18+ or unknown is an age in doubt, which no paper contradicts.
    """
    born, year = _born(identity), identity.get("birth_year")
    if born is None and year is None:
        return []
    if born is not None and born > on:
        return [_at("birth_date", _FUTURE)]
    if born is not None and year is not None and born.year != year:
        return [_at("birth_year", _TWO_YEARS)]
    field, youngest, oldest = "birth_date", 0, 0
    if born is not None:
        youngest = oldest = _age(born, on)
    elif year is not None:
        field, youngest, oldest = "birth_year", max(0, on.year - year - 1), on.year - year
    if not child and oldest < MAJORITY:
        return [_at(field, _UNDER_AGE)]
    if age_band not in _BANDS or child and age_band == "18+":
        return []
    first, last = _BANDS[age_band]
    return [] if youngest <= last and oldest >= first else [_at(field, _OTHER_BAND)]


def still_child(field: str) -> dict[str, str]:
    """What is wrong with saying adult, at ``field``, of somebody whose earlier case treats them as a child."""
    return _at(field, _STILL_CHILD)


def turns_adult_on(identity: Mapping[str, Any]) -> date | None:
    """The 18th birthday; the earliest it can be where only the year is known, None where nothing is."""
    born = _born(identity)
    if born is None:
        year = identity.get("birth_year")
        return date(year + MAJORITY, 1, 1) if year is not None else None
    return _in_years(born, MAJORITY)


def may_have_turned_on(age_band: str, since: date) -> date:
    """The day by which a child without a birth on record may be 18 for a year at most, by the band as of ``since``.

    A child in no band, or in one of adults, is an age in doubt: a year later somebody looks again.
    """
    oldest = _BANDS[age_band][1] if age_band in _BANDS else MAJORITY
    years = max(1, MAJORITY - oldest)
    return _in_years(since, years)


def _in_years(day: date, years: int) -> date:
    if (day.month, day.day) == (2, 29):
        return date(day.year + years, 3, 1)
    return day.replace(year=day.year + years)


def _born(identity: Mapping[str, Any]) -> date | None:
    typed = identity.get("birth_date")
    return date.fromisoformat(typed) if typed else None


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _at(field: str, sentence: str) -> dict[str, str]:
    return {"field": field, "rule": f"{sentence} (UNICEF-AGE)", "sentence": sentence, "source": "UNICEF-AGE"}
