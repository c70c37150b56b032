"""What one cell of a table says: made clean, read as a day, a year, an age or a code, or told by its class alone."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final, Literal

from app.kit import names
from app.kit.typed_dates import BUDDHIST_FROM, typed_day, typed_number, typed_year

__all__ = ["Unfit", "age_band", "band_of_birth", "class_of", "day", "nationality", "washed", "year", "years"]

Order = Literal["dmy", "mdy", "ymd"]
Era = Literal["common", "buddhist", "either"]
# Marks that turn the direction of a line and show nothing: what is read is not what is stored (security.md).
_TURNING: Final = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_BREAKS: Final = "\t\r\n"
_DAY: Final = re.compile(r"(\d{1,4})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{1,4})(?:[T ]+\d{1,2}:\d{2}.*)?")
_OLDEST: Final = 120


class Unfit(ValueError):
    """A cell that cannot be what its column says. ``rule``: a code of app.imports.findings.RULES."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def washed(cell: str, *, formulas: bool = False) -> tuple[str, bool]:
    """The cell without spaces at its ends and without marks that turn its direction, and whether there were any.

    Unfit (unreadable) for control characters, and for what no text holds; (formula) for what a spreadsheet would run,
    unless ``formulas``: the reader of a standard knows which texts were only meant to look like one.
    """
    text = "".join(letter for letter in cell if letter not in _TURNING)
    for letter in text:
        if unicodedata.category(letter) in ("Cc", "Cs", "Co") and letter not in _BREAKS:
            raise Unfit("unreadable")
    clean = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if clean[:1] in ("=", "\uff1d") and not formulas:
        raise Unfit("formula")
    return clean, len(text) != len(cell)


def class_of(cell: str) -> str:
    """What kind of value a cell holds, and nothing of the value: for reports, which may be read by others."""
    text = cell.strip()
    if not text:
        return "empty"
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Co") and letter not in _BREAKS for letter in text):
        return "unreadable"
    if text[:1] in ("=", "\uff1d"):
        return "formula"
    if text.replace(".", "", 1).lstrip("-+").isdecimal():
        return "number"
    if _DAY.fullmatch(text):
        return "day"
    if len(text) > 300:
        return "long_text"
    return "text" if any(letter.isspace() for letter in text) else "word"


def day(text: str, order: Order, era: Era) -> date:
    """The day that a cell tells; four digits that come first are the year, whatever the order.

    Digits of any script count. A year from 2400 on is of the Buddhist era; ``era`` common allows none such, buddhist
    no other. Unfit for what is no day of the calendar, and for a year of two digits, which could be of any century.
    """
    found = _DAY.fullmatch(text.strip())
    if found is None:
        raise Unfit("not_a_day")
    first, middle, last = found.groups()
    if len(first) == 4:
        told = {"y": first, "m": middle, "d": last}
    elif order == "ymd":
        raise Unfit("not_a_day")
    else:
        told = dict(zip(order, (first, middle, last), strict=True))
    if len(told["y"]) != 4:
        raise Unfit("year_needs_four_digits")
    _must_be_of(told["y"], era)
    try:
        return typed_day(told["d"], told["m"], told["y"])
    except ValueError:
        raise Unfit("no_such_day" if _likely(told["y"]) else "year_unlikely") from None


def year(text: str, era: Era) -> int:
    """The year of the common era that a cell tells; Unfit for what is none in which somebody could be born."""
    if not text.isdecimal() or len(text) != 4:
        raise Unfit("year_needs_four_digits")
    _must_be_of(text, era)
    try:
        return typed_year(text)
    except ValueError:
        raise Unfit("year_unlikely") from None


def years(text: str) -> int:
    """An age in full years; Unfit for anything else."""
    whole = text.removesuffix(".0")
    if not whole.isdecimal() or len(whole) > 3 or int(whole) > _OLDEST:
        raise Unfit("not_an_age")
    return int(whole)


def age_band(age: int) -> str:
    """The band of an age in full years."""
    return "0-14" if age < 15 else "15-17" if age < 18 else "18+"


def band_of_birth(born: date | None, in_year: int | None, on: date) -> str | None:
    """The band of somebody born on a day, or some time in a year, as of a day; None where it could be two of them."""
    if born is not None:
        return age_band(max(0, on.year - born.year - ((on.month, on.day) < (born.month, born.day))))
    if in_year is None:
        return None
    youngest, oldest = max(0, on.year - in_year - 1), max(0, on.year - in_year)
    return age_band(youngest) if age_band(youngest) == age_band(oldest) else None


def nationality(text: str) -> str | None:
    """The country whose code a cell holds; None for any other text."""
    code = text.upper()
    return code if len(code) == 2 and code in {known for known, _ in names.countries()} else None


def _must_be_of(typed: str, era: Era) -> None:
    buddhist = typed_number(typed) >= BUDDHIST_FROM
    if era != "either" and buddhist != (era == "buddhist"):
        raise Unfit("other_era")


def _likely(typed: str) -> bool:
    try:
        typed_year(typed)
    except ValueError:
        return False
    return True
