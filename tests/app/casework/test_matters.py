"""Many open things on one case: each moves alone, with its own tasks, on the case's one chain and under its lock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.access.desk import House
from app.casework import projection
from app.casework.forms import Entry
from app.casework.move import StepRefused
from app.casework.tasks import TABLE
from app.kit.errors import Invalid, NotFound
from app.oversight.rebuild import rebuild_facts
from app.oversight.verify import verify_all
from tests.factories import cases
from tests.factories.forms import form
from tests.factories.houses import make_house, put_offices
from tests.factories.staff import Staff, hire_staff
from tests.inspect import reading


@pytest.fixture
def house(database: Any, clock: Any, keys: Any, signing: Any) -> Iterator[House]:
    """A house with offices over the database of each engine."""
    made = make_house(database, clock, keys, signing)
    put_offices(made)
    yield made


def tasks(house: House, case_id: str, matter_id: str | None) -> dict[str, str]:
    """Kind -> state of the tasks of one matter (None: of the case as a whole)."""
    query = select(TABLE.c.kind, TABLE.c.state).where(TABLE.c.case_id == case_id, TABLE.c.matter_id == matter_id)
    with reading(house.db) as session:
        return {row.kind: row.state for row in session.execute(query.order_by(TABLE.c.opened_at))}


def ask(house: House, staff: Staff, case_id: str, **changes: Any) -> str:
    """Ask for a service; the id of the matter, which only the desk gives."""
    record = form(house, "service_request", **changes)
    made = cases.take(house, staff["social_worker"], case_id, "request_service", record)
    assert made.matter_id is not None and made.to == "asked"
    return made.matter_id


def test_each_request_moves_alone_and_the_facts_can_be_rebuilt(house: House, clock: Any) -> None:
    staff = hire_staff(house)
    worker = staff["social_worker"]
    case_id = cases.bring_case(house, staff, "recovering")
    plain = tasks(house, case_id, None)
    health = ask(house, staff, case_id)
    clock.advance(timedelta(hours=1))
    work = ask(house, staff, case_id, service_kind="employment", urgent=False, provider_office="th-mdt")
    assert tasks(house, case_id, health) == tasks(house, case_id, work) == {"answer_service": "open"}

    cases.take(house, worker, case_id, "accept_service", matter_id=health)
    cases.take(house, worker, case_id, "decline_service", given={"reason": "no_capacity"}, matter_id=work)
    assert tasks(house, case_id, health) == {"answer_service": "done", "begin_service": "open"}
    assert tasks(house, case_id, work) == {"answer_service": "done", "ask_elsewhere": "open"}
    elsewhere = form(house, "service_request", service_kind="employment", provider_office="th-datip")
    cases.take(house, worker, case_id, "ask_elsewhere", elsewhere, matter_id=work)
    cases.take(house, worker, case_id, "start_service", matter_id=health)
    clock.advance(timedelta(days=3))
    cases.take(house, worker, case_id, "complete_service", form(house, "service_outcome"), matter_id=health)

    facts = cases.facts_of(house, case_id)
    done, asked = facts.matter(health), facts.matter(work)
    assert done is not None and asked is not None
    assert (done.state, done.about, done.office, done.by) == ("done", "health", "th-shelter-tak", worker.id)
    assert done.ended_on is not None and not done.is_open and {"result.reached", "feedback.helped"} <= done.flags
    assert (done.amount, done.currency) == (1200, "THB")
    assert done.due is not None and done.decided_by == worker.id
    assert (asked.state, asked.office, asked.is_open) == ("asked", "th-datip", True)
    assert {"declined_by.th-mdt", "reason.no_capacity"} <= asked.flags
    assert tasks(house, case_id, health)["follow_service"] == "done"
    assert tasks(house, case_id, None) == plain, "the tasks of the case as a whole are left alone"
    assert rebuild_facts(house) == []
    with reading(house.db) as session:
        assert verify_all(session).fault is None


def test_a_matter_that_is_not_there_is_not_found_and_a_step_out_of_place_is_refused(house: House) -> None:
    staff = hire_staff(house)
    worker = staff["social_worker"]
    case_id = cases.bring_case(house, staff, "recovering")
    with pytest.raises(NotFound):
        cases.take(house, worker, case_id, "accept_service", matter_id="made-up")
    with pytest.raises(NotFound):
        cases.take(house, worker, case_id, "accept_service")
    with pytest.raises(Invalid):
        cases.take(house, worker, case_id, "request_service")
    health = ask(house, staff, case_id)
    with pytest.raises(StepRefused) as refused:
        cases.take(house, worker, case_id, "start_service", matter_id=health)
    assert [each["code"] for each in refused.value.extra["refusals"]] == ["wrong_state"]
    with pytest.raises(StepRefused) as twice:
        ask(house, staff, case_id)
    assert [each["code"] for each in twice.value.extra["refusals"]] == ["request_is_not_double"]
    other = cases.bring_case(house, staff, "recovering")
    with pytest.raises(NotFound):
        cases.take(house, worker, other, "accept_service", matter_id=health)


def test_a_step_of_an_unknown_machine_is_never_taken_for_one_of_identification(house: House) -> None:
    staff = hire_staff(house)
    facts = cases.facts_of(house, cases.bring_case(house, staff))
    with pytest.raises(LookupError):
        projection.after_step(facts, "service", "asked", Entry("worker", "office", "TH", facts.opened_on))
