"""What single cells say: days in either era and any digits, ages, codes; and that a class tells nothing of a value."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.imports import cells
from app.imports.cells import Unfit
from app.imports.findings import CLASSES, RULES

DAYS = (
    ("2017-03-09", "ymd", "either", date(2017, 3, 9)),
    ("9/3/2541", "dmy", "either", date(1998, 3, 9)),
    ("3/9/1998", "mdy", "either", date(1998, 3, 9)),
    ("๙/๓/๒๕๔๑", "dmy", "either", date(1998, 3, 9)),
    ("၉.၃.၁၉၉၈", "dmy", "either", date(1998, 3, 9)),
    ("1998/03/09", "dmy", "either", date(1998, 3, 9)),
    ("2019-05-10T05:34:59.514Z", "ymd", "common", date(2019, 5, 10)),
    ("29/2/2567", "dmy", "buddhist", date(2024, 2, 29)),
)
NO_DAYS = (
    ("30/2/2567", "dmy", "either", "no_such_day"),
    ("29/2/2566", "dmy", "buddhist", "no_such_day"),
    ("13/13/1998", "dmy", "either", "no_such_day"),
    ("9/3/41", "dmy", "either", "year_needs_four_digits"),
    ("9/3/2541", "ymd", "either", "not_a_day"),
    ("9/3/2541", "dmy", "common", "other_era"),
    ("9/3/1998", "dmy", "buddhist", "other_era"),
    ("9/3/0998", "dmy", "either", "year_unlikely"),
    ("March 1998", "dmy", "either", "not_a_day"),
    ("43899", "dmy", "either", "not_a_day"),
)


@pytest.mark.parametrize(("typed", "order", "era", "meant"), DAYS)
def test_days(typed: str, order: cells.Order, era: cells.Era, meant: date) -> None:
    assert cells.day(typed, order, era) == meant


@pytest.mark.parametrize(("typed", "order", "era", "rule"), NO_DAYS)
def test_no_days(typed: str, order: cells.Order, era: cells.Era, rule: str) -> None:
    with pytest.raises(Unfit) as refused:
        cells.day(typed, order, era)
    assert refused.value.rule == rule and rule in RULES


def test_cells_are_made_clean_and_nothing_is_run() -> None:
    assert cells.washed("  Zaw\r\nWin ") == ("Zaw\nWin", False)
    assert cells.washed("\u202eniW\u202c") == ("niW", True)
    assert cells.washed("ကို\u200bဇော်")[0] == "ကို\u200bဇော်", "a space of no width parts words in some scripts"
    assert cells.washed("+95 1 234")[0] == "+95 1 234" and cells.washed("- two brothers")[0] == "- two brothers"
    for cell, rule in (("a\x00b", "unreadable"), ("\x1b[2J", "unreadable"), ("=1+1", "formula"), ("＝1+1", "formula")):
        with pytest.raises(Unfit) as refused:
            cells.washed(cell)
        assert refused.value.rule == rule


@given(st.text(max_size=400))
def test_the_class_of_a_value_is_one_of_few_words(text: str) -> None:
    assert cells.class_of(text) in CLASSES


def test_bands() -> None:
    assert [cells.age_band(age) for age in (0, 14, 15, 17, 18, 90)] == ["0-14", "0-14", "15-17", "15-17", "18+", "18+"]
    on = date(2026, 11, 27)
    assert cells.band_of_birth(date(2008, 11, 27), None, on) == "18+"
    assert cells.band_of_birth(date(2008, 11, 28), None, on) == "15-17"
    assert cells.band_of_birth(None, 2008, on) is None, "17 or 18: nobody knows"
    assert cells.band_of_birth(None, 2000, on) == "18+"
    with pytest.raises(Unfit):
        cells.years("-3")
    assert cells.years("16.0") == 16
