"""Clocks under frozen calendars: the days off of both countries, zones to the half hour, weekends from the policy."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from policies.model import Basis, Calendar, Clock, Policies
from tests.workflows.situations import ready, with_case
from workflows.deadlines import ends_on, rings_at
from workflows.guards.screening import window_end


def clock(value: int, unit: str = "working_days") -> Clock:
    return Clock(value=value, unit=unit, basis=Basis.DEFAULT, note="an example")


def local(country: str, policies: Policies, day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=policies.zone(country)).astimezone(UTC)


def rings(policies: Policies, here: str, other: str | None, start: date, value: int) -> date:
    calendar = policies.calendar(here, other)
    return rings_at(local(here, policies, start), clock(value), calendar).astimezone(calendar.zone).date()


@pytest.mark.parametrize(
    ("here", "other", "start", "value", "due"),
    [
        # Thai New Year (13 to 15 April 2026) begins on the same Monday as Myanmar's, which lasts to the 21st.
        ("TH", None, date(2026, 4, 10), 1, date(2026, 4, 16)),
        ("TH", "MM", date(2026, 4, 10), 1, date(2026, 4, 22)),
        ("MM", "TH", date(2026, 4, 10), 1, date(2026, 4, 22)),
        # Lao New Year, 14 to 16 April, on top of the Thai days.
        ("LA", "TH", date(2026, 4, 10), 1, date(2026, 4, 17)),
        # Tet 2026: 16 to 20 February; the Chinese days off reach to the 23rd.
        ("VN", None, date(2026, 2, 13), 1, date(2026, 2, 23)),
        ("VN", "CN", date(2026, 2, 13), 1, date(2026, 2, 24)),
        # Khmer New Year, 14 to 16 April, while Viet Nam works.
        ("KH", None, date(2026, 4, 13), 1, date(2026, 4, 17)),
        ("VN", "KH", date(2026, 4, 13), 1, date(2026, 4, 17)),
        # 30 April and 1 May in Viet Nam; 1 and 4 May in Thailand.
        ("TH", "VN", date(2026, 4, 29), 1, date(2026, 5, 5)),
        ("VN", "TH", date(2026, 4, 29), 1, date(2026, 5, 5)),
        # National day of China, 1 to 7 October 2026; nobody else rests.
        ("CN", None, date(2026, 9, 30), 1, date(2026, 10, 8)),
        ("LA", "CN", date(2026, 9, 30), 1, date(2026, 10, 8)),
        ("LA", None, date(2026, 9, 30), 1, date(2026, 10, 1)),
        # Over the end of a year in which both rest, into days that lie two years ahead and more.
        ("TH", None, date(2026, 12, 30), 1, date(2027, 1, 4)),
        ("TH", "MM", date(2026, 4, 10), 500, None),
    ],
)
def test_the_days_off_of_both_countries(
    policies: Policies, here: str, other: str | None, start: date, value: int, due: date | None
) -> None:
    found = rings(policies, here, other, start, value)
    if due is not None:
        assert found == due
    calendar = policies.calendar(here, other)
    between = [start + timedelta(days=n) for n in range(1, (found - start).days + 1)]
    assert sum(calendar.works(day) for day in between) == value, "each of them is a day of both calendars"
    assert calendar.works(found)


def test_holidays_are_known_in_every_year_a_clock_reaches(policies: Policies) -> None:
    for country in ("TH", "MM", "LA", "KH", "VN", "CN"):
        calendar = policies.calendar(country)
        for year in range(2026, 2036):
            weekdays = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
            assert any(day.weekday() < 5 and day in calendar for day in weekdays), (country, year)


@pytest.mark.parametrize(
    ("country", "offset"),
    [("MM", 6.5), ("TH", 7), ("LA", 7), ("KH", 7), ("VN", 7), ("CN", 8)],
)
def test_days_end_by_the_clock_on_the_wall_of_the_country_all_year(
    policies: Policies, country: str, offset: float
) -> None:
    calendar = policies.calendar(country)
    for month in range(1, 13):
        due = rings_at(datetime(2026, month, 1, 12, tzinfo=UTC), clock(1, "days"), calendar)
        assert due + timedelta(hours=offset) == datetime(2026, month, 2, 23, 59, 59, tzinfo=UTC)


def test_half_an_hour_decides_which_day_it_is(policies: Policies) -> None:
    moment = datetime(2026, 11, 23, 17, 15, tzinfo=UTC)  # 23:45 in Yangon, 00:15 in Bangkok
    one = clock(1, "days")
    in_myanmar = rings_at(moment, one, policies.calendar("MM", "TH"))
    in_thailand = rings_at(moment, one, policies.calendar("TH", "MM"))
    assert in_myanmar.astimezone(ZoneInfo("Asia/Yangon")).date() == date(2026, 11, 24)
    assert in_thailand.astimezone(ZoneInfo("Asia/Bangkok")).date() == date(2026, 11, 25)


def test_the_weekend_is_what_the_policy_of_the_country_says(policies: Policies) -> None:
    thailand, myanmar = policies.countries["TH"], policies.countries["MM"]
    friday = thailand.model_copy(update={"holidays": thailand.holidays.model_copy(update={"weekend": (5, 6)})})
    thursday = date(2026, 11, 19)
    own = policies.model_copy(update={"countries": {"TH": friday, "MM": myanmar}})
    assert rings(policies, "TH", None, thursday, 1) == date(2026, 11, 20)
    assert rings(own, "TH", None, thursday, 1) == date(2026, 11, 22), "Friday and Saturday rest, Sunday works"
    assert rings(own, "TH", "MM", thursday, 1) == date(2026, 11, 23), "and with Myanmar no day of the three counts"


def test_guards_and_tasks_ask_the_same_calendar(policies: Policies) -> None:
    """A window in working days ends for the guard when it ends for the task, holidays and zone included."""
    for country, since in (("TH", date(2026, 4, 10)), ("MM", date(2026, 4, 10)), ("VN", date(2026, 2, 13))):
        known = policies.countries[country]
        five = tuple(
            each.model_copy(update={"value": 5, "unit": "working_days"}) for each in known.clocks["reconsideration"]
        )
        changed = known.model_copy(update={"clocks": {**known.clocks, "reconsideration": five}})
        rules = policies.model_copy(update={"countries": {**policies.countries, country: changed}})
        case = with_case(ready("identification", "ask_reconsideration"), country=country, negative_on=since).case
        assert case is not None
        end = window_end(case, rules)
        assert end == ends_on(rules, "reconsideration", country, since).isoformat()
        assert end == rings(rules, country, None, since, 5).isoformat()
        assert end > (since + timedelta(days=7)).isoformat(), "the holidays of that week count"


def test_a_country_without_a_policy_has_no_days_off_that_we_know() -> None:
    assert date(2026, 11, 22) not in Calendar()
