"""A child, or an age in doubt: no proof of means, a guardian, heard, and home only if that is best (OHCHR-P10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from policies.model import Policies
from tests.workflows.situations import (
    LATELY,
    SERVICES,
    TODAY,
    TRACED_ON,
    all_steps,
    ready,
    step_of,
    with_case,
    with_referral,
)
from workflows import facts as f
from workflows.child_facts import line_from, line_with, spoken_for_until
from workflows.effects import OpenTask
from workflows.engine import Moved, Refused, decide
from workflows.guards.children import GUARDIAN_ALLEGED
from workflows.guards.minors import MAY_BE_ALLEGED, TURNS_ADULT
from workflows.recording import NEEDS_GUARDIAN, ONLY_WITH_STEP, guards_for, refusals_for

FOUND_ADULT: dict[str, object] = {
    "finding": "adult", "methods": ["document", "account"], "consent": True, "doubt_left": False,
    "professions": ["social_worker", "psychologist"],
}  # fmt: skip
# Steps that decide on a child or move it towards another country.
WITH_GUARDIAN = {
    ("identification", "open_decision"),
    ("identification", "identify"),
    ("identification", "not_identify"),
    ("identification", "uphold"),
    ("care", "start_recovery"),
    ("care", "plan_return"),
    ("care", "depart"),
    ("transfer", "request_transfer"),
    ("transfer", "take_over_case"),
    ("transfer", "accept_share"),
    ("transfer", "answer_transfer_question"),
    ("inquiry", "ask_nationality"),
    ("inquiry", "ask_tracing"),
    ("embassy", "ask_embassy"),
    ("embassy", "note_embassy_sent"),
    ("referral", "ask_again"),
    ("referral", "send"),
    ("referral", "supply_info"),
    ("referral", "disclose_identity"),
    ("referral", "report_visit"),
    ("referral", "report_remedy"),
    ("referral", "answer_remedy"),
    ("referral", "propose_plan"),
    ("referral", "schedule_handover"),
    ("referral", "reschedule"),
    ("referral", "sign_handover"),
}
# Steps that bring a child nearer to the border once the report is in.
TOWARDS_HOME = ("propose_plan", "schedule_handover", "reschedule", "sign_handover")


def codes(answer: Moved | Refused) -> set[str]:
    return {refusal.code for refusal in answer.refusals} if isinstance(answer, Refused) else set()


def bid(outcome: str = "family_reunion", **facts: object) -> f.BestInterestsFacts:
    return replace(f.BestInterestsFacts(LATELY, outcome, 3, True, False, weighed=True), **facts)


def test_a_child_needs_no_proof_of_means(policies: Policies) -> None:
    for child, wanted in ((True, set()), (False, {"findings_meet_definition"})):
        situation = ready("identification", "identify", child=child)
        assert situation.case is not None and situation.case.decision is not None
        made = replace(situation.case.decision, means=False)
        answer = decide("identification", "identify", with_case(situation, decision=made), policies)
        assert codes(answer) == wanted


def test_an_age_in_doubt_is_a_childs(policies: Policies) -> None:
    """The doubt is written as child=True with an unknown band; every guard treats it as a child."""
    situation = with_case(ready("care", "depart", child=True), age_band="unknown")
    assert isinstance(decide("care", "depart", situation, policies), Moved)
    unguarded = with_case(situation, guardian=None, best_interests=None)
    assert {"guardian_is_appointed", "best_interests_say_return"} <= codes(
        decide("care", "depart", unguarded, policies)
    )


@pytest.mark.parametrize(("machine", "step"), all_steps())
def test_the_guardian_comes_first(machine: str, step: str, policies: Policies) -> None:
    asked = "guardian_is_appointed" in {guard.name for guard in step_of(machine, step).guards}
    assert asked == ((machine, step) in WITH_GUARDIAN)
    if asked:
        alone = with_case(ready(machine, step, child=True), guardian=None)
        assert codes(decide(machine, step, alone, policies)) == {"guardian_is_appointed"}


@pytest.mark.parametrize("kind", sorted(NEEDS_GUARDIAN))
def test_no_weighty_record_about_a_child_without_a_guardian(kind: str, policies: Policies) -> None:
    child, adult = ready("care", "plan_return", child=True), ready("care", "plan_return")
    if kind == "identification_decision":
        # A decided case takes no other decision beside a step.
        child, adult = (with_case(each, identification="deciding") for each in (child, adult))
    assert not refusals_for(kind, child, policies)
    assert not refusals_for(kind, adult, policies)
    alone = refusals_for(kind, with_case(child, guardian=None), policies)
    assert [refusal.code for refusal in alone] == ["guardian_is_appointed"]


@pytest.mark.parametrize(
    ("keeper", "given", "refused"),
    [
        ({}, {"giver": "guardian"}, False),
        (None, {"giver": "guardian"}, True),
        ({"conflict_checked": False}, {"giver": "guardian"}, True),
        ({"until": LATELY}, {"giver": "guardian"}, True),
        ({}, {"giver": "guardian", GUARDIAN_ALLEGED: True}, True),
        # What the child says itself is written down, and carries nothing out of the house alone.
        (None, {"giver": "self"}, False),
    ],
)
def test_nobody_agrees_for_a_child_who_may_not_speak_for_it(
    keeper: dict[str, object] | None, given: dict[str, object], refused: bool, policies: Policies
) -> None:
    child = ready("referral", "disclose_identity", child=True)
    assert child.case is not None and child.case.guardian is not None
    guardian = None if keeper is None else replace(child.case.guardian, **keeper)
    asked = replace(with_case(child, guardian=guardian), given=given)
    assert [each.code for each in refusals_for("consent", asked, policies)] == ["guardian_who_agrees_serves"] * refused
    assert not refusals_for("consent_withdrawal", asked, policies), "to take it back needs nobody's leave"
    adult = replace(with_case(ready("referral", "disclose_identity"), guardian=None), given=given)
    assert not refusals_for("consent", adult, policies)


def test_safety_and_the_first_interview_wait_for_no_guardian(policies: Policies) -> None:
    alone = replace(
        with_case(ready("care", "plan_return", child=True), guardian=None), given={"guardian_name": "Suda Chaiyo"}
    )
    for kind in ("needs_assessment", "screening", "circumstances", "guardian_appointment"):
        assert not refusals_for(kind, alone, policies)
    for machine, step in (("identification", "presume"), ("care", "shelter_at_once"), ("care", "admit")):
        alone = with_case(ready(machine, step, child=True), guardian=None)
        assert isinstance(decide(machine, step, alone, policies), Moved)


@pytest.mark.parametrize(
    ("kind", "given", "wanted"),
    [
        ("guardian_appointment", {}, {"guardian_is_free_of_suspects"}),
        ("guardian_appointment", {"guardian_name": "Somchai", MAY_BE_ALLEGED: True}, {"guardian_is_free_of_suspects"}),
        ("guardian_appointment", {"guardian_name": "Somchai", "of_family": True}, {"guardian_is_free_of_suspects"}),
        ("guardian_appointment", {"guardian_name": "Somchai", MAY_BE_ALLEGED: False}, set()),
        ("circumstances", {TURNS_ADULT: True}, {"adulthood_was_assessed"}),
        ("circumstances", {TURNS_ADULT: False}, set()),
        ("age_assessment", FOUND_ADULT, set()),
        ("age_assessment", FOUND_ADULT | {"consent": False}, {"age_assessment_is_agreed"}),
        ("age_assessment", FOUND_ADULT | {"doubt_left": True}, {"adult_is_beyond_doubt"}),
        ("age_assessment", FOUND_ADULT | {"professions": ["police", "police"]}, {"adult_is_beyond_doubt"}),
        ("age_assessment", FOUND_ADULT | {"methods": ["physical"]}, {"milder_ways_came_first"}),
        ("age_assessment", FOUND_ADULT | {"methods": ["account", "physical"]}, {"milder_ways_came_first"}),
        ("age_assessment", FOUND_ADULT | {"methods": ["account", "physical"], "why_physical": "Nothing fits."}, set()),
        ("age_assessment", {"finding": "in_doubt", "methods": ["account"], "consent": False}, set()),
    ],
)
def test_what_a_record_about_a_child_needs(
    kind: str, given: dict[str, object], wanted: set[str], policies: Policies
) -> None:
    """Who is no adult stays a child, and nobody near the suspects or an accused family speaks for it."""
    situation = with_case(ready("care", "plan_return", child=True), family_complicity=True)
    found = refusals_for(kind, replace(situation, given=given), policies)
    assert {refusal.code for refusal in found} == wanted
    assert all(refusal.sources and "alleg" not in refusal.why for refusal in found)


def test_a_child_of_this_country_stays_by_what_the_panel_found(policies: Policies) -> None:
    """No referral is asked for: the child's own family or care in its own country is staying."""
    at_home = with_case(ready("care", "include_locally", child=True), nationality="TH")
    at_home = with_case(at_home, best_interests=bid("local_care"))
    assert isinstance(decide("care", "include_locally", at_home, policies), Moved)
    abroad = with_case(at_home, nationality="MM")
    assert codes(decide("care", "include_locally", abroad, policies)) == {"best_interests_say_stay"}
    undecided = with_case(at_home, best_interests=None)
    assert codes(decide("care", "include_locally", undecided, policies)) == {
        "best_interests_say_stay", "child_was_heard",
    }  # fmt: skip


def test_what_certifies_a_step_is_written_only_by_the_step(policies: Policies) -> None:
    for kind in ONLY_WITH_STEP:
        refusals = refusals_for(kind, ready("care", "plan_return"), policies)
        assert [refusal.code for refusal in refusals] == ["belongs_to_a_step"]
    closed = with_case(ready("care", "plan_return"), care="closed")
    assert [refusal.code for refusal in refusals_for("wish", closed, policies)] == ["case_is_open"]
    assert [guard.name for guard in guards_for("wish")] == ["case_is_open"]


@pytest.mark.parametrize("step", TOWARDS_HOME)
def test_trace_assess_hear_decide(step: str, policies: Policies) -> None:
    """OHCHR-G8.4: the determination is made with the report in hand, after hearing the child."""
    good = ready("referral", step, child=True)
    too_early = bid(on=TRACED_ON - timedelta(days=1))
    same_day = bid(on=TRACED_ON)
    unheard = bid(views_heard=False)
    too_young = bid(views_heard=False, views_reason=True)
    for determination, wanted in (
        (too_early, {"tracing_came_first"}),
        (same_day, set()),
        (unheard, {"child_was_heard"}),
        (too_young, set()),
    ):
        situation = with_case(good, best_interests=determination)
        assert codes(decide("referral", step, situation, policies)) == wanted
    untraced = with_referral(good, tracing=None)
    assert "tracing_came_first" in codes(decide("referral", step, untraced, policies))


@pytest.mark.parametrize("outcome", ["stay", "third_country", "not-yet-invented"])
def test_no_return_against_the_determination(outcome: str, policies: Policies) -> None:
    against = bid(outcome)
    for machine, step in [("care", "depart"), *(("referral", each) for each in TOWARDS_HOME)]:
        situation = with_case(ready(machine, step, child=True), best_interests=against)
        assert codes(decide(machine, step, situation, policies)) == {"best_interests_say_return"}


def test_the_panels_word_opens_the_other_ways(policies: Policies) -> None:
    situation = ready("referral", "find_no_safe_return", child=True)
    calm = with_case(situation, return_risk=None)
    assert codes(decide("referral", "find_no_safe_return", calm, policies)) == {"return_is_found_unsafe"}
    stays = with_case(calm, best_interests=bid("stay"))
    assert isinstance(decide("referral", "find_no_safe_return", stays, policies), Moved)
    # For an adult a determination means nothing: it is the person who chooses.
    adult = with_case(stays, child=False)
    assert isinstance(decide("referral", "find_no_safe_return", adult, policies), Refused)


def test_a_child_goes_to_people_known_to_be_safe(policies: Policies) -> None:
    good = ready("referral", "accept", child=True)
    family = f.TracingFacts(TRACED_ON, "confirmed", True, True, True, False)
    nothing = f.ReceptionFacts("mm-dor", True, SERVICES, False)
    cases = (
        (family, nothing, set()),
        (replace(family, family_found=False), nothing, {"child_has_somewhere_safe"}),
        (replace(family, family_willing=False), nothing, {"child_has_somewhere_safe"}),
        (replace(family, complicity_suspected=True), nothing, {"child_has_somewhere_safe"}),
        (replace(family, complicity_suspected=True), replace(nothing, family_or_care_arranged=True), set()),
    )
    for traced, offered, wanted in cases:
        situation = with_referral(good, tracing=traced, reception=offered)
        assert codes(decide("referral", "accept", situation, policies)) == wanted


def test_a_suspected_family_never_gets_the_child_back(policies: Policies) -> None:
    suspected = with_case(ready("referral", "sign_handover", child=True), family_complicity=True)
    assert codes(decide("referral", "sign_handover", suspected, policies)) == {"suspicion_was_weighed"}
    elsewhere = with_case(suspected, best_interests=bid("local_care"))
    assert isinstance(decide("referral", "sign_handover", elsewhere, policies), Moved)


def test_a_new_question_about_a_child_holds_the_case_open(policies: Policies) -> None:
    """An older determination does not answer a new one that is due."""
    asked_again = with_case(ready("care", "close", child=True), best_interests_due=True)
    assert codes(decide("care", "close", asked_again, policies)) == {"no_child_decision_is_open"}
    assert isinstance(decide("care", "close", with_case(asked_again, child=False), policies), Moved)


def test_a_childs_clocks_run_faster() -> None:
    wanted = {
        ("identification", "start_screening", "screen"): "child_protection",
        ("care", "admit", "review_placement"): "child_protection",
        ("care", "shelter_at_once", "review_placement"): "child_protection",
        ("referral", "send", "answer_referral"): "acknowledge_child",
        ("referral", "send", "await_answer"): "acknowledge_child",
    }
    for (machine, step, kind), clock in wanted.items():
        found = [e for e in step_of(machine, step).effects if isinstance(e, OpenTask) and e.kind == kind]
        assert [task.child_clock for task in found] == [clock]
    guardian = [
        effect
        for effect in step_of("identification", "presume").effects
        if isinstance(effect, OpenTask) and effect.kind == "appoint_guardian"
    ]
    assert [(task.only_child, task.clock) for task in guardian] == [(True, "child_protection")]


def test_a_guardian_serves_for_a_time() -> None:
    keeper = f.GuardianFacts(TODAY, TODAY + timedelta(days=3), True)
    assert [keeper.serves_on(TODAY + timedelta(days=n)) for n in (-1, 0, 3, 4)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("line", "until"),
    [
        # Each guardian: first day, last day, whether checked; days from today on.
        ([], None),
        ([(0, None, True)], None),
        ([(0, 9, True)], 9),
        ([(0, None, True), (5, None, True)], None),
        ([(0, 4, True), (5, 20, True)], 20),
        ([(0, 3, True), (5, 20, True)], 3),
        ([(0, None, True), (5, None, False)], 4),
        ([(0, None, True), (5, None, True), (8, 30, True)], 30),
    ],
)
def test_a_line_of_guardians_speaks_until_it_breaks(
    line: list[tuple[int, int | None, bool]], until: int | None
) -> None:
    def on(days: int | None) -> Any:
        return None if days is None else TODAY + timedelta(days=days)

    known: tuple[f.GuardianFacts, ...] = ()
    for since, last, checked in line:
        known = line_with(known, f.GuardianFacts(on(since), on(last), checked), TODAY)
    assert [each.since for each in known] == [on(since) for since, *_ in line]
    assert spoken_for_until(known, family_involved=False) == on(until)


def test_a_new_appointment_stands_for_all_that_would_begin_later() -> None:
    days = [TODAY + timedelta(days=n) for n in (0, 5, 9)]
    known: tuple[f.GuardianFacts, ...] = ()
    for since in days:
        known = line_with(known, f.GuardianFacts(since, None, True), TODAY)
    again = f.GuardianFacts(days[1], None, True)
    assert [each.since for each in line_with(known, again, TODAY)] == days[:2]
    assert line_from(known, days[2]) == known[2:] and line_from(known, days[2] - timedelta(days=1)) == known[1:]
