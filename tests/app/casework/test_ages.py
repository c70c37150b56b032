"""Ages and births: what contradicts what, and the 18th birthday that is told by the quarter and by nothing finer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.casework import ages, birthdays, identity
from app.casework.held import hold_case
from app.casework.tasks import TABLE
from tests.app.casework.test_corrections import correct
from tests.factories import cases
from tests.factories.houses import make_house, put_offices
from tests.factories.staff import desk_of, hire_staff
from tests.inspect import reading

DAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("born", "child", "band", "field"),
    [
        ({"birth_date": "2008-11-26"}, False, "18+", None),
        ({"birth_date": "2008-11-27"}, False, "18+", "birth_date"),
        ({"birth_date": "2008-11-27"}, True, "15-17", None),
        ({"birth_date": "2008-11-26"}, True, "15-17", "birth_date"),
        ({"birth_date": "2008-11-26"}, True, "unknown", None),
        ({"birth_date": "1990-01-01"}, True, "18+", None),
        ({"birth_year": 2008}, False, "18+", None),
        ({"birth_year": 2008}, True, "15-17", None),
        ({"birth_year": 2009}, False, "18+", "birth_year"),
        ({"birth_year": 2012}, True, "0-14", None),
        ({"birth_year": 2010}, True, "0-14", "birth_year"),
        ({}, False, "18+", None),
    ],
)
def test_a_birth_fits_an_age_or_its_field_is_named(
    born: dict[str, Any], child: bool, band: str, field: str | None
) -> None:
    found = ages.misfits(born, child, band, DAY)
    assert [each["field"] for each in found] == ([field] if field else [])
    assert all("UNICEF-AGE" in each["rule"] and "2008" not in each["sentence"] for each in found)


def test_a_leap_day_and_a_bare_year() -> None:
    assert ages.turns_adult_on({"birth_date": "2008-02-29"}) == date(2026, 3, 1)
    assert ages.turns_adult_on({"birth_year": 2009}) == date(2027, 1, 1)
    assert birthdays.last_day_of_quarter(date(2026, 11, 26)) == date(2026, 12, 31)


def test_the_birthday_rings_by_the_quarter_and_gives_no_date_away(
    database: Any, clock: Any, keys: Any, signing: Any
) -> None:
    house = make_house(database, clock, keys, signing)
    put_offices(house)
    staff = hire_staff(house)
    worker = staff["social_worker"]

    def child(born: str) -> str:
        facts = {"child": True, "age_band": "15-17", "identity": {"birth_date": born}}
        return cases.open_case(house, worker, **facts)

    # Six months before: the second quarter of 2027 for the first two, the third for the other.
    first, second, later = child("2009-10-03"), child("2009-12-30"), child("2010-01-05")
    unborn = cases.open_case(house, worker, child=True, age_band="15-17", identity={})
    small = cases.open_case(house, worker, child=True, age_band="0-14", identity={})

    def tasks(kind: str) -> dict[str, Any]:
        query = select(TABLE.c.case_id, TABLE.c.opened_at, TABLE.c.due_at).where(TABLE.c.kind == kind)
        with reading(house.db) as session:
            return {row.case_id: (row.opened_at, row.due_at) for row in session.execute(query)}

    assert birthdays.ring(house) == 0, "nothing stands in a list before its quarter"
    clock.advance(timedelta(days=(date(2027, 4, 1) - house.policies.day("TH", clock.now())).days))
    assert birthdays.ring(house) == 2 and birthdays.ring(house) == 0
    found = tasks("prepare_adulthood")
    assert found.keys() == {first, second} and found[first] == found[second]
    assert house.policies.day("TH", found[first][1]) == date(2027, 6, 30)
    clock.advance(timedelta(days=92))
    assert birthdays.ring(house) == 1 and later in tasks("prepare_adulthood")
    # In the quarter after it: whoever still counts as a child is assessed, and counts as one until then.
    cases.add(house, worker, first, "care_plan", covers_child_services=True)
    clock.advance(timedelta(days=190))
    # Without a birth on record: a year after the band that could turn was written down.
    assert birthdays.ring(house) == 3 and tasks("assess_age").keys() == {first, second, unborn}
    assert cases.facts_of(house, first).child
    cases.add(house, worker, first, "age_assessment")
    assert not cases.facts_of(house, first).child
    cases.add(house, worker, unborn, "age_assessment", finding="child", age_band="15-17")
    assert birthdays.ring(house) == 0 and small not in tasks("assess_age")
    clock.advance(timedelta(days=366))
    assert birthdays.ring(house) == 2 and later in tasks("assess_age"), "and a year after each look, until it is known"
    assert small not in tasks("assess_age"), "nobody of fourteen turns eighteen within three years"


def test_only_a_plan_that_prepares_ends_the_duty_and_a_corrected_birth_begins_it_anew(
    database: Any, clock: Any, keys: Any, signing: Any
) -> None:
    house = make_house(database, clock, keys, signing)
    put_offices(house)
    staff = hire_staff(house)
    worker = staff["social_worker"]
    born = {"birth_date": "2009-03-03"}
    case_id = cases.open_case(house, worker, child=True, age_band="15-17", identity=born)

    def waits() -> int:
        birthdays.ring(house)
        query = select(TABLE.c.id).where(TABLE.c.kind == "prepare_adulthood", TABLE.c.state == "open")
        with reading(house.db) as session:
            return len(session.execute(query).all())

    def correct_birth(day: str) -> None:
        with desk_of(house, worker) as desk:
            held = hold_case(desk, case_id)
            identity.keep(desk, held.row.person_id, held.key(desk), {"birth_date": day}, "document")

    assert waits() == 1
    plan = cases.add(house, worker, case_id, "care_plan", covers_child_services=True)
    assert waits() == 1, "a plan of today says nothing of tomorrow"
    correct(house, worker, case_id, "care_plan", plan, covers_child_services=True, prepares_adulthood=True)
    assert waits() == 0
    # A year later by the paper: what was prepared is too old by then.
    correct_birth("2010-03-03")
    assert waits() == 0, "not yet"
    clock.advance(timedelta(days=366))
    assert waits() == 1
    correct_birth("2011-03-03")
    assert waits() == 0, "what was opened for the old day waits for the new one"
    clock.advance(timedelta(days=366))
    assert waits() == 1
    cases.add(house, worker, case_id, "care_plan", prepares_adulthood=True)
    assert waits() == 0
