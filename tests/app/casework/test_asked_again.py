"""Asking for a second look: what counts as new once the time to ask is over, and what was answered already."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.casework import recording
from app.oversight.rebuild import rebuild_facts
from tests.app.casework.test_corrections import correct, house, record_of  # noqa: F401 - the fixture
from tests.app.casework.test_decisions import refused
from tests.factories import cases
from tests.factories.forms import form
from tests.factories.staff import Staff, desk_of, hire_staff

REQUEST = "reconsideration_request"
LATE = "window_or_new_evidence"


def told_no(house: Any, staff: Staff) -> str:  # noqa: F811
    """A case that was screened out on the day of the clock."""
    case_id = cases.bring_case(house, staff, "screening")
    cases.add(house, staff["social_worker"], case_id, "information_given")
    cases.take(house, staff["social_worker"], case_id, "screen_out", form(house, "screening", finding="no_sign"))
    return case_id


def ask(house: Any, staff: Staff, case_id: str) -> Any:  # noqa: F811
    return cases.take(house, staff["case_manager"], case_id, "ask_reconsideration")


def test_once_the_time_is_over_it_takes_something_new_and_not_only_a_wish(house: Any, clock: Any) -> None:  # noqa: F811
    staff = hire_staff(house)
    case_id = told_no(house, staff)
    clock.advance(timedelta(days=31))
    paper = cases.add(house, staff["case_manager"], case_id, REQUEST, ground="person_asks")
    assert refused(lambda: ask(house, staff, case_id)) == {LATE}
    # What the person asked for alone stands; a colleague then finds that it says more.
    correct(house, staff["case_manager"], case_id, REQUEST, paper, ground="guidance_not_followed")
    assert rebuild_facts(house) == []
    assert ask(house, staff, case_id).to == "reconsidering"


def test_within_the_time_the_wish_of_the_person_is_enough(house: Any, clock: Any) -> None:  # noqa: F811
    staff = hire_staff(house)
    case_id = told_no(house, staff)
    clock.advance(timedelta(days=30))
    cases.add(house, staff["case_manager"], case_id, REQUEST, ground="person_asks")
    assert ask(house, staff, case_id).to == "reconsidering"


def test_who_asked_in_time_is_heard_whenever_the_step_is_taken(house: Any, clock: Any) -> None:  # noqa: F811
    staff = hire_staff(house)
    case_id = told_no(house, staff)
    clock.advance(timedelta(days=29))
    cases.add(house, staff["case_manager"], case_id, REQUEST, ground="person_asks")
    clock.advance(timedelta(days=9))
    cases.add(house, staff["case_manager"], case_id, REQUEST, ground="person_asks")
    said = form(house, "closure", reason="not_trafficked", person_agrees=False)
    close = lambda: cases.take(house, staff["case_manager"], case_id, "close", said)  # noqa: E731
    assert refused(close) == {"identification_is_settled"}, "the request waits for its answer"
    assert ask(house, staff, case_id).to == "reconsidering"
    assert rebuild_facts(house) == []


def test_something_new_beside_a_wish_is_something_new(house: Any, clock: Any) -> None:  # noqa: F811
    staff = hire_staff(house)
    case_id = told_no(house, staff)
    clock.advance(timedelta(days=31))
    cases.add(house, staff["case_manager"], case_id, REQUEST, ground="new_evidence")
    cases.add(house, staff["case_manager"], case_id, REQUEST, ground="person_asks")
    assert ask(house, staff, case_id).to == "reconsidering"


def test_a_request_made_before_the_answer_was_answered_by_it(house: Any, clock: Any) -> None:  # noqa: F811
    staff = hire_staff(house)
    manager = staff["case_manager"]
    clock.advance(timedelta(days=5))
    case_id = told_no(house, staff)
    clock.advance(timedelta(days=31))
    seen = cases.version_of(house, case_id)
    with desk_of(house, manager) as desk:
        # Written down only now, though it was handed in before anybody had decided.
        body, before = form(house, REQUEST), desk.now - timedelta(days=33)
        recording.add_record(desk, case_id, REQUEST, body, seen, happened_at=before)
    assert refused(lambda: ask(house, staff, case_id)) == {LATE, "grounds_are_recorded"}
    cases.add(house, manager, case_id, REQUEST)
    assert ask(house, staff, case_id).to == "reconsidering"
    assert rebuild_facts(house) == []


def test_no_case_ends_over_a_request_that_nobody_has_answered(house: Any, clock: Any) -> None:  # noqa: F811
    staff = hire_staff(house)
    manager = staff["case_manager"]
    said = form(house, "closure", reason="not_trafficked", person_agrees=False)
    new, wished = told_no(house, staff), told_no(house, staff)
    clock.advance(timedelta(days=31))
    cases.add(house, manager, new, REQUEST)
    cases.add(house, manager, wished, REQUEST, ground="person_asks")
    assert refused(lambda: cases.take(house, manager, new, "close", said)) == {"identification_is_settled"}
    assert cases.take(house, manager, wished, "close", said).to == "closed", "asked too late, and nothing new"
    ask(house, staff, new)
    cases.take(house, staff["supervisor"], new, "presume_again", form(house, "screening"))
    assert rebuild_facts(house) == []
