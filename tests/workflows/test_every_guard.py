"""Every step may be taken when all holds; every guard of every step refuses when only its claim fails."""

from __future__ import annotations

import re

import pytest

from policies.model import Policies
from tests.workflows import (
    breaks_on_cases,
    breaks_on_fund,
    breaks_on_inquiries,
    breaks_on_law,
    breaks_on_referrals,
    breaks_on_relatives,
    breaks_on_remedies,
    breaks_on_services,
    breaks_on_transfers,
)
from tests.workflows.breaking import Break
from tests.workflows.situations import all_steps, bare, ready, step_of
from workflows.engine import MACHINES, Moved, Refused, decide
from workflows.facts import Situation
from workflows.step import Guard
from workflows.verdict import Refusal

BREAKS: dict[str, list[Break]] = {
    **breaks_on_cases.IDENTIFICATION,
    **breaks_on_cases.CARE,
    **breaks_on_cases.CLOSING,
    **breaks_on_cases.CHILDREN,
    **breaks_on_referrals.RETURN,
    **breaks_on_referrals.SHARING,
    **breaks_on_referrals.CONVERSATION,
    **breaks_on_services.SERVICES,
    **breaks_on_remedies.REMEDIES,
    **breaks_on_fund.FUND,
    **breaks_on_transfers.TRANSFERS,
    **breaks_on_law.LAW,
    **breaks_on_relatives.RELATIVES,
    **breaks_on_inquiries.INQUIRIES,
}
# The start state in which the guard matters, where it is not the first one.
MEANINGFUL_START = {("care", "close", "monitoring_is_done"): "reintegrating"}
# Start states that exist only to take in a message that crossed another on the way.
ONLY_TO_TAKE_IN = {"request_end": breaks_on_referrals.CONVERSATION["the_turn_is_theirs"]}
PAIRS = [(machine, step, guard.name) for machine, step in all_steps() for guard in step_of(machine, step).guards]
CHILD_GUARDS = frozenset(breaks_on_cases.CHILDREN) | {"child_has_somewhere_safe", "no_child_decision_is_open"}


def must_be_complete(refusal: Refusal, policies: Policies) -> None:
    """A refusal says what, why, how to mend it, who can, and which source asks for it."""
    assert re.fullmatch(r"[A-Z0-9'{].*\.", refusal.sentence), refusal.sentence
    assert not re.search(r"[{}]|None", refusal.sentence), refusal.sentence
    assert refusal.why.endswith("."), refusal
    assert refusal.mend.endswith("."), refusal
    assert refusal.who, refusal
    assert set(refusal.who) <= set(policies.roles), refusal
    assert refusal.sources, refusal
    for source in refusal.sources:
        assert policies.source(source).asks


@pytest.mark.parametrize("child", [False, True], ids=["adult", "child"])
@pytest.mark.parametrize(("machine", "step"), all_steps())
def test_the_step_may_be_taken_when_everything_holds(
    machine: str, step: str, child: bool, policies: Policies
) -> None:
    row = step_of(machine, step)
    crossed = {"assessed", "accepted", "handover_scheduled", "returned_for_info", "postponed"}
    starts = [each.value for each in row.start if step not in ONLY_TO_TAKE_IN or each.value not in crossed] or [None]
    for start in starts:
        answer = decide(machine, step, ready(machine, step, child=child, start=start), policies)
        assert isinstance(answer, Moved), answer
        assert answer.to in {each.value for each in row.targets()} or (row.to is None and answer.to == start)
        assert answer.effects == row.effects


@pytest.mark.parametrize(("machine", "step", "guard"), PAIRS)
def test_the_guard_refuses_when_only_its_claim_fails(
    machine: str, step: str, guard: str, policies: Policies
) -> None:
    assert guard in BREAKS, f"{machine}.{step}: the guard {guard} is in no table of breaks; add one"
    start = MEANINGFUL_START.get((machine, step, guard))
    for way in BREAKS[guard]:
        for child in [way.child] if way.child is not None else [False, True]:
            broken = way.change(ready(machine, step, child=child, start=start))
            rules = way.policies(policies) if way.policies else policies
            answer = decide(machine, step, broken, rules)
            assert isinstance(answer, Refused), f"{machine}.{step} lets {guard} pass: {broken}"
            codes = {refusal.code for refusal in answer.refusals}
            assert guard in codes
            assert codes <= {guard, *way.also}, f"{machine}.{step}, {guard}: also {codes - {guard}}"
            for refusal in answer.refusals:
                must_be_complete(refusal, policies)


def test_no_break_is_left_over() -> None:
    used = {guard for _, _, guard in PAIRS}
    assert set(BREAKS) == used, f"breaks of guards that no step has: {set(BREAKS) - used}"


def test_each_guard_has_one_name_and_one_name_one_meaning() -> None:
    rows: dict[str, set[tuple[str, str]]] = {}
    for machine, step in all_steps():
        for guard in step_of(machine, step).guards:
            rows.setdefault(guard.name, set()).add((guard.sentence, guard.why))
    assert all(len(meanings) == 1 for meanings in rows.values()), rows
    for machine, step in all_steps():
        names = [guard.name for guard in step_of(machine, step).guards]
        assert len(names) == len(set(names)), f"{machine}.{step} asks the same twice"


def test_guards_of_case_steps_need_no_referral() -> None:
    for spec in MACHINES.values():
        for row in spec.steps if spec.aggregate != "referral" else ():
            assert not [guard.name for guard in row.guards if "referral" in guard.needs], row.name


@pytest.mark.parametrize("child", [False, True], ids=["adult", "child"])
@pytest.mark.parametrize(("machine", "step"), all_steps())
def test_nothing_recorded_gives_every_reason_at_once(
    machine: str, step: str, child: bool, policies: Policies
) -> None:
    empty = bare(machine, step, child=child)
    answer = decide(machine, step, empty, policies)
    lacking = [guard.name for guard in step_of(machine, step).guards if objects(guard, empty, policies)]
    if not lacking:
        assert isinstance(answer, Moved)
        return
    assert isinstance(answer, Refused)
    assert [refusal.code for refusal in answer.refusals] == lacking
    for refusal in answer.refusals:
        must_be_complete(refusal, policies)


def objects(guard: Guard, situation: Situation, policies: Policies) -> bool:
    return guard.objection(situation, policies) is not None


# What an empty file lacks, spelled out once for the heaviest steps, so that no guard can quietly turn mild.
LACKING = {
    ("care", "depart"): {
        "identification_is_positive",
        "return_is_wished_for",
        "return_risk_is_valid",
        "family_risk_is_covered",
        "travel_document_is_valid",
        "proceedings_were_considered",
        "claims_have_a_route",
        "return_plan_covers_life",
        "handover_is_scheduled",
    },
    ("referral", "sign_handover"): {
        "journey_has_begun",
        "consent_for_return",
        "identification_is_positive",
        "return_is_wished_for",
        "return_risk_is_valid",
        "family_risk_is_covered",
        "nationality_is_confirmed",
        "travel_document_is_valid",
        "officers_are_named",
        "day_has_come",
        "person_reconfirmed_today",
        "handover_is_complete",
    },
    ("identification", "identify"): {
        "decision_says_identified",
        "authority_is_competent",
        "decider_is_not_screener",
        "reasons_are_written",
        "findings_meet_definition",
        "decider_is_new",
    },
    ("care", "close"): {"closure_is_recorded", "identification_is_settled"},
}
LACKING_FOR_A_CHILD = {
    ("care", "depart"): {
        "guardian_is_appointed",
        "best_interests_say_return",
        "child_was_heard",
        "child_has_an_escort",
    },
    ("referral", "sign_handover"): {
        "guardian_is_appointed",
        "best_interests_say_return",
        "child_was_heard",
        "tracing_came_first",
    },
    ("identification", "identify"): {"guardian_is_appointed"},
    ("care", "close"): {"child_has_a_lasting_solution"},
}


@pytest.mark.parametrize(("machine", "step"), LACKING)
def test_an_empty_file_lacks_exactly_this(machine: str, step: str, policies: Policies) -> None:
    for child in (False, True):
        answer = decide(machine, step, bare(machine, step, child=child), policies)
        assert isinstance(answer, Refused)
        wanted = LACKING[machine, step] | (LACKING_FOR_A_CHILD.get((machine, step), set()) if child else set())
        assert {refusal.code for refusal in answer.refusals} == wanted


def test_wrong_state_wrong_side_and_only_by_proof_come_with_the_rest(policies: Policies) -> None:
    situation = ready("referral", "sign_handover", start="draft")
    answer = decide("referral", "sign_receipt", situation, policies)
    assert isinstance(answer, Refused)
    assert [refusal.code for refusal in answer.refusals] == ["wrong_state", "wrong_side"]
    claimed = decide("care", "record_handover", ready("care", "turn_back"), policies)
    assert isinstance(claimed, Refused)
    assert [refusal.code for refusal in claimed.refusals] == ["only_by_proof", "receipt_is_signed"]
    for refusal in (*answer.refusals, *claimed.refusals):
        assert refusal.sentence
        assert refusal.why
        assert refusal.mend
        assert not refusal.overridable
        assert all(policies.source(source) for source in refusal.sources)


@pytest.mark.parametrize(("machine", "step", "guard"), [each for each in PAIRS if each[2] in CHILD_GUARDS])
def test_what_is_asked_for_a_child_is_not_asked_for_an_adult(
    machine: str, step: str, guard: str, policies: Policies
) -> None:
    row = next(each for each in step_of(machine, step).guards if each.name == guard)
    assert row.objection(bare(machine, step), policies) is None
