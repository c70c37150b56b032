"""Days as people type them: native digits, two eras, and never a guess."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.dates import shown_year
from app.kit.reader import Reader, reading
from app.kit.typed_dates import (
    NO_SUCH_DAY,
    NOT_NUMBERS,
    YEAR_UNLIKELY,
    typed_day,
    typed_rough_day,
    typed_year,
    year_read_otherwise,
)

DIGITS = {
    "Latin": "0123456789", "Thai": "๐๑๒๓๔๕๖๗๘๙", "Lao": "໐໑໒໓໔໕໖໗໘໙", "Khmer": "០១២៣៤៥៦៧៨៩",
    "Burmese": "၀၁၂၃၄၅၆၇၈၉", "full width": "０１２３４５６７８９",
}  # fmt: skip
SENTENCES = {NOT_NUMBERS, YEAR_UNLIKELY, NO_SUCH_DAY}
DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))


def in_digits(number: int, digits: str) -> str:
    return "".join(digits[int(digit)] for digit in str(number))


@given(DAYS, st.sampled_from(sorted(DIGITS)), st.booleans(), st.sampled_from(["", " ", "  "]))
def test_a_day_comes_back_from_any_script_and_either_era(on: date, script: str, buddhist: bool, blank: str) -> None:
    digits = DIGITS[script]
    year = on.year + 543 if buddhist else on.year
    day, month = in_digits(on.day, digits), in_digits(on.month, digits)
    assert typed_day(f"{blank}{day}", month, f"{in_digits(year, digits)}{blank}") == on


@given(DAYS, st.sampled_from(["ce", "be", ""]), st.sampled_from(["en", "th", "my"]))
def test_what_is_shown_can_be_typed(on: date, calendar: str, language: str) -> None:
    with reading(Reader(language, calendar)):
        assert typed_day(str(on.day), str(on.month), str(shown_year(on))) == on


@given(st.text(max_size=9), st.text(max_size=9), st.text(max_size=9))
def test_nothing_else_than_a_day_or_a_sentence_comes_out(day: str, month: str, year: str) -> None:
    try:
        typed_day(day, month, year)
    except ValueError as error:
        assert str(error) in SENTENCES


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("31", "2", "2006"), "There is no such day in the calendar."),
        (("0", "2", "2006"), "There is no such day in the calendar."),
        (("1", "13", "2549"), "There is no such day in the calendar."),
        (("x", "2", "2006"), "Write the day, the month and the year as numbers."),
        (("-1", "2", "2006"), "Write the day, the month and the year as numbers."),
        (("1", "", "2006"), "Write the day, the month and the year as numbers."),
        (("1", "2", "06"), "Write the year with four digits, such as 1998 or 2541."),
        (("1", "2", "2300"), "Write the year with four digits, such as 1998 or 2541."),
        (("1", "2", "9999"), "Write the year with four digits, such as 1998 or 2541."),
        (("1", "2", "²⁰⁰⁶"), "Write the day, the month and the year as numbers."),
    ],
)
def test_what_is_no_day_is_refused_in_a_sentence(typed: tuple[str, str, str], told: str) -> None:
    with pytest.raises(ValueError, match="^" + told.replace(".", r"\.")):
        typed_day(*typed)


@pytest.mark.parametrize(
    ("typed", "known"),
    [(("", "", "2549"), "2006"), (("", "3", "2006"), "2006-03"), (("9", "๓", "๒๕๔๙"), "2006-03-09")],
)
def test_a_rough_day_keeps_what_is_known(typed: tuple[str, str, str], known: str) -> None:
    assert typed_rough_day(*typed) == known


@pytest.mark.parametrize("typed", [("", "", ""), ("9", "", "2006"), ("", "13", "2006"), ("", "x", "2006")])
def test_a_rough_day_needs_its_year_and_its_month_before_its_day(typed: tuple[str, str, str]) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        typed_rough_day(*typed)


def test_only_a_year_of_the_other_era_is_echoed() -> None:
    assert [year_read_otherwise(year) for year in ("2549", "๒๕๔๙", 2549, "2006", "", "x", "9999")] == [
        2006, 2006, 2006, None, None, None, None,
    ]  # fmt: skip
    assert typed_year("2549") == 2006
