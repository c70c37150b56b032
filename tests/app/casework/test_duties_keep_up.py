"""Duties keep up with what is known: a person held or free, a child or not, a day corrected, proceedings counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.access.desk import House
from app.casework.held import hold_case
from app.casework.move import StepRefused
from app.casework.tasks import TABLE, close_task, open_task
from app.models.notice import Notice
from app.oversight.rebuild import rebuild_facts
from tests.app.casework.test_corrections import correct
from tests.factories import cases
from tests.factories.forms import day, form
from tests.factories.houses import make_house, put_offices
from tests.factories.staff import Staff, desk_of, hire_staff
from tests.inspect import reading
from workflows.effects import CloseTask
from workflows.guards.legal import open_proceedings
from workflows.non_punishment import MACHINE as NON_PUNISHMENT
from workflows.recording import PREPARE_ADULTHOOD

DUTY = "review_detention"


@pytest.fixture
def house(database: Any, clock: Any, keys: Any, signing: Any) -> Iterator[House]:
    """A house with offices over the database of each engine."""
    made = make_house(database, clock, keys, signing)
    put_offices(made)
    yield made


def due(house: House, case_id: str, kind: str) -> list[date]:
    """The days by which the open tasks of a kind are due."""
    query = select(TABLE.c.due_at).where(TABLE.c.case_id == case_id, TABLE.c.kind == kind, TABLE.c.state == "open")
    with reading(house.db) as session:
        return [house.policies.day("TH", at) for at in session.scalars(query)]


def penalty(house: House, staff: Staff, case_id: str, step: str, of: str | None = None, **said: Any) -> str | None:
    """Take a step of a penalty with its form."""
    kind = str(next(row.form for row in NON_PUNISHMENT.steps if row.name == step))
    who = staff["supervisor" if kind == "penalty_review" else "legal_officer"]
    return cases.take(house, who, case_id, step, form(house, kind, **said), matter_id=of).matter_id


def test_a_person_found_held_or_free_at_a_penalty_begins_or_ends_the_duty(house: House) -> None:
    staff = hire_staff(house)
    case_id = cases.bring_case(house, staff, "presumed")
    cases.add(house, staff["social_worker"], case_id, "circumstances", asylum_claim=None, detained=True)
    assert len(due(house, case_id, DUTY)) == 1
    # Held for nothing that is a detention of its own: a removal is reported and lifted, and the person is free.
    removal = penalty(house, staff, case_id, "report_penalty", penalty_kind="removal", held_now=True)
    assert len(due(house, case_id, DUTY)) == 1
    penalty(house, staff, case_id, "lift_penalty", removal, held_now=False)
    assert not cases.facts_of(house, case_id).detained and due(house, case_id, DUTY) == []
    # The other way: an authority upholds a fine, and the person is held now; the next decision frees them.
    fine = penalty(house, staff, case_id, "report_penalty", penalty_kind="fine")
    penalty(house, staff, case_id, "claim_non_punishment", fine)
    penalty(house, staff, case_id, "represent_person", fine)
    penalty(house, staff, case_id, "uphold_penalty", fine, held_now=True)
    assert cases.facts_of(house, case_id).detained and len(due(house, case_id, DUTY)) == 1
    penalty(house, staff, case_id, "lift_penalty", fine, held_now=False)
    assert due(house, case_id, DUTY) == []
    # The report of an arrest begins a review of its own.
    penalty(house, staff, case_id, "report_penalty", penalty_kind="detention", held_now=True)
    assert due(house, case_id, DUTY) == [] and len(due(house, case_id, "review_penalty")) == 1
    assert rebuild_facts(house) == []


def test_a_guardian_is_looked_for_as_long_as_somebody_counts_as_a_child(house: House) -> None:
    staff = hire_staff(house)
    worker, lawyer = staff["social_worker"], staff["legal_officer"]
    case_id = cases.bring_case(house, staff, "presumed")
    assert due(house, case_id, "appoint_guardian") == []
    cases.add(house, worker, case_id, "circumstances", asylum_claim=None, child=True)
    cases.add(house, worker, case_id, "circumstances", asylum_claim=None, child=True)
    assert len(due(house, case_id, "appoint_guardian")) == 1
    # As its quarter of the year opens it.
    with desk_of(house, worker) as desk:
        open_task(desk, hold_case(desk, case_id), PREPARE_ADULTHOOD)
    said = {"finding": "child", "age_band": "15-17"}
    found = cases.add(house, lawyer, case_id, "age_assessment", **said)
    assert len(due(house, case_id, "appoint_guardian")) == len(due(house, case_id, "prepare_adulthood")) == 1
    correct(house, lawyer, case_id, "age_assessment", found)
    assert not cases.facts_of(house, case_id).child
    assert due(house, case_id, "appoint_guardian") == due(house, case_id, "prepare_adulthood") == []
    correct(house, lawyer, case_id, "age_assessment", found, **said)
    assert len(due(house, case_id, "appoint_guardian")) == 1
    cases.add(house, lawyer, case_id, "guardian_appointment")
    assert due(house, case_id, "appoint_guardian") == []
    assert rebuild_facts(house) == []


def test_a_corrected_day_moves_its_task_and_wakes_none_that_is_done(house: House, clock: Any) -> None:
    staff = hire_staff(house)
    worker, lawyer = staff["social_worker"], staff["legal_officer"]
    case_id = cases.bring_case(house, staff, "recovering")
    leave = cases.add(house, lawyer, case_id, "permit", valid_until=day(house, 500))
    (late,) = due(house, case_id, "renew_permit")
    correct(house, lawyer, case_id, "permit", leave, valid_until=day(house, 135))
    assert due(house, case_id, "renew_permit") == [late - timedelta(days=365)]
    correct(house, lawyer, case_id, "permit", leave, outcome="refused", valid_until=None)
    assert due(house, case_id, "renew_permit") == []
    correct(house, lawyer, case_id, "permit", leave, valid_until=day(house, 500))
    assert due(house, case_id, "renew_permit") == [late]
    # A plan that was replaced moves nothing; the newest does, as long as somebody still has to look at it.
    clock.advance(timedelta(days=1))
    old = cases.add(house, worker, case_id, "care_plan", review_on=day(house, 20))
    new = cases.add(house, worker, case_id, "care_plan", review_on=day(house, 30))
    (planned,) = due(house, case_id, "review_care_plan")
    correct(house, worker, case_id, "care_plan", old, review_on=day(house, 5))
    assert due(house, case_id, "review_care_plan") == [planned]
    correct(house, worker, case_id, "care_plan", new, review_on=day(house, 10))
    assert due(house, case_id, "review_care_plan") == [planned - timedelta(days=20)]
    needs = cases.add(house, worker, case_id, "needs_assessment", reassess_on=day(house, 9))
    correct(house, worker, case_id, "needs_assessment", needs, reassess_on=day(house, 4))
    assert due(house, case_id, "reassess_needs") == [date.fromisoformat(day(house, 4))]
    # As the handover of the person ends it.
    with desk_of(house, worker) as desk:
        assert close_task(desk, hold_case(desk, case_id), CloseTask("review_care_plan")) == 1
    correct(house, worker, case_id, "care_plan", new, review_on=day(house, 15))
    assert due(house, case_id, "review_care_plan") == []
    assert rebuild_facts(house) == []


def test_what_an_older_record_counted_is_not_taken_off_twice(house: House, clock: Any) -> None:
    staff = hire_staff(house)
    lawyer = staff["legal_officer"]
    case_id = cases.bring_case(house, staff, "recovering")
    counted = cases.add(house, lawyer, case_id, "legal_status", open_proceedings=2)
    for _ in range(2):
        clock.advance(timedelta(days=1))
        cases.take(house, lawyer, case_id, "open_proceeding", form(house, "proceeding"))
        cases.add(house, lawyer, case_id, "legal_status", open_proceedings=None)
        cases.add(house, lawyer, case_id, "legal_status", open_proceedings=None)
        assert open_proceedings(cases.facts_of(house, case_id)) == 2
    correct(house, lawyer, case_id, "legal_status", counted, open_proceedings=3)
    assert open_proceedings(cases.facts_of(house, case_id)) == 3
    assert rebuild_facts(house) == []
    # The same day counts as before: what is counted anew begins a new count.
    clock.advance(timedelta(days=1))
    cases.add(house, lawyer, case_id, "legal_status", open_proceedings=1)
    assert open_proceedings(cases.facts_of(house, case_id)) == 3


def test_a_missing_person_is_searched_for_whichever_form_says_so(house: House) -> None:
    staff = hire_staff(house)
    worker = staff["social_worker"]
    case_id = cases.bring_case(house, staff, "presumed")
    searches = ("search_missing", "tell_police_missing", "tell_partner_missing")
    cases.add(house, worker, case_id, "circumstances", asylum_claim=None, missing=True)
    assert [len(due(house, case_id, kind)) for kind in searches] == [1, 1, 1]
    cases.add(house, worker, case_id, "circumstances", asylum_claim=None, missing=True)
    assert [len(due(house, case_id, kind)) for kind in searches] == [1, 1, 1], "said twice is one search"
    cases.add(house, worker, case_id, "circumstances", asylum_claim=None, missing=False)
    assert [due(house, case_id, kind) for kind in searches] == [[], [], []]
    cases.add(house, worker, case_id, "circumstances", asylum_claim=True)
    cases.add(house, worker, case_id, "missing_report", last_seen_on=day(house))
    assert len(due(house, case_id, "search_missing")) == 1
    assert due(house, case_id, "tell_partner_missing") == [], "nobody is led to tell the country they fled from"
    assert rebuild_facts(house) == []


def test_an_appointment_counts_while_it_runs_and_is_followed_by_the_next(house: House) -> None:
    staff = hire_staff(house)
    lawyer = staff["legal_officer"]
    case_id = cases.bring_case(house, staff, "screening", child=True, age_band="15-17")
    cases.take(house, staff["social_worker"], case_id, "presume", form(house, "screening"))
    (first,) = due(house, case_id, "appoint_guardian")
    for early in ({"since": day(house, 200)}, {"since": day(house), "conflict_checked": False}):
        cases.add(house, lawyer, case_id, "guardian_appointment", **early)
        assert due(house, case_id, "appoint_guardian") == [first], "nobody speaks for the child yet"
    until = day(house, 30)
    cases.add(house, lawyer, case_id, "guardian_appointment", since=day(house), until=until)
    assert due(house, case_id, "appoint_guardian") == [date.fromisoformat(until)], "and then there is another"
    cases.add(house, lawyer, case_id, "guardian_appointment", since=day(house), until=None)
    assert due(house, case_id, "appoint_guardian") == []
    assert rebuild_facts(house) == []


def test_a_child_presumed_with_an_appointment_that_does_not_count_yet_gets_its_task(house: House) -> None:
    staff = hire_staff(house)
    for said, tasks in (({"since": day(house, 20)}, 1), ({"conflict_checked": False}, 1), ({"since": day(house)}, 0)):
        case_id = cases.bring_case(house, staff, "screening", child=True, age_band="15-17")
        cases.add(house, staff["legal_officer"], case_id, "guardian_appointment", **said)
        cases.take(house, staff["social_worker"], case_id, "presume", form(house, "screening"))
        assert len(due(house, case_id, "appoint_guardian")) == tasks, said


def test_what_runs_out_rings_before_it_does(house: House, clock: Any) -> None:
    staff = hire_staff(house)
    manager, lawyer = staff["case_manager"], staff["legal_officer"]
    case_id = cases.bring_case(house, staff, "recovering")

    def days(kind: str) -> list[str]:
        return sorted(each.isoformat() for each in due(house, case_id, kind))

    far = cases.add(house, manager, case_id, "consent", valid_until=day(house, 200))
    near = cases.add(house, manager, case_id, "consent", purpose="return", valid_until=day(house, 10))
    cases.add(house, manager, case_id, "consent", purpose="medical", valid_until=None)
    assert days("renew_consent") == [day(house, 10), day(house, 170)], "where little is left, by the last day itself"
    correct(house, manager, case_id, "consent", far, valid_until=day(house, 100))
    assert days("renew_consent") == [day(house, 10), day(house, 70)]
    correct(house, manager, case_id, "consent", near, purpose="return", valid_until=day(house, 100))
    assert days("renew_consent") == [day(house, 70)]
    cases.add(house, manager, case_id, "consent_withdrawal", purposes=["return", "notify_origin"])
    assert days("renew_consent") == []
    cases.add(house, manager, case_id, "travel_document", expires=day(house, 200))
    assert days("renew_document") == [day(house, 140)]
    clock.advance(timedelta(days=1))
    cases.add(house, manager, case_id, "travel_document", expires=day(house, 500))
    assert days("renew_document") == [day(house, 440)], "a newer one closes what asked for it"
    cases.add(house, staff["social_worker"], case_id, "circumstances", asylum_claim=None, child=True)
    cases.add(house, lawyer, case_id, "guardian_appointment")
    cases.add(house, lawyer, case_id, "best_interests", review_on=day(house, 90))
    assert days("review_interests") == [day(house, 76)]
    assert rebuild_facts(house) == []


def test_a_visit_is_one_visit_finds_people_again_and_names_a_danger(house: House) -> None:
    staff = hire_staff(house)
    worker = staff["social_worker"]
    case_id = cases.bring_case(house, staff, "recovering")
    cases.add(house, worker, case_id, "monitoring_visit", number=4)
    assert cases.facts_of(house, case_id).visits == 1, "a number does not make four of one"
    cases.add(house, worker, case_id, "monitoring_visit", number=1)
    assert cases.facts_of(house, case_id).visits == 1, "and the same visit written twice stays one"
    cases.add(house, worker, case_id, "monitoring_visit", number=2, contact_lost=True)
    lost = cases.facts_of(house, case_id)
    assert (lost.visits, lost.contact_lost, lost.protection_risk) == (1, True, False)
    with reading(house.db) as session:
        before = len(list(session.scalars(select(Notice.id).where(Notice.kind == "person_in_danger"))))
    cases.add(house, worker, case_id, "monitoring_visit", number=2, safe=False, risk_level="serious")
    met = cases.facts_of(house, case_id)
    assert (met.visits, met.contact_lost, met.protection_risk) == (2, False, True)
    with reading(house.db) as session:
        after = len(list(session.scalars(select(Notice.id).where(Notice.kind == "person_in_danger"))))
    assert after > before, "those who protect are told at once"
    assert rebuild_facts(house) == []


def test_an_admission_waits_for_a_plan(house: House) -> None:
    staff = hire_staff(house)
    case_id = cases.bring_case(house, staff, "sheltered")
    assert len(due(house, case_id, "write_care_plan")) == 1
    cases.add(house, staff["social_worker"], case_id, "needs_assessment")
    plan = form(house, "care_plan")
    cases.take(house, staff["social_worker"], case_id, "start_recovery", plan)
    assert due(house, case_id, "write_care_plan") == []


def test_a_second_bed_is_no_second_first_night(house: House, clock: Any) -> None:
    staff = hire_staff(house)
    case_id = cases.bring_case(house, staff, "screening")
    place = form(house, "placement", place_kind="kin_care")
    cases.take(house, staff["social_worker"], case_id, "shelter_at_once", place)
    first = due(house, case_id, "review_placement")
    clock.advance(timedelta(hours=20))
    cases.take(house, staff["social_worker"], case_id, "shelter_at_once", place)
    assert due(house, case_id, "review_placement") == first and len(first) == 1


def test_leave_to_stay_is_asked_for_renewed_and_followed_while_a_proceeding_needs_the_person(house: House) -> None:
    staff = hire_staff(house)
    lawyer = staff["legal_officer"]
    case_id = cases.bring_case(house, staff, "recovering")

    def take(name: str, kind: str, matter: str | None = None, **said: Any) -> str:
        done = cases.take(house, lawyer, case_id, name, form(house, kind, **said), matter_id=matter)
        assert done.matter_id is not None
        return done.matter_id

    def leave(**said: Any) -> None:
        cases.add(house, lawyer, case_id, "permit", **said)

    trial = take("open_proceeding", "proceeding")
    assert due(house, case_id, "ask_stay") == [], "nobody has asked the person whether they want to stay"
    take("update_proceeding", "proceeding", trial, wants_to_stay=True)
    assert due(house, case_id, "ask_stay") == [date.fromisoformat(day(house, 7))], "the clock of the country"
    # Where a later form asks nothing, the wish holds.
    take("update_proceeding", "proceeding", trial, stage="trial")
    claim = take("open_proceeding", "proceeding", proceeding_kind="civil", part="claimant", wants_to_stay=True)
    leave(outcome="applied", valid_from=None, valid_until=None)
    assert due(house, case_id, "ask_stay") == []
    leave(outcome="refused", valid_from=None, valid_until=None)
    assert len(due(house, case_id, "ask_stay")) == 1, "refused: the next way is looked for"
    take("explain_limits", "secrecy_limits", trial)
    take("set_hearing", "hearing", trial, hearing_on=day(house, 200))
    with pytest.raises(StepRefused) as refused:
        leave(valid_until=day(house, 180))
    assert [each["code"] for each in refused.value.extra["refusals"]] == ["stay_lasts_as_long_as_proceedings"]
    leave(valid_until=day(house, 210))
    assert due(house, case_id, "ask_stay") == []
    assert due(house, case_id, "renew_permit") == [date.fromisoformat(day(house, 180))]
    # More time was asked for: the leave there is still ends on its day, and that day rings.
    leave(outcome="applied", valid_from=None, valid_until=None)
    assert due(house, case_id, "renew_permit") == [date.fromisoformat(day(house, 210))]
    take("end_proceeding", "proceeding_end", trial)
    assert due(house, case_id, "settle_stay") == [], "the other one still needs the person"
    take("end_proceeding", "proceeding_end", claim)
    assert due(house, case_id, "settle_stay") == [date.fromisoformat(day(house, 14))]
    leave(permit="residence", valid_until=None)
    assert due(house, case_id, "settle_stay") == []
    assert rebuild_facts(house) == []
