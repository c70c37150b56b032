"""What the policies may declare and what the program can count are the same, on both engines. Pure, no database."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from app.kit.errors import Invalid
from app.statistics.counting import Wanted, query, wanted
from app.statistics.periods import period_of, year
from app.statistics.populations import READ_FROM
from app.statistics.shown import periods_back
from policies.load import load_policies
from policies.populations import POPULATIONS

DIALECTS = {"sqlite": sqlite.dialect(), "postgresql": postgresql.dialect()}


def test_every_declared_word_has_a_column_and_no_other() -> None:
    policies = load_policies()
    assert POPULATIONS.keys() == READ_FROM.keys()
    for name, words in POPULATIONS.items():
        for dialect in DIALECTS:
            counted = READ_FROM[name](policies, dialect)
            known = {*counted.columns, "year"} | ({words.channel} - {""})
            assert words.filters.keys() <= known, name
            assert set(words.dates) <= counted.dates.keys() and words.stands <= (counted.stands is not None), name


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", POPULATIONS)
def test_every_dimension_can_be_counted_by(name: str, dialect: str) -> None:
    policies, words = load_policies(), POPULATIONS[name]
    for on in words.dates:
        table = Wanted(name, words.dimensions, on)
        text = str(query(policies, table, year(2017), dialect, country="TH").compile(dialect=DIALECTS[dialect]))
        assert text.count("GROUP BY") == 1 and "LIKE '%\"" not in text


def test_periods_are_read_as_each_report_counts() -> None:
    policies = load_policies()
    yearly, daily = policies.reports["returns"], policies.reports["in-care"]
    quarterly = daily.model_copy(update={"as_of": daily.as_of.model_copy(update={"by": "quarter"})})
    plain = policies.reports["th-shelters"]
    found = {text: period_of(report, text) for report, text in (
        (yearly, "2017"), (yearly, "2015..2018"), (quarterly, "2017-Q1"), (quarterly, "2017-Q4"), (daily, "2016-02-29"),
    )}  # fmt: skip
    assert {text: (each.first, each.last) for text, each in found.items()} == {
        "2017": (date(2017, 1, 1), date(2017, 12, 31)),
        "2015..2018": (date(2015, 1, 1), date(2018, 12, 31)),
        "2017-Q1": (date(2017, 1, 1), date(2017, 3, 31)),
        "2017-Q4": (date(2017, 10, 1), date(2017, 12, 31)),
        "2016-02-29": (date(2016, 2, 29), date(2016, 2, 29)),
    }
    assert found["2016-02-29"].stands and list(found["2015..2018"].years) == [2015, 2016, 2017, 2018]
    for report, text in (
        (yearly, "2017-Q1"), (yearly, "2018..2015"), (yearly, "2001..2018"), (plain, "2015..2018"), (plain, "1989"),
        (quarterly, "2017"), (quarterly, "2017-Q5"), (daily, "2017"), (daily, "2017-02-30"), (daily, "9999-01-01"),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            period_of(report, text)
    today = date(2026, 11, 23)
    for report in (yearly, quarterly, daily):
        for each in periods_back(report, today):
            period_of(report, each)
    assert periods_back(quarterly, today)[:3] == ["2026-Q4", "2026-Q3", "2026-Q2"]
    assert periods_back(daily, today)[:2] == ["2026-11-23", "2025-12-31"]


def test_the_channel_of_a_report_is_one_more_filter() -> None:
    reports = load_policies().reports
    assert wanted(reports["returns"]).filters["channel"] == ("government",)
    assert wanted(reports["th-shelters"]).filters == {"placed": ("yes",), "way_in": ("shelter",)}
