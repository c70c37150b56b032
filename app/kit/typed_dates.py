"""Dates as people type them: three fields, digits of their own script, years of the Buddhist era."""

from __future__ import annotations

from datetime import date
from typing import Final

from app.kit.words import mark

__all__ = ["BUDDHIST_FROM", "typed_day", "typed_number", "typed_rough_day", "typed_year", "year_read_otherwise"]

# From this number on a year can only be one of the Buddhist era, which runs 543 years ahead.
BUDDHIST_FROM: Final = 2400
AHEAD: Final = 543
EARLIEST: Final = 1900
LATEST: Final = 2199
NOT_NUMBERS: Final = mark("Write the day, the month and the year as numbers.")
YEAR_UNLIKELY: Final = mark("Write the year with four digits, such as 1998 or 2541.")
NO_SUCH_DAY: Final = mark("There is no such day in the calendar.")
YEAR_MISSING: Final = mark("Write at least the year.")
MONTH_MISSING: Final = mark("Write the month as well, or leave the day empty.")


def typed_day(day: str, month: str, year: str) -> date:
    """The day that three fields tell.

    Digits of any script count (Thai, Lao, Khmer, Burmese, full width); a year from 2400 on is of the Buddhist era.
    Raises ValueError with a marked sentence, never with what was typed.
    """
    at = typed_year(year)
    try:
        return date(at, typed_number(month), typed_number(day))
    except (ValueError, OverflowError) as error:
        raise error if str(error) == NOT_NUMBERS else ValueError(NO_SUCH_DAY) from None


def typed_rough_day(day: str, month: str, year: str) -> str:
    """As much of a day as is known, as 2006, 2006-03 or 2006-03-09: for models that allow "about 2006".

    Raises ValueError as `typed_day` does, and for a day without its month.
    """
    if not year.strip():
        raise ValueError(YEAR_MISSING)
    at = typed_year(year)
    if not month.strip():
        if day.strip():
            raise ValueError(MONTH_MISSING)
        return f"{at}"
    if day.strip():
        return typed_day(day, month, year).isoformat()
    found = typed_number(month)
    if not 1 <= found <= 12:
        raise ValueError(NO_SUCH_DAY)
    return f"{at}-{found:02}"


def typed_year(year: str) -> int:
    """The year of the common era; one from 2400 on was typed in the Buddhist era. ValueError with a sentence."""
    found = typed_number(year)
    if found >= BUDDHIST_FROM:
        found -= AHEAD
    if not EARLIEST <= found <= LATEST:
        raise ValueError(YEAR_UNLIKELY)
    return found


def typed_number(text: str) -> int:
    """A whole number in the digits of any script; ValueError with a sentence for anything else."""
    digits = text.strip()
    if not digits.isdecimal() or len(digits) > 8:
        raise ValueError(NOT_NUMBERS)
    return int(digits)


def year_read_otherwise(year: object) -> int | None:
    """The year of the common era, where ``year`` is typed in the Buddhist era; else None: nothing need be echoed."""
    try:
        return typed_year(str(year)) if typed_number(str(year)) >= BUDDHIST_FROM else None
    except ValueError:
        return None
