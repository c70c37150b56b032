"""Leave to stay and work, rung by a program that is started anew in between, dated late, refused and answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.access.desk import House
from app.casework.move import StepRefused
from app.casework.recording import add_record
from app.casework.ringing import ring
from app.kit.clock import SettableClock
from app.oversight.rebuild import rebuild_facts
from tests.app.casework.test_duties_keep_up import due, house
from tests.factories import cases
from tests.factories.forms import day, form
from tests.factories.houses import make_house
from tests.factories.staff import Staff, Worker, desk_of, hire_staff

__all__ = ["house"]

ASKED: dict[str, Any] = {"outcome": "applied", "valid_from": None, "valid_until": None}
REFUSED: dict[str, Any] = {**ASKED, "outcome": "refused"}
KINDS = ("apply_stay", "ask_employment", "agree_work", "answer_refused_stay")


def duties(house: House, case_id: str) -> dict[str, list[date]]:
    found = {kind: due(house, case_id, kind) for kind in KINDS}
    return {kind: days for kind, days in found.items() if days}


def on(house: House, days: int) -> list[date]:
    return [date.fromisoformat(day(house, days))]


@pytest.fixture
def staff(house: House) -> Iterator[Staff]:
    yield hire_staff(house)


def test_the_chain_of_the_thai_act_runs_from_duty_to_duty_and_survives_a_new_program(
    house: House, staff: Staff, clock: SettableClock, database: Any, keys: Any, signing: Any
) -> None:
    case_id = cases.bring_case(house, staff, "deciding")
    assert duties(house, case_id) == {}, "nobody is identified yet"
    cases.take(house, staff["legal_officer"], case_id, "identify", form(house, "identification_decision"))
    assert duties(house, case_id) == {"apply_stay": on(house, 7)}
    # The week passes; the program is stopped, started anew, and rings it once.
    clock.advance(timedelta(days=8))
    again = make_house(database, clock, keys, signing)
    while ring(again):
        pass
    assert ring(make_house(database, clock, keys, signing)) == 0, "what was rung is not rung again"
    assert duties(again, case_id) == {"apply_stay": on(again, -1)}, "late, and still to be done"
    cases.add(again, staff["legal_officer"], case_id, "permit", **ASKED)
    assert duties(again, case_id) == {"ask_employment": on(again, 7)}
    # What is written down two days late counts from the day it happened.
    clock.advance(timedelta(days=3))
    happened = clock.now() - timedelta(days=2)
    with desk_of(again, staff["legal_officer"]) as desk:
        asked = {"stage": "office_asked"}
        add_record(desk, case_id, "employment", asked, cases.version_of(again, case_id), happened_at=happened)
    assert duties(again, case_id) == {"agree_work": on(again, 13)}
    low = {"hours": "ten a day", "wage": {"units": 200, "currency": "THB"}, "wage_for": "day"}
    cases.add(again, staff["legal_officer"], case_id, "employment", stage="agreed", **low, lawful_wage=False)
    assert "agree_work" in duties(again, case_id), "below the lawful wage is no agreement"
    cases.add(again, staff["legal_officer"], case_id, "employment", stage="agreed", **low, lawful_wage=True)
    assert duties(again, case_id) == {}
    assert rebuild_facts(again) == []


def test_a_refusal_is_told_and_answered_and_nobody_leaves_while_they_wait(house: House, staff: Staff) -> None:
    lawyer, manager = staff["legal_officer"], staff["case_manager"]
    case_id = cases.bring_case(house, staff, "planning_return")

    def add(kind: str, **said: Any) -> None:
        cases.add(house, lawyer, case_id, kind, **said)

    with pytest.raises(StepRefused) as none:
        add("refused_leave")
    assert [each["code"] for each in none.value.extra["refusals"]] == ["leave_was_refused"]
    add("permit", **ASKED)
    add("permit", **REFUSED, appeal_until=day(house, 5))
    assert duties(house, case_id) == {"answer_refused_stay": on(house, 5)}, "the last day of the appeal"
    add("refused_leave", understood=None, silent={"understood": "not_known"})
    add("refused_leave", advice_offered=False)
    add("refused_leave", way=None)
    assert duties(house, case_id) == {"answer_refused_stay": on(house, 5)}, "not told, not advised, not settled"
    assert "refused_leave_is_answered" in codes(house, manager, case_id)
    add("refused_leave")
    assert duties(house, case_id) == {"apply_stay": on(house, 7)}, "the appeal is to be made"
    assert "refused_leave_is_answered" in codes(house, manager, case_id), "the person waits"
    add("permit", **ASKED)
    assert "refused_leave_is_answered" in codes(house, manager, case_id), "asked again, and still waiting"
    add("refused_leave", waits=False)
    assert "refused_leave_is_answered" not in codes(house, manager, case_id)
    # Refused once more, without a day: the clock of the country.
    add("permit", **REFUSED)
    assert duties(house, case_id) == {"answer_refused_stay": on(house, 10)}
    add("refused_leave", way="accepted", waits=None, silent={"waits": "no_wish_to_answer"})
    assert duties(house, case_id) == {}
    assert rebuild_facts(house) == []


def codes(house: House, worker: Worker, case_id: str) -> set[str]:
    """Why the person cannot depart now."""
    with pytest.raises(StepRefused) as refused:
        cases.take(house, worker, case_id, "depart")
    return {each["code"] for each in refused.value.extra["refusals"]}


@pytest.mark.parametrize(("happened", "wanted"), [(29, []), (31, [date(2019, 2, 7)])])
def test_the_policy_of_the_day_it_happened_counts_not_that_of_the_day_it_is_written_down(
    house: House, staff: Staff, clock: SettableClock, happened: int, wanted: list[date]
) -> None:
    clock.set(datetime(2019, 1, 28, 2, tzinfo=UTC))
    case_id = cases.bring_case(house, staff, "deciding")
    clock.set(datetime(2019, 2, 4, 2, tzinfo=UTC))
    when = datetime(2019, 1, happened, 3, tzinfo=UTC)
    lawyer = staff["legal_officer"]
    cases.take(house, lawyer, case_id, "identify", form(house, "identification_decision"), happened_at=when)
    assert due(house, case_id, "apply_stay") == wanted
    assert rebuild_facts(house) == []
