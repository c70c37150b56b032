"""A day that was written down wrongly: the task that waits for it moves with the correction, and no other does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.access.desk import House
from app.casework.tasks import TABLE
from app.oversight.rebuild import rebuild_facts
from tests.app.casework.test_corrections import correct
from tests.app.casework.test_days_of_the_world import house as house
from tests.app.casework.test_days_of_the_world import recovering, take
from tests.app.casework.test_duties_keep_up import due
from tests.factories import cases
from tests.factories.forms import day, form
from tests.factories.staff import Staff
from tests.inspect import writing

LAWYER = "legal_officer"


def days(house: House, case_id: str, kind: str) -> list[str]:
    return sorted(each.isoformat() for each in due(house, case_id, kind))


def trial(house: House, staff: Staff, case_id: str, **said: Any) -> str:
    matter = take(house, staff, LAWYER, case_id, "open_proceeding", "proceeding", **said)
    take(house, staff, LAWYER, case_id, "explain_limits", "secrecy_limits", matter)
    return str(matter)


def hearing(house: House, staff: Staff, case_id: str, matter: str, on: int, **said: Any) -> str:
    body = form(house, "hearing", hearing_on=day(house, on), **said)
    done = cases.take(house, staff[LAWYER], case_id, "set_hearing", body, matter_id=matter)
    return str(done.record_id)


def test_each_hearing_moves_with_its_own_day(house: House) -> None:
    staff, case_id = recovering(house)
    lawyer = staff[LAWYER]
    matter = trial(house, staff, case_id)
    first, second = (hearing(house, staff, case_id, matter, on) for on in (9, 20))

    def waits() -> list[str]:
        return days(house, case_id, "attend_hearing")

    assert waits() == [day(house, 9), day(house, 20)]
    mended = correct(house, lawyer, case_id, "hearing", first, hearing_on=day(house, 12))
    assert waits() == [day(house, 12), day(house, 20)]
    correct(house, lawyer, case_id, "hearing", mended, hearing_on=day(house, 30))
    assert waits() == [day(house, 20), day(house, 30)], "also past the day of another one"
    # Not a new hearing but the first one on another day: one day less.
    correct(house, lawyer, case_id, "hearing", second, hearing_on=day(house, 20), instead_of=day(house, 30))
    assert waits() == [day(house, 20)]
    correct(house, lawyer, case_id, "hearing", second, hearing_on=day(house, 20))
    assert waits() == [day(house, 20), day(house, 30)], "and two again"
    correct(house, lawyer, case_id, "hearing", second, hearing_on=day(house, 20), support="A colleague goes along.")
    assert waits() == [day(house, 20), day(house, 30)], "other words move nothing"
    assert rebuild_facts(house) == []


def test_a_hearing_that_is_over_asks_nobody_again(house: House) -> None:
    staff, case_id = recovering(house)
    matter = trial(house, staff, case_id)
    first, _second = (hearing(house, staff, case_id, matter, on) for on in (9, 20))
    take(house, staff, LAWYER, case_id, "record_hearing", "hearing_outcome", matter)
    assert days(house, case_id, "attend_hearing") == [day(house, 20)]
    correct(house, staff[LAWYER], case_id, "hearing", first, hearing_on=day(house, 8))
    assert days(house, case_id, "attend_hearing") == [day(house, 20)]
    assert rebuild_facts(house) == []


def test_leave_to_stay_moves_what_waits_for_its_end_or_for_an_appeal(house: House) -> None:
    staff, case_id = recovering(house)
    lawyer = staff[LAWYER]
    matter = trial(house, staff, case_id, wants_to_stay=True)
    leave = cases.add(house, lawyer, case_id, "permit", valid_until=day(house, 42))
    take(house, staff, LAWYER, case_id, "end_proceeding", "proceeding_end", matter)
    assert (days(house, case_id, "settle_stay"), days(house, case_id, "renew_permit")) == (
        [day(house, 12)], [day(house, 12)]
    )  # fmt: skip
    correct(house, lawyer, case_id, "permit", leave, valid_until=day(house, 38))
    assert (days(house, case_id, "settle_stay"), days(house, case_id, "renew_permit")) == (
        [day(house, 8)], [day(house, 8)]
    )  # fmt: skip
    no = cases.add(
        house, lawyer, case_id, "permit", outcome="refused", valid_from=None, valid_until=None,
        appeal_until=day(house, 5),
    )  # fmt: skip
    assert days(house, case_id, "answer_refused_stay") == [day(house, 5)]
    correct(
        house, lawyer, case_id, "permit", no, outcome="refused", valid_from=None, valid_until=None,
        appeal_until=day(house, 3),
    )  # fmt: skip
    assert days(house, case_id, "answer_refused_stay") == [day(house, 3)]
    assert rebuild_facts(house) == []


@pytest.mark.parametrize(
    ("kind", "field", "task", "early"),
    [
        ("best_interests_assessment", "valid_until", "review_interests", 14),
        ("best_interests", "review_on", "review_interests", 14),
        ("guardian_appointment", "until", "appoint_guardian", 0),
        ("shelter_leave", "back_on", "look_after_leave", 0),
        ("needs_assessment", "reassess_on", "reassess_needs", 0),
        ("own_task", "due", "own_visit", 0),
        ("travel_document", "expires", "renew_document", 60),
    ],
)  # fmt: skip
def test_what_a_record_dates_moves_with_it(house: House, kind: str, field: str, task: str, early: int) -> None:
    staff, case_id = recovering(house)
    writer = staff[LAWYER if kind in {"guardian_appointment"} else "social_worker"]
    if task in {"review_interests", "appoint_guardian"}:
        cases.add(house, staff["social_worker"], case_id, "circumstances", asylum_claim=None, child=True)
        if kind != "guardian_appointment":
            cases.add(house, staff[LAWYER], case_id, "guardian_appointment")
    more = {"about": task} if kind == "own_task" else {}
    near, far = (6, 7) if field in {"back_on", "reassess_on"} else (100, 90)
    written = cases.add(house, writer, case_id, kind, **{field: day(house, near)}, **more)
    assert day(house, near - early) in days(house, case_id, task)
    correct(house, writer, case_id, kind, written, **{field: day(house, far)}, **more)
    assert day(house, far - early) in days(house, case_id, task)
    assert day(house, near - early) not in days(house, case_id, task)
    assert rebuild_facts(house) == []


def test_a_task_of_ones_own_that_is_done_stays_done(house: House) -> None:
    staff, case_id = recovering(house)
    worker = staff["social_worker"]
    written = cases.add(house, worker, case_id, "own_task", about="own_visit", due=day(house, 3))
    with writing(house.db) as session:
        mine = (TABLE.c.case_id == case_id, TABLE.c.kind == "own_visit")
        session.execute(update(TABLE).where(*mine).values(state="done"))
    correct(house, worker, case_id, "own_task", written, about="own_visit", due=day(house, 3), what="See the school.")
    assert days(house, case_id, "own_visit") == []


def test_what_a_matter_dates_moves_with_it(house: House) -> None:
    staff, case_id = recovering(house)
    worker, manager = staff["social_worker"], staff["case_manager"]
    clinic: dict[str, Any] = {"urgent": False, "provider": "Clinic by the bridge", "provider_office": None}
    asked = cases.take(
        house, worker, case_id, "request_service", form(house, "service_request", wanted_by=day(house, 4), **clinic)
    )
    correct(house, worker, case_id, "service_request", str(asked.record_id), wanted_by=day(house, 2), **clinic)
    assert days(house, case_id, "answer_service") == [day(house, 2)]
    fine: dict[str, Any] = {"penalty_kind": "fine", "since": day(house, 0)}
    told = cases.take(
        house, staff[LAWYER], case_id, "report_penalty", form(house, "penalty_report", answer_by=day(house, 2), **fine)
    )
    correct(house, staff[LAWYER], case_id, "penalty_report", str(told.record_id), answer_by=day(house, 0), **fine)
    assert days(house, case_id, "review_penalty") == [day(house, 0)]
    threat = take(house, staff, "case_manager", case_id, "report_threat", "threat_report")
    take(house, staff, "case_manager", case_id, "assess_threat", "threat_assessment", threat)
    kept = cases.take(
        house, manager, case_id, "protect_person", form(house, "protection_measures", review_on=day(house, 9)),
        matter_id=threat,
    )  # fmt: skip
    correct(house, manager, case_id, "protection_measures", str(kept.record_id), review_on=day(house, 5))
    assert days(house, case_id, "review_protection") == [day(house, 5)]
    assert rebuild_facts(house) == []


def test_the_next_visit_is_that_of_the_last_one(house: House, clock: Any) -> None:
    staff, case_id = recovering(house)
    manager = staff["case_manager"]
    first = cases.add(house, manager, case_id, "monitoring_visit", number=1, next_visit=day(house, 9))
    correct(house, manager, case_id, "monitoring_visit", first, number=1, next_visit=day(house, 11))
    assert days(house, case_id, "follow_up_visit") == [day(house, 11)]
    clock.advance(timedelta(days=11))
    second = cases.add(house, manager, case_id, "monitoring_visit", number=2, next_visit=day(house, 20))
    correct(house, manager, case_id, "monitoring_visit", first, number=1, next_visit=day(house, 2))
    assert days(house, case_id, "follow_up_visit") == [day(house, 20)], "an older visit says nothing about it any more"
    correct(house, manager, case_id, "monitoring_visit", second, number=2, next_visit=day(house, 15))
    assert days(house, case_id, "follow_up_visit") == [day(house, 15)]
    clock.advance(timedelta(days=1))
    cases.add(house, manager, case_id, "monitoring_visit", number=3, next_visit=None)
    correct(house, manager, case_id, "monitoring_visit", second, number=2, next_visit=day(house, 16))
    assert days(house, case_id, "follow_up_visit") == [], "where no visit waits, none is asked for by an old one"
