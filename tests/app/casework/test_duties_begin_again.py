"""Duties go on as long as what they are about does: a place lived in, a case opened again, a death."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.access.desk import House
from app.casework import birthdays
from app.casework.move import StepRefused
from app.casework.tasks import TABLE
from app.models.notice import Notice
from app.oversight.rebuild import rebuild_facts
from tests.app.casework.test_corrections import correct
from tests.app.casework.test_duties_keep_up import due
from tests.factories import cases
from tests.factories.forms import day, form
from tests.factories.houses import make_house, put_offices
from tests.factories.staff import Staff, hire_staff
from tests.inspect import reading
from workflows.death import TO_THE_LIVING

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


def test_the_stay_after_a_proceeding_is_still_to_be_settled(house: House, clock: Any) -> None:
    staff = hire_staff(house)
    lawyer = staff["legal_officer"]

    def settles(case_id: str) -> list[str]:
        return days(house, case_id, "settle_stay")

    def after_a_trial(**said: Any) -> str:
        case_id = cases.bring_case(house, staff, "identified")
        opened = cases.take(
            house, lawyer, case_id, "open_proceeding", form(house, "proceeding", wants_to_stay=True, **said)
        )
        cases.add(house, lawyer, case_id, "permit", valid_until=day(house, 200))
        ended = form(house, "proceeding_end")
        cases.take(house, lawyer, case_id, "end_proceeding", ended, matter_id=opened.matter_id)
        return case_id

    waits, settled, without = after_a_trial(), after_a_trial(), cases.bring_case(house, staff, "identified")
    assert settles(waits) == settles(settled) != [] == settles(without)
    clock.advance(timedelta(days=2))
    cases.add(house, lawyer, settled, "permit", permit="residence", valid_until=day(house, 300))
    for case_id in (waits, settled, without):
        close_and_reopen(house, staff, case_id)
    assert len(settles(waits)) == 1, "nobody has settled with her what comes after"
    assert settles(settled) == settles(without) == []
    assert rebuild_facts(house) == []


def test_a_time_that_was_over_is_not_begun_again_and_an_open_question_is(house: House, clock: Any) -> None:
    staff = hire_staff(house)
    case_id = cases.bring_case(house, staff, "presumed")
    clock.advance(timedelta(days=400))
    close_and_reopen(house, staff, case_id)
    assert due(house, case_id, "end_of_reflection") == []
    for kind in ("decide_identification", "read_rights", "assess_needs"):
        assert len(due(house, case_id, kind)) == 1, kind


def test_a_death_ends_the_duties_to_the_living_and_leaves_one(house: House, clock: Any) -> None:
    staff = hire_staff(house)
    worker, manager = staff["social_worker"], staff["case_manager"]
    case_id = cases.bring_case(house, staff, "identified")
    other = cases.bring_case(house, staff, "recovering")
    claim = cases.take(house, staff["legal_officer"], case_id, "prepare_remedy", form(house, "remedy_preparation"))
    before = waiting(house, case_id)
    assert {"review_placement", "review_care_plan", "reassess_needs", "explain_remedies"} <= before
    kept = {kind for kind in before if kind not in TO_THE_LIVING}
    assert claim.matter_id is not None and kept, "what is claimed is not lost"
    cases.add(house, worker, case_id, "circumstances", asylum_claim=True, missing=True)
    cases.add(house, worker, case_id, "circumstances", asylum_claim=None, deceased=True)
    assert waiting(house, case_id) == kept | {"see_to_death"}, "ended, and none of them stands still"
    assert stopped(house, case_id) == set()
    assert told(house, "person_died") >= {staff["supervisor"].id, manager.id}
    assert waiting(house, other) >= {"review_placement"}, "another person's duties go on"
    # Nothing of it begins again by itself, whatever is written down.
    cases.add(house, worker, case_id, "needs_assessment")
    cases.add(house, worker, case_id, "care_plan", review_on=day(house, 9))
    assert waiting(house, case_id) == kept | {"see_to_death"}
    with pytest.raises(StepRefused) as refused:
        cases.add(house, manager, case_id, "death_report", family_told="through_origin")
    assert [each["code"] for each in refused.value.extra["refusals"]] == ["death_is_told_safely"]
    first = cases.add(house, manager, case_id, "death_report", remains="not_yet", legal_hold=True)
    assert "see_to_death" in waiting(house, case_id) and cases.facts_of(house, case_id).legal_hold
    correct(house, manager, case_id, "death_report", first, legal_hold=True)
    assert waiting(house, case_id) == kept
    assert rebuild_facts(house) == []


def test_a_death_that_was_written_down_wrongly_ends_nothing_for_good(house: House) -> None:
    staff = hire_staff(house)
    case_id = cases.bring_case(house, staff, "identified")
    cases.add(house, staff["legal_officer"], case_id, "permit", valid_until=day(house, 200))
    before = waiting(house, case_id)
    wrong = cases.add(house, staff["social_worker"], case_id, "circumstances", asylum_claim=None, deceased=True)
    assert waiting(house, case_id) == {"see_to_death"}
    correct(house, staff["social_worker"], case_id, "circumstances", wrong, asylum_claim=None, deceased=None)
    assert waiting(house, case_id) == before | {"review_placement"}
    cases.add(house, staff["case_manager"], case_id, "death_report")
    assert waiting(house, case_id) == set(), "where all is done with the word, nothing is left"
    closing = {"reason": "deceased", "person_told": False, "person_agrees": None}
    silent = form(house, "closure", **closing) | {"silent": {"person_agrees": "not_asked"}}
    cases.take(house, staff["case_manager"], case_id, "close", silent)
    assert cases.facts_of(house, case_id).care == "closed"
    assert rebuild_facts(house) == []


def waiting(house: House, case_id: str) -> set[str]:
    """The kinds of the open tasks of a case."""
    return _kinds(house, case_id, "open")


def stopped(house: House, case_id: str) -> set[str]:
    """The kinds of the tasks of a case whose clock stands still."""
    return _kinds(house, case_id, "stopped")


def _kinds(house: House, case_id: str, state: str) -> set[str]:
    query = select(TABLE.c.kind).where(TABLE.c.case_id == case_id, TABLE.c.state == state)
    with reading(house.db) as session:
        return set(session.scalars(query))


def told(house: House, kind: str) -> set[str]:
    """Who has a notice of a kind."""
    with reading(house.db) as session:
        return set(session.scalars(select(Notice.user_id).where(Notice.kind == kind)))
