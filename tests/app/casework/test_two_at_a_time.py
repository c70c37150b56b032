"""Two of a kind on one case: held in two places, called to two hearings, a threat that grows before it is answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from app.access.desk import House
from app.casework.move import StepRefused
from app.casework.tasks import TABLE as TASK
from app.models.notice import Notice
from app.oversight.rebuild import rebuild_facts
from tests.factories import cases
from tests.factories.forms import day, form
from tests.factories.houses import make_house, put_offices
from tests.factories.staff import Worker, hire_staff
from tests.inspect import reading
from workflows.facts import MatterFacts


class Case:
    """One identified person in the care of the house, and the steps on the many things that are open about them."""

    def __init__(self, house: House) -> None:
        self.house, self.staff = house, hire_staff(house)
        self.id = cases.bring_case(house, self.staff, "recovering")
        cases.join(house, self.id, self.staff["legal_officer"])

    def take(
        self, who: str, step: str, kind: str | None = None, matter: str | None = None,
        given: dict[str, Any] | None = None, **said: Any,
    ) -> str:
        """Take a step; the id of its matter."""
        record = form(self.house, kind, **said) if kind else None
        done = cases.take(self.house, self.worker(who), self.id, step, record, matter_id=matter, given=given or {})
        return done.matter_id or ""

    def refused(self, who: str, step: str, *args: Any, **said: Any) -> list[str]:
        """The guards that refuse a step."""
        with pytest.raises(StepRefused) as found:
            self.take(who, step, *args, **said)
        return [each["code"] for each in found.value.extra["refusals"]]

    def closed(self) -> None:
        """Contact was lost, and the case has ended."""
        self.id = cases.bring_case(self.house, self.staff, "screening")
        cases.name_manager(self.house, self.id, self.staff)
        cases.add(self.house, self.worker("social_worker"), self.id, "circumstances", contact_lost=True)
        said = {"reason": "lost_contact", "person_told": False, "person_agrees": False, "unreachable": True}
        self.take("case_manager", "close", "closure", **said)

    def notices(self, kind: str) -> set[str]:
        """Who has a notice of a kind about the case."""
        query = select(Notice.user_id).where(Notice.kind == kind, Notice.subject_id == self.id)
        with reading(self.house.db) as session:
            return set(session.scalars(query))

    def worker(self, who: str) -> Worker:
        """Somebody of the house."""
        return self.staff[who]

    def matter(self, matter: str) -> MatterFacts:
        """The stored facts of a matter."""
        found = cases.facts_of(self.house, self.id).matter(matter)
        assert found is not None
        return found

    def due(self, kind: str) -> list[str]:
        """The days on which the open tasks of a kind are due."""
        query = select(TASK.c.due_at).where(TASK.c.case_id == self.id, TASK.c.kind == kind, TASK.c.state == "open")
        with reading(self.house.db) as session:
            found = [row.due_at for row in session.execute(query.order_by(TASK.c.due_at))]
        return [self.house.policies.day("TH", each).isoformat() for each in found]


@pytest.fixture
def case(database: Any, clock: Any, keys: Any, signing: Any) -> Iterator[Case]:
    """A case of a house over the database of each engine."""
    house = make_house(database, clock, keys, signing)
    put_offices(house)
    yield Case(house)


def test_who_is_held_in_two_places_is_free_when_both_have_let_them_go(case: Case) -> None:
    """OHCHR-P7, G2.6: an end of one detention ends the other neither in the facts nor in the review."""
    held: dict[str, Any] = {"penalty_kind": "detention", "held_now": True}
    police, border = (
        case.take("social_worker", "report_penalty", "penalty_report", authority=each, **held)
        for each in ("police", "immigration")
    )
    case.take("legal_officer", "release_person", "release_report", police)
    assert cases.facts_of(case.house, case.id).detained
    assert "person_is_free" in case.refused("case_manager", "plan_return", "wish")
    ends = {"given": {"reason": "served"}}
    assert case.refused("supervisor", "end_penalty_review", None, border, **ends) == ["nobody_is_held_by_it"]
    assert case.refused("legal_officer", "lift_penalty", "penalty_outcome", border, held_now=True) == [
        "nobody_is_held_by_it"
    ]
    # Nor does a tick end what an authority has not ended.
    with pytest.raises(StepRefused) as refused:
        cases.add(case.house, case.worker("social_worker"), case.id, "circumstances", asylum_claim=None, detained=False)
    assert [each["code"] for each in refused.value.extra["refusals"]] == ["every_detention_is_over"]
    case.take("legal_officer", "release_person", "release_report", border)
    assert not cases.facts_of(case.house, case.id).detained
    assert "person_is_free" not in case.refused("case_manager", "depart")
    # A charge that held somebody goes on when they are out on bail: that they are free is said of the person.
    charge = case.take("social_worker", "report_penalty", "penalty_report", held_now=True)
    cases.add(case.house, case.worker("social_worker"), case.id, "circumstances", asylum_claim=None, detained=False)
    facts = cases.facts_of(case.house, case.id)
    assert not facts.detained and case.matter(charge).is_open
    assert rebuild_facts(case.house) == []


def test_a_second_hearing_leaves_the_first_where_it_is(case: Case) -> None:
    """Practice 4.16: somebody goes along on each day; one that is moved or over ends the task of its day alone."""
    first, second, moved = (day(case.house, days) for days in (12, 60, 75))
    trial = case.take("legal_officer", "open_proceeding", "proceeding")
    case.take("legal_officer", "explain_limits", "secrecy_limits", trial)

    def hearing(on: str, **said: Any) -> str:
        return case.take("legal_officer", "set_hearing", "hearing", trial, hearing_on=on, **said)

    hearing(first)
    hearing(second, person_speaks=False)
    assert case.due("attend_hearing") == [first, second]
    assert "testimony" in case.matter(trial).flags and case.matter(trial).due.isoformat() == first
    with pytest.raises(StepRefused):
        hearing(moved, instead_of=day(case.house, 33))
    hearing(moved, instead_of=second, person_speaks=False)
    assert case.due("attend_hearing") == [first, moved]
    case.take("legal_officer", "record_hearing", "hearing_outcome", trial)
    assert case.due("attend_hearing") == [moved]
    assert "testimony" not in case.matter(trial).flags and case.matter(trial).due.isoformat() == moved
    assert case.refused("legal_officer", "record_hearing", "hearing_outcome", trial, hearing_on=first) == [
        "hearing_is_set"
    ]
    case.take("legal_officer", "record_hearing", "hearing_outcome", trial, hearing_on=moved)
    assert case.due("attend_hearing") == [] and case.matter(trial).due is None
    assert rebuild_facts(case.house) == []


def test_harm_after_the_end_of_a_case_is_written_down_and_opens_it_again(case: Case) -> None:
    """OHCHR-P7, G6.6: a closed case takes in a penalty and a threat, and who is held is not asked for leave to help."""
    case.closed()
    house, worker = case.house, case.worker("social_worker")
    threat = case.take("social_worker", "report_threat", "threat_report")
    case.take(
        "social_worker", "report_penalty", "penalty_report", penalty_kind="detention", held_now=True,
        authority="police",
    )  # fmt: skip
    facts = cases.facts_of(house, case.id)
    assert (facts.care, facts.detained) == ("closed", True)
    assert len(case.due("consider_reopening")) == len(case.due("review_penalty")) == 1
    told = case.notices("harm_after_closing")
    assert {case.worker(who).id for who in ("case_manager", "supervisor")} <= told and worker.id not in told
    # What is done about it waits until the case is open.
    assert case.refused("case_manager", "assess_threat", "threat_assessment", threat) == ["case_is_open"]
    case.take("case_manager", "reopen", "reopening", reason="contact_found", person_agrees=False)
    assert case.due("consider_reopening") == [] and cases.facts_of(house, case.id).care == "intake"
    case.take("case_manager", "assess_threat", "threat_assessment", threat)
    assert rebuild_facts(house) == []


def test_a_closed_case_hears_that_somebody_is_held_and_nothing_else(case: Case) -> None:
    case.closed()
    worker = case.worker("social_worker")

    def tell(**said: Any) -> None:
        cases.add(case.house, worker, case.id, "circumstances", **{"asylum_claim": None, **said})

    for other in ({"asylum_claim": True}, {"detained": True, "missing": True}, {"child": True}):
        with pytest.raises(StepRefused) as refused:
            tell(**other)
        assert "closed_case_hears_of_harm_alone" in {each["code"] for each in refused.value.extra["refusals"]}
    found = {"reason": "contact_found", "person_agrees": False}
    assert case.refused("case_manager", "reopen", "reopening", **found) == ["reopening_is_agreed"]
    tell(detained=True)
    tell(protection_risk=True)
    assert len(case.due("consider_reopening")) == 1 and len(case.due("review_detention")) == 1
    assert case.worker("supervisor").id in case.notices("person_in_danger") & case.notices("person_detained")
    case.take("case_manager", "reopen", "reopening", **found)


def test_a_threat_that_grows_is_assessed_again(case: Case) -> None:
    """OHCHR-G6.6: several small threats are a great one; nobody waits until something was done about the first."""
    threat = case.take("social_worker", "report_threat", "threat_report")
    case.take("case_manager", "assess_threat", "threat_assessment", threat, level="low")
    case.take("case_manager", "assess_threat", "threat_assessment", threat, level="high")
    assert case.matter(threat).state == "assessed" and len(case.due("protect_person")) == 1
    case.take("case_manager", "protect_person", "protection_measures", threat)
    assert case.due("protect_person") == []
