"""Decisions on the real program: whose hands were in them, which papers they take, and when they can have been made."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.access import rows
from app.casework import recording, records
from app.casework.move import Command, StepRefused, perform
from app.casework.tasks import TABLE, UNDONE
from app.kit.errors import Invalid
from app.oversight.rebuild import rebuild_facts
from tests.app.casework.test_corrections import correct, house, record_of  # noqa: F401 - the fixture
from tests.factories import cases, referrals
from tests.factories.forms import day, form
from tests.factories.staff import add_user, desk_of, hire_staff
from tests.factories.trainings import train
from tests.inspect import reading, writing

DECISION = "identification_decision"
FOREIGN = "foreign_decision"


def trained(house: Any, *workers: Any) -> None:  # noqa: F811
    """Give workers what whoever signs a decision has been trained in."""
    with writing(house.db) as session:
        train(session, house.clock.now(), [(each.id, each.country, {"supervisor"}) for each in workers])


def refused(act: Any) -> set[str]:
    with pytest.raises(StepRefused) as error:
        act()
    return {each["code"] for each in error.value.extra["refusals"]}


def test_who_screened_decides_nothing_whoever_screens_or_corrects_later(house: Any) -> None:  # noqa: F811
    staff = hire_staff(house)
    case_id = cases.bring_case(house, staff, "deciding")
    first = staff["social_worker"]
    trained(house, first)
    other = add_user(house, "th-shelter-tak", "social_worker")
    cases.join(house, case_id, other)
    cases.add(house, other, case_id, "screening")
    correct(house, staff["case_manager"], case_id, "screening", record_of(house, first, case_id, "screening"))
    assert {first.id, other.id, staff["case_manager"].id} <= cases.facts_of(house, case_id).screeners
    cases.add(house, first, case_id, DECISION)
    assert refused(lambda: cases.take(house, staff["legal_officer"], case_id, "identify")) == {
        "decider_is_not_screener"
    }
    # A colleague who writes the paper anew takes no hand of the screener out of it.
    paper = record_of(house, first, case_id, DECISION)
    correct(house, staff["legal_officer"], case_id, DECISION, paper)
    assert refused(lambda: cases.take(house, staff["legal_officer"], case_id, "identify")) == {
        "decider_is_not_screener"
    }
    cases.take(house, staff["legal_officer"], case_id, "identify", form(house, DECISION))
    assert rebuild_facts(house) == []


def test_a_decided_case_is_changed_by_no_paper_and_no_correction(house: Any, clock: Any) -> None:  # noqa: F811
    staff = hire_staff(house)
    case_id = cases.bring_case(house, staff, "identified")
    trained(house, staff["case_manager"])
    before = cases.facts_of(house, case_id)
    no = {"outcome": "not_identified", "purpose": False, "finding": "smuggled", "exploitation": "unknown"}
    assert refused(lambda: cases.add(house, staff["case_manager"], case_id, DECISION, **no)) == {
        "decision_is_still_to_be_taken"
    }
    paper = record_of(house, staff["legal_officer"], case_id, DECISION)
    found = refused(lambda: correct(
        house, staff["legal_officer"], case_id, DECISION, paper, act=False, purpose=False, reasons=None, panel=["one"]
    ))
    assert found == {"findings_meet_definition", "reasons_are_written", "panel_is_complete"}
    assert cases.facts_of(house, case_id) == before
    correct(house, staff["legal_officer"], case_id, DECISION, paper, reasons="As the panel wrote them.")
    assert cases.facts_of(house, case_id).decision is not None


def test_the_day_of_a_step_cannot_be_set_back_to_shorten_the_window(house: Any, clock: Any) -> None:  # noqa: F811
    staff = hire_staff(house)
    case_id = cases.bring_case(house, staff, "deciding")
    lawyer = staff["legal_officer"]
    cases.add(house, staff["social_worker"], case_id, "information_given")
    clock.advance(timedelta(days=3))
    said = {"outcome": "not_identified", "purpose": False, "finding": "no_sign", "exploitation": "unknown"}

    def decide(days: int, **changes: Any) -> None:
        with desk_of(house, lawyer) as desk:
            record = form(house, DECISION, **{**said, **changes})
            seen = cases.version_of(house, case_id)
            happened = desk.now + timedelta(days=days)
            perform(desk, Command("identification", "not_identify", case_id, seen, record, happened_at=happened))

    assert refused(lambda: decide(-60)) == {"before_the_last_step"}
    with pytest.raises(Invalid):
        decide(0, notified_on=day(house, 400))
    decide(-2, notified_on=day(house, -1))
    facts = cases.facts_of(house, case_id)
    assert facts.negative_on == date.fromisoformat(day(house, -1)), "counted from the day on which the person heard"
    # The first decider does not look again: not by a paper of their own, not by one that a colleague wrote.
    manager = staff["case_manager"]
    trained(house, manager)
    cases.take(house, manager, case_id, "ask_reconsideration", form(house, "reconsideration_request"))
    with desk_of(house, manager) as desk:
        body = form(house, DECISION, **said)
        recording.add_record(desk, case_id, DECISION, body, cases.version_of(house, case_id))
    assert refused(lambda: cases.take(house, lawyer, case_id, "uphold")) == {"decider_is_new"}
    assert rebuild_facts(house) == []


def duties(house: Any, case_id: str) -> list[str]:  # noqa: F811
    """What is still to be done for a case, each as often as somebody has to do it."""
    query = select(TABLE.c.kind).where(TABLE.c.case_id == case_id, TABLE.c.state.in_(UNDONE))
    with reading(house.db) as session:
        return sorted(session.execute(query).scalars())


def test_who_is_recognised_or_presumed_again_is_due_what_everybody_is(house: Any) -> None:  # noqa: F811
    staff = hire_staff(house)
    lawyer, worker = staff["legal_officer"], staff["social_worker"]
    recognised = cases.bring_case(house, staff, "screening", child=True, age_band="15-17")
    for wrong in ({"by_country": "LA"}, {"by_country": "MM", "authority": "th-police-tak"}, {"by_country": "XX"}):
        assert "foreign_authority_is_competent" in refused(
            lambda wrong=wrong: cases.take(house, lawyer, recognised, "recognise", form(house, FOREIGN, **wrong))
        )
    cases.take(house, lawyer, recognised, "recognise", form(house, FOREIGN))
    first = ["appoint_guardian", "assess_needs", "explain_remedies", "read_rights"]
    assert duties(house, recognised) == first

    again = cases.bring_case(house, staff, "screening")
    cases.add(house, worker, again, "screening")
    cases.add(house, worker, again, "information_given")
    cases.take(house, worker, again, "screen_out", form(house, "screening", finding="no_sign"))
    manager = staff["case_manager"]
    cases.take(house, manager, again, "ask_reconsideration", form(house, "reconsideration_request"))
    cases.take(house, lawyer, again, "presume_again", form(house, "screening"))
    assert duties(house, again) == ["assess_needs", "decide_identification", "end_of_reflection", "read_rights"]


def test_of_a_foreign_decision_stands_only_what_was_told(house: Any) -> None:  # noqa: F811
    """The other country told that the person is identified, and of which exploitation: nothing else is on record."""
    here, there = hire_staff(house), hire_staff(house, "MM")
    pair = referrals.bring_referral(house, here, there, "accepted")
    case_id = referrals.receiving_case(house, pair)
    facts = cases.facts_of(house, case_id)
    made = facts.decision
    assert made is not None and facts.identification == "identified"
    assert (made.by_country, made.authority, facts.exploitation) == ("TH", "th-mdt", "ForcedLabour")
    assert (made.act, made.means, made.purpose, made.reasons) == (None, None, None, False)
    assert (made.decider, made.panel, made.professions, made.notified_on) == ("", 0, None, None)
    with desk_of(house, there["case_manager"]) as desk, rows.as_the_house(desk.session, "MM"):
        (row,) = [each for each in records.rows_of(desk.session, case_id) if each.kind in {DECISION, FOREIGN}]
        body = records.opened(desk, row, records.key_of(desk, row.key_id))
    told = {name for name, said in body.items() if said is not None}
    assert (row.kind, told) == (FOREIGN, {"by_country", "authority", "told_by", "exploitation"})
    assert rebuild_facts(house) == []


@pytest.mark.parametrize("to", ["identified", "screened_out"])
def test_a_later_screening_changes_nothing_that_was_decided(house: Any, to: str) -> None:  # noqa: F811
    staff = hire_staff(house)
    worker = staff["social_worker"]
    case_id = cases.bring_case(house, staff, "identified" if to == "identified" else "screening")
    if to == "screened_out":
        cases.add(house, worker, case_id, "information_given")
        cases.take(house, worker, case_id, "screen_out", form(house, "screening", finding="no_sign"))
    before = cases.facts_of(house, case_id)
    cases.add(house, worker, case_id, "screening", suspected_exploitation="SexualExploitation", finding="smuggled")
    after = cases.facts_of(house, case_id)
    assert (after.exploitation, after.finding) == (before.exploitation, before.finding)
    assert after.screening != before.screening or after.screeners == before.screeners
    correct(house, worker, case_id, "screening", record_of(house, worker, case_id, "screening"),
            suspected_exploitation="ForcedBegging")  # fmt: skip
    after = cases.facts_of(house, case_id)
    if to == "identified":
        assert after.exploitation == before.exploitation, "nor does the correction of an older one"
    assert rebuild_facts(house) == []


def test_a_paper_that_says_yes_is_not_overwritten_by_a_suspicion(house: Any) -> None:  # noqa: F811
    staff = hire_staff(house)
    case_id = cases.bring_case(house, staff, "deciding")
    cases.add(house, staff["legal_officer"], case_id, DECISION)
    cases.add(house, staff["social_worker"], case_id, "screening", suspected_exploitation="SexualExploitation")
    assert cases.facts_of(house, case_id).exploitation == "ForcedLabour"
    again = cases.bring_case(house, staff, "screening")
    cases.add(house, staff["social_worker"], again, "screening", suspected_exploitation="SexualExploitation")
    assert cases.facts_of(house, again).exploitation == "SexualExploitation", "before a decision it is what is thought"
