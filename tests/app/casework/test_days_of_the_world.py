"""The days of courts, authorities and papers: they make the clock, and nothing stops or moves them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select

from app.access.desk import House
from app.casework import stopping
from app.casework.move import StepRefused
from app.casework.recording import add_record
from app.casework.ringing import ring
from app.casework.stopping import held_of, stop
from app.casework.tasks import TABLE
from app.kit.errors import Invalid
from app.oversight.rebuild import rebuild_facts
from tests.app.casework.test_corrections import correct
from tests.factories import cases
from tests.factories.forms import day, form
from tests.factories.houses import make_house, put_offices
from tests.factories.staff import Staff, desk_of, hire_staff
from tests.inspect import reading


@pytest.fixture
def house(database: Any, clock: Any, keys: Any, signing: Any) -> Iterator[House]:
    """A house with offices over the database of each engine."""
    made = make_house(database, clock, keys, signing)
    put_offices(made)
    yield made


def open_tasks(house: House, case_id: str) -> dict[str, Row[Any]]:
    query = select(TABLE).where(TABLE.c.case_id == case_id, TABLE.c.state != "done")
    with reading(house.db) as session:
        return {row.kind: row for row in session.execute(query)}


def due(house: House, case_id: str, kind: str) -> str:
    return house.policies.day("TH", open_tasks(house, case_id)[kind].due_at).isoformat()


def recovering(house: House) -> tuple[Staff, str]:
    staff = hire_staff(house)
    return staff, cases.bring_case(house, staff, "recovering")


def take(house: House, staff: Staff, role: str, case_id: str, step: str, kind: str, of: Any = None, **said: Any) -> Any:
    return cases.take(house, staff[role], case_id, step, form(house, kind, **said), matter_id=of).matter_id


def hearing(house: House, staff: Staff, case_id: str, on: str) -> str:
    lawyer = "legal_officer"
    matter = take(house, staff, lawyer, case_id, "open_proceeding", "proceeding")
    take(house, staff, lawyer, case_id, "explain_limits", "secrecy_limits", matter)
    take(house, staff, lawyer, case_id, "set_hearing", "hearing", matter, hearing_on=on)
    return str(matter)


def test_what_the_world_dates_neither_stops_nor_moves(house: House, clock: Any) -> None:
    staff, case_id = recovering(house)
    lawyer, manager = staff["legal_officer"], staff["case_manager"]
    hearing(house, staff, case_id, day(house, 9))
    cases.add(house, lawyer, case_id, "permit", valid_until=day(house, 42))
    until = day(house, 5)
    take(house, staff, "case_manager", case_id, "prepare_remedy", "remedy_preparation", file_before=until)
    days = {"attend_hearing": day(house, 9), "renew_permit": day(house, 12), "file_remedy": day(house, 5)}
    for kind, on in days.items():
        row = open_tasks(house, case_id)[kind]
        with desk_of(house, manager) as desk, pytest.raises(StepRefused) as no:
            stop(desk, held_of(desk, row), row, "person_unwell", None)
        (told,) = no.value.extra["refusals"]
        assert (told["code"], due(house, case_id, kind)) == ("day_comes", on) and told["sources"] and told["mend"]
    # A day that the team set for itself stands, as every clock does.
    cases.add(house, staff["social_worker"], case_id, "care_plan", review_on=day(house, 20))
    row = open_tasks(house, case_id)["review_care_plan"]
    with desk_of(house, manager) as desk:
        stop(desk, held_of(desk, row), row, "person_unwell", None)
    # While the person is missing the court, the leave and the last day for a claim go on, and ring.
    cases.add(house, staff["social_worker"], case_id, "circumstances", missing=True, asylum_claim=None)
    found = open_tasks(house, case_id)
    assert {found[kind].state for kind in days} == {"open"} and found["reassess_needs"].state == "stopped"
    take(house, staff, "legal_officer", case_id, "report_penalty", "penalty_report", answer_by=day(house, 1))
    assert open_tasks(house, case_id)["review_penalty"].state == "open", "what begins meanwhile does not stand either"
    clock.advance(timedelta(days=30))
    while ring(house):
        pass
    found = open_tasks(house, case_id)
    assert found["renew_permit"].missed_at and found["attend_hearing"].missed_at
    cases.add(house, staff["social_worker"], case_id, "circumstances", missing=False, asylum_claim=None)
    assert due(house, case_id, "attend_hearing") == days["attend_hearing"]
    assert due(house, case_id, "renew_permit") == days["renew_permit"]
    assert rebuild_facts(house) == []


def test_what_stood_before_its_day_was_known_keeps_the_day(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff, case_id = recovering(house)
    monkeypatch.setattr(stopping, "never_stands", lambda *_: False)
    hearing(house, staff, case_id, day(house, 9))
    row = open_tasks(house, case_id)["attend_hearing"]
    with desk_of(house, staff["case_manager"]) as desk:
        stop(desk, held_of(desk, row), row, "person_unwell", None)
    monkeypatch.undo()
    house.clock.advance(timedelta(days=31))  # type: ignore[attr-defined]
    stopping.wake(house)
    after = open_tasks(house, case_id)["attend_hearing"]
    assert (after.state, after.due_at) == ("open", row.due_at)


def test_the_last_day_of_a_court_makes_the_clock(house: House) -> None:
    staff, case_id = recovering(house)
    manager = "case_manager"
    begun = form(house, "remedy_preparation", file_before=day(house, 5))
    prepared = cases.take(house, staff[manager], case_id, "prepare_remedy", begun)
    claim, written = prepared.matter_id, str(prepared.record_id)
    assert due(house, case_id, "file_remedy") == day(house, 5)
    correct(house, staff[manager], case_id, "remedy_preparation", written, file_before=day(house, 3))
    assert due(house, case_id, "file_remedy") == day(house, 3)
    correct(house, staff[manager], case_id, "remedy_preparation", written, file_before=day(house, 400))
    assert due(house, case_id, "file_remedy") == day(house, 30), "a far day dates nothing away"
    today = day(house, 0)
    take(house, staff, manager, case_id, "file_remedy", "remedy_filing", claim, filed_on=today)
    said = {"decided_on": today, "appeal_until": day(house, 3)}
    take(house, staff, manager, case_id, "refuse_remedy", "remedy_refusal", claim, **said)
    assert due(house, case_id, "weigh_appeal") == day(house, 3)
    take(house, staff, manager, case_id, "appeal_remedy", "remedy_appeal", claim, appealed_on=today)
    assert due(house, case_id, "follow_remedy") == day(house, 30)
    said = {"decided_on": today, "appeal_until": day(house, 4)}
    take(house, staff, manager, case_id, "award_remedy", "remedy_award", claim, **said)
    assert due(house, case_id, "collect_remedy") == day(house, 4)
    paid = {"paid_on": today, "paid": {"units": 1000, "currency": "THB"}}
    take(house, staff, manager, case_id, "pay_remedy", "remedy_payment", claim, **paid)
    assert due(house, case_id, "collect_remedy") == day(house, 4)
    house.clock.advance(timedelta(days=5))  # type: ignore[attr-defined]
    take(house, staff, manager, case_id, "pay_remedy", "remedy_payment", claim, **{**paid, "paid_on": day(house, 0)})
    assert due(house, case_id, "collect_remedy") == day(house, 30), "the time for an appeal is over"
    assert rebuild_facts(house) == []


def test_an_authority_that_waits_for_an_answer_makes_the_clock(house: House) -> None:
    staff, case_id = recovering(house)
    house.clock.advance(timedelta(hours=12))  # type: ignore[attr-defined]
    fine = take(house, staff, "legal_officer", case_id, "report_penalty", "penalty_report", penalty_kind="fine",
                since=day(house, 0), answer_by=day(house, 1))  # fmt: skip
    assert due(house, case_id, "review_penalty") <= day(house, 1)
    take(house, staff, "supervisor", case_id, "claim_non_punishment", "penalty_review", fine)
    assert due(house, case_id, "represent_person") == day(house, 1)
    take(house, staff, "legal_officer", case_id, "represent_person", "penalty_representation", fine,
         made_on=day(house, 0), answer_by=day(house, 2))  # fmt: skip
    assert due(house, case_id, "follow_representation") == day(house, 2)


def test_help_that_is_needed_by_a_day_is_asked_for_by_that_day(house: House) -> None:
    staff, case_id = recovering(house)
    said = {"urgent": False, "provider": "Clinic by the bridge", "provider_office": None}
    take(house, staff, "social_worker", case_id, "request_service", "service_request", wanted_by=day(house, 2), **said)
    assert due(house, case_id, "answer_service") == day(house, 2)


def test_a_far_day_dates_no_review_and_no_visit_away(house: House) -> None:
    staff, case_id = recovering(house)
    worker, manager = staff["social_worker"], staff["case_manager"]
    plan = cases.add(house, worker, case_id, "care_plan", review_on=day(house, 20))
    assert due(house, case_id, "review_care_plan") == day(house, 20)
    correct(house, worker, case_id, "care_plan", plan, review_on=None)
    usual = due(house, case_id, "review_care_plan")
    correct(house, worker, case_id, "care_plan", plan, review_on=day(house, 3650))
    assert due(house, case_id, "review_care_plan") == usual
    threat = take(house, staff, "case_manager", case_id, "report_threat", "threat_report")
    take(house, staff, "case_manager", case_id, "assess_threat", "threat_assessment", threat)
    for far, on in ((5, day(house, 5)), (3650, day(house, 30))):
        said = {"review_on": day(house, far)}
        take(house, staff, "case_manager", case_id, "protect_person", "protection_measures", threat, **said)
        assert due(house, case_id, "review_protection") <= on
    case_id = cases.bring_case(house, staff, "identified")
    cases.add(house, manager, case_id, "remedies_notice")
    cases.take(house, manager, case_id, "include_locally", form(house, "wish", wish="stay"))
    usual = due(house, case_id, "follow_up_visit")
    cases.add(house, manager, case_id, "monitoring_visit", number=1, next_visit=day(house, 9))
    assert due(house, case_id, "follow_up_visit") == day(house, 9)
    cases.add(house, manager, case_id, "monitoring_visit", number=2, next_visit=day(house, 3650))
    assert due(house, case_id, "follow_up_visit") == usual


def test_a_day_that_is_over_is_refused_as_of_the_day_the_record_is_about(house: House) -> None:
    staff, case_id = recovering(house)
    worker = staff["social_worker"]
    with pytest.raises(Invalid) as no:
        cases.add(house, worker, case_id, "care_plan", review_on=day(house, -1))
    (told,) = no.value.extra["errors"]
    assert (told["field"], told["source"]) == ("record.review_on", "WM-CLOCKS")
    plan = cases.add(house, worker, case_id, "care_plan", review_on=day(house, 0))
    house.clock.advance(timedelta(days=10))  # type: ignore[attr-defined]
    # Mended later, its words still name the day they named; written down late, the day counts as of then.
    correct(house, worker, case_id, "care_plan", plan, review_on=day(house, -10), objectives="Rest.")
    body, seen = form(house, "care_plan", review_on=day(house, -2)), cases.version_of(house, case_id)
    with desk_of(house, worker) as desk:
        late = desk.now - timedelta(days=5)
        add_record(desk, case_id, "care_plan", body, seen, happened_at=late)
