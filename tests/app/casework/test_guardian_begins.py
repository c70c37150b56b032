"""A guardian who is appointed from a later day on: somebody is asked for until that day, and not after it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from app.kit.errors import Conflict
from app.oversight.rebuild import rebuild_facts
from app.worker import Worker as Machine
from tests.app.casework.test_days_of_the_world import house as house
from tests.app.casework.test_duties_keep_up import due
from tests.factories import cases
from tests.factories.forms import day, form
from tests.factories.staff import Staff, hire_staff

APPOINT = "appoint_guardian"


def a_child(house: Any, staff: Staff) -> str:
    case_id = cases.bring_case(house, staff, "screening", child=True, age_band="15-17")
    cases.take(house, staff["social_worker"], case_id, "presume", form(house, "screening"))
    return case_id


def test_the_duty_ends_on_the_day_the_appointment_begins(house: Any, clock: Any) -> None:
    staff = hire_staff(house)
    lawyer = staff["legal_officer"]
    for_good, for_a_time, unchecked = (a_child(house, staff) for _ in range(3))
    later, until = day(house, 5), date.fromisoformat(day(house, 60))
    cases.add(house, lawyer, for_good, "guardian_appointment", since=later, until=None)
    cases.add(house, lawyer, for_a_time, "guardian_appointment", since=later, until=until.isoformat())
    cases.add(house, lawyer, unchecked, "guardian_appointment", since=later, conflict_checked=False)
    worker = Machine(house)
    clock.advance(timedelta(days=4))
    worker.come_of_age()
    assert all(len(due(house, each, APPOINT)) == 1 for each in (for_good, for_a_time, unchecked)), "not yet"
    clock.advance(timedelta(days=1))
    assert worker.come_of_age() == 2
    assert due(house, for_good, APPOINT) == []
    assert due(house, for_a_time, APPOINT) == [until], "the one after is waited for by the end"
    assert len(due(house, unchecked, APPOINT)) == 1, "who was not checked speaks for nobody"
    clock.advance(timedelta(days=1))
    assert Machine(house).come_of_age() == 0
    assert due(house, for_a_time, APPOINT) == [until]
    assert rebuild_facts(house) == []


def test_whoever_is_appointed_next_silences_nobody_until_then(house: Any, clock: Any) -> None:
    """The court names the next guardian a month ahead: until that day the present one agrees for the child."""
    staff = hire_staff(house)
    lawyer, manager = staff["legal_officer"], staff["case_manager"]
    case_id = cases.bring_case(house, staff, "identified", child=True, age_band="15-17")
    cases.add(house, lawyer, case_id, "guardian_appointment", since=day(house), until=None)
    cases.add(house, lawyer, case_id, "guardian_appointment", since=day(house, 30), until=day(house, 90))
    assert due(house, case_id, APPOINT) == [date.fromisoformat(day(house, 90))], "nobody is missing in between"
    said = {"purpose": "medical", "giver": "guardian", "child_assent": True}
    cases.add(house, manager, case_id, "consent", **said)
    worker = Machine(house)
    for _ in range(2):
        clock.advance(timedelta(days=15))
        worker.come_of_age()
        cases.add(house, manager, case_id, "consent", **said)
        assert len(due(house, case_id, APPOINT)) == 1
    clock.advance(timedelta(days=61))
    with pytest.raises(Conflict) as error:
        cases.add(house, manager, case_id, "consent", **said)
    assert [each["code"] for each in error.value.extra["refusals"]] == ["guardian_who_agrees_serves"]
    assert rebuild_facts(house) == []


def test_a_gap_between_two_guardians_is_told(house: Any, clock: Any) -> None:
    staff = hire_staff(house)
    lawyer = staff["legal_officer"]
    case_id = cases.bring_case(house, staff, "identified", child=True, age_band="15-17")
    ends = date.fromisoformat(day(house, 10))
    cases.add(house, lawyer, case_id, "guardian_appointment", since=day(house), until=ends.isoformat())
    cases.add(house, lawyer, case_id, "guardian_appointment", since=day(house, 30), until=None)
    assert due(house, case_id, APPOINT) == [ends]
    clock.advance(timedelta(days=30))
    Machine(house).come_of_age()
    assert due(house, case_id, APPOINT) == []
    assert rebuild_facts(house) == []
