"""Duties go on as long as what they are about does: a place lived in, a case opened again, a death."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.access.desk import House
from app.casework import birthdays
from app.oversight.rebuild import rebuild_facts
from tests.app.casework.test_duties_keep_up import due
from tests.factories import cases
from tests.factories.forms import day, form
from tests.factories.houses import make_house, put_offices
from tests.factories.staff import Staff, hire_staff

LOST = {"reason": "lost_contact", "person_told": False, "person_agrees": False, "unreachable": True}


@pytest.fixture
def house(database: Any, clock: Any, keys: Any, signing: Any) -> Iterator[House]:
    """A house with offices over the database of each engine."""
    made = make_house(database, clock, keys, signing)
    put_offices(made)
    yield made


def days(house: House, case_id: str, kind: str) -> list[str]:
    """The days by which the open tasks of a kind are due, as forms have them."""
    return sorted(each.isoformat() for each in due(house, case_id, kind))


def close_and_reopen(house: House, staff: Staff, case_id: str) -> None:
    """Contact is lost, the case ends, and goes on when the person is found."""
    cases.add(house, staff["social_worker"], case_id, "circumstances", asylum_claim=None, contact_lost=True)
    cases.take(house, staff["case_manager"], case_id, "close", form(house, "closure", **LOST))
    assert due(house, case_id, "review_placement") == due(house, case_id, "renew_permit") == []
    found = form(house, "reopening", reason="contact_found")
    cases.take(house, staff["case_manager"], case_id, "reopen", found)


@pytest.mark.parametrize("child", [False, True])
def test_a_place_is_looked_at_as_long_as_somebody_lives_there(house: House, clock: Any, child: bool) -> None:
    staff = hire_staff(house)
    said = {"child": True, "age_band": "15-17"} if child else {}
    case_id = cases.bring_case(house, staff, "sheltered", **said)
    first = due(house, case_id, "review_placement")
    assert len(first) == 1
    clock.advance(timedelta(days=2))
    cases.add(house, staff["social_worker"], case_id, "needs_assessment")
    plan = form(house, "care_plan", covers_child_services=child)
    cases.take(house, staff["social_worker"], case_id, "start_recovery", plan)
    assert due(house, case_id, "review_placement") == first, "recovery has begun in the same bed"
    if child:
        cases.add(house, staff["social_worker"], case_id, "best_interests_assessment", question="placement")
    cases.take(house, staff["shelter_manager"], case_id, "confirm_placement")
    again = due(house, case_id, "review_placement")
    assert len(again) == 1 and again > first, "and after each look there is another"
    assert rebuild_facts(house) == []


def test_a_place_outside_a_shelter_is_looked_at_too(house: House) -> None:
    staff = hire_staff(house)
    for child, wanted in ((True, 1), (False, 31)):
        said = {"child": True, "age_band": "15-17"} if child else {}
        case_id = cases.bring_case(house, staff, "presumed", **said)
        cases.add(house, staff["social_worker"], case_id, "rights_notice")
        place = form(house, "placement", place_kind="foster_family" if child else "kin_care", no_beds_here=False)
        cases.take(house, staff["social_worker"], case_id, "assist_outside", place)
        assert len(due(house, case_id, "review_placement")) == 1
        assert days(house, case_id, "review_placement")[0] <= day(house, wanted)


def test_a_case_that_is_opened_again_owes_what_it_owed(house: House, clock: Any) -> None:
    staff = hire_staff(house)
    worker, lawyer, manager = staff["social_worker"], staff["legal_officer"], staff["case_manager"]
    born = {"birth_date": "2009-01-15"}
    case_id = cases.bring_case(house, staff, "identified", child=True, age_band="15-17", identity=born)
    cases.add(house, lawyer, case_id, "guardian_appointment", since=day(house), until=day(house, 100))
    cases.add(house, lawyer, case_id, "permit", valid_until=day(house, 200))
    cases.add(house, manager, case_id, "consent", purpose="medical", giver="guardian", child_assent=True,
              valid_until=day(house, 90))  # fmt: skip
    cases.add(house, manager, case_id, "travel_document", expires=day(house, 300))
    cases.add(house, lawyer, case_id, "best_interests_assessment", question="return", valid_until=day(house, 60))
    cases.add(house, worker, case_id, "care_plan", covers_child_services=True, review_on=day(house, 20))
    assert birthdays.ring(house) == 1
    kinds = (
        "appoint_guardian", "renew_permit", "renew_consent", "renew_document", "review_interests", "review_care_plan",
        "end_of_reflection", "explain_remedies", "review_placement", "prepare_adulthood",
    )  # fmt: skip
    before = {kind: days(house, case_id, kind) for kind in kinds}
    assert all(len(found) == 1 for kind, found in before.items()), before
    clock.advance(timedelta(days=2))
    close_and_reopen(house, staff, case_id)
    assert birthdays.ring(house) == 1 and birthdays.ring(house) == 0
    after = {kind: days(house, case_id, kind) for kind in kinds}
    moved = {"explain_remedies", "review_placement"}
    assert {kind: found for kind, found in after.items() if kind not in moved} == {
        kind: found for kind, found in before.items() if kind not in moved
    }, "by the days on record"
    assert all(len(after[kind]) == 1 for kind in moved), "what has no day begins anew, once"
    assert len(due(house, case_id, "assess_needs")) == 1 and due(house, case_id, "reassess_needs") == []
    assert due(house, case_id, "read_rights") == [], "what was done stays done"
    assert rebuild_facts(house) == []


def test_a_time_that_was_over_is_not_begun_again_and_an_open_question_is(house: House, clock: Any) -> None:
    staff = hire_staff(house)
    case_id = cases.bring_case(house, staff, "presumed")
    clock.advance(timedelta(days=400))
    close_and_reopen(house, staff, case_id)
    assert due(house, case_id, "end_of_reflection") == []
    for kind in ("decide_identification", "read_rights", "assess_needs"):
        assert len(due(house, case_id, kind)) == 1, kind
