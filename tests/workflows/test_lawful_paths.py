"""Ways that must stay open: nobody waits for what cannot happen, nobody is held by another country's silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from policies.model import Policies
from tests.workflows.situations import (
    LATELY,
    LONG_AGO,
    TODAY,
    TRAINED,
    actor,
    case,
    decision,
    ready,
    referral,
    with_case,
    with_referral,
)
from workflows import facts as f
from workflows.engine import Moved, Refused, decide
from workflows.facts import CaseFacts, ReferralFacts, Situation, Today
from workflows.guards.closing import window_end
from workflows.step import Side

CLOSED_FROM = (
    "intake",
    "sheltered",
    "recovering",
    "planning_return",
    "including_locally",
    "resettling",
    "reintegrating",
)


def codes(answer: Moved | Refused) -> set[str]:
    return {refusal.code for refusal in answer.refusals} if isinstance(answer, Refused) else set()


# ------------------------------------------------------------------ the whole way


@pytest.mark.parametrize("child", [False, True], ids=["adult", "child"])
def test_the_whole_way_home(child: bool, policies: Policies) -> None:
    """One case and both copies, step after step, with the facts that each step leaves to the next."""
    home = replace(case(child), identification="reported", care="intake")
    away = replace(case(child, "MM"), care="awaiting_arrival", visits=4)
    sender, receiver = referral(Side.SENDER, child), referral(Side.RECEIVER, child)
    moment = Today(ready("care", "admit").today.now, TODAY)

    def on_case(machine: str, step: str, facts: CaseFacts, system: bool = False) -> CaseFacts:
        known = Situation(actor(facts.country, system), moment, facts, signing=TRAINED)
        answer = decide(machine, step, known, policies)
        assert isinstance(answer, Moved), (step, answer)
        return replace(facts, **{machine: answer.to})

    def between(step: str) -> None:
        nonlocal sender, receiver, home
        by_sender = step in BY_SENDER
        copy, here = (sender, home) if by_sender else (receiver, away)
        country = "TH" if by_sender else "MM"
        answer = decide("referral", step, Situation(actor(country), moment, here, copy), policies)
        assert isinstance(answer, Moved), (step, answer)
        sender, receiver = (replace(each, state=answer.to) for each in (sender, receiver))
        home = replace(home, referral_state=answer.to)

    for step in ("start_screening", "presume", "open_decision", "identify"):
        home = on_case("identification", step, home)
    for step in ("shelter_at_once", "admit", "move_placement", "start_recovery", "plan_return"):
        home = on_case("care", step, home)
    for step in TO_THE_BORDER:
        between(step)
    home = on_case("care", "depart", home)
    between("sign_handover")
    assert isinstance(decide("care", "turn_back", Situation(actor(), moment, home), policies), Refused)
    between("sign_receipt")
    home = on_case("care", "record_handover", replace(home, receipt_signed=True), system=True)
    home = replace(home, closure=f.ClosureFacts(TODAY, "handed_over", True, True, False))
    away = replace(away, receipt_signed=True)
    between("start_reintegration")
    away = on_case("care", "arrive", away)
    for step in ("report_visit", "complete"):
        between(step)
    assert (sender.state, receiver.state) == ("completed", "completed")
    assert on_case("care", "close", home).care == "closed"
    assert on_case("care", "close", away).care == "closed"


BY_SENDER = {"approve", "send", "disclose_identity", "propose_plan", "schedule_handover", "sign_handover"}
TO_THE_BORDER = (
    "approve",
    "send",
    "acknowledge",
    "disclose_identity",
    "start_tracing",
    "report_assessment",
    "propose_plan",
    "accept",
    "schedule_handover",
    "confirm_handover",
)


# ------------------------------------------------------------------ a bed for tonight


@pytest.mark.parametrize("stands", ["reported", "screening", "screened_out", "not_identified", "presumed"])
@pytest.mark.parametrize("child", [False, True], ids=["adult", "child"])
def test_a_safe_place_waits_for_no_presumption(stands: str, child: bool, policies: Policies) -> None:
    tonight = ready("care", "shelter_at_once", child=child)
    tonight = with_case(tonight, identification=stands, rights=None, guardian=None, screening=None, needs=None)
    answer = decide("care", "shelter_at_once", tonight, policies)
    assert isinstance(answer, Moved)
    assert answer.to == "intake", "it opens nothing else"
    if stands != "presumed":
        assert "person_is_presumed_or_identified" in codes(decide("care", "admit", tonight, policies))


def test_even_tonight_no_cell_and_no_force(policies: Policies) -> None:
    situation = ready("care", "shelter_at_once")
    cell = with_case(situation, placement=f.PlacementFacts(TODAY, "police_cell", True))
    assert codes(decide("care", "shelter_at_once", cell, policies)) == {"place_is_not_custodial"}
    declined = with_case(situation, rights=f.NoticeFacts(TODAY, True, True, "declined"))
    assert codes(decide("care", "shelter_at_once", declined, policies)) == {"help_is_not_declined"}


def test_declining_help_closes_nothing_else(policies: Policies) -> None:
    """OHCHR-G6.2: the decision goes on, remedies stay, and a later yes is as good as an early one."""
    declined = f.NoticeFacts(LATELY, True, True, "declined")
    for machine, step in (("identification", "open_decision"), ("identification", "identify"), ("care", "close")):
        assert isinstance(decide(machine, step, with_case(ready(machine, step), rights=declined), policies), Moved)


# ------------------------------------------------------------------ staying


@pytest.mark.parametrize("step", ["include_locally", "resettle", "resume_recovery"])
def test_nobody_waits_for_another_country_to_stay(step: str, policies: Policies) -> None:
    waiting = with_case(ready("care", step), open_referrals=1, referral_state="sent")
    assert isinstance(decide("care", step, waiting, policies), Moved)


@pytest.mark.parametrize(
    ("ground", "facts"),
    [
        ("wish", {"wish": f.WishFacts(TODAY, "stay", True, True)}),
        ("risk", {"return_risk": f.ReturnRiskFacts(TODAY, "serious", True, TODAY)}),
        ("asylum", {"asylum_claim": True}),
    ],
)
def test_a_referral_left_open_cannot_carry_home_who_stays(
    ground: str, facts: dict[str, object], policies: Policies
) -> None:
    stays = with_case(ready("care", "include_locally"), **{"wish": None, **facts})
    assert isinstance(decide("care", "include_locally", stays, policies), Moved)
    for step in ("propose_plan", "schedule_handover", "reschedule", "sign_handover"):
        situation = with_case(ready("referral", step), **facts)
        assert isinstance(decide("referral", step, situation, policies), Refused), ground
        assert isinstance(decide("referral", "withdraw", with_referral(situation, state="assessed"), policies), Moved)


@pytest.mark.parametrize("state", ["no_safe_return", "declined"])
def test_a_refused_or_unsafe_return_opens_the_other_ways(state: str, policies: Policies) -> None:
    for step in ("include_locally", "resettle"):
        undecided = with_case(ready("care", step), wish=None)
        assert codes(decide("care", step, undecided, policies)) == {"wish_or_unsafe_return"}
        assert isinstance(decide("care", step, with_case(undecided, referral_state=state), policies), Moved)


@pytest.mark.parametrize("missing", ["denied", "not_found"])
def test_a_denied_nationality_strands_nobody(missing: str, policies: Policies) -> None:
    situation = with_case(ready("referral", "find_no_safe_return"), return_risk=None)
    assert situation.referral is not None and situation.referral.tracing is not None
    denied = with_referral(situation, tracing=replace(situation.referral.tracing, nationality=missing))
    assert isinstance(decide("referral", "find_no_safe_return", denied, policies), Moved)


# ------------------------------------------------------------------ closing


@pytest.mark.parametrize("child", [False, True], ids=["adult", "child"])
@pytest.mark.parametrize("care", CLOSED_FROM)
def test_the_dead_and_the_unreachable_are_not_kept_open(care: str, child: bool, policies: Policies) -> None:
    for gone in (
        {"deceased": True, "closure": f.ClosureFacts(TODAY, "deceased", False, False, False)},
        {"closure": f.ClosureFacts(TODAY, "lost_contact", False, False, True), "contact_lost": True},
    ):
        for stands in ("screening", "presumed", "deciding", "identified", "reconsidering"):
            situation = with_case(
                ready("care", "close", child=child),
                care=care,
                identification=stands,
                remedies_notice=None,
                visits=0,
                # Whose bed in a shelter stays empty is missing, and is searched for first.
                missing=care == "sheltered",
                **gone,
            )
            assert isinstance(decide("care", "close", situation, policies), Moved), (gone, stands)


def test_death_ends_no_trial_and_no_claim(policies: Policies) -> None:
    legal = f.LegalFacts(LATELY, 1, True, 1, False)
    dead = with_case(ready("care", "close"), deceased=True, legal=legal, open_referrals=1)
    assert codes(decide("care", "close", dead, policies)) == {"nothing_legal_is_open", "no_referral_is_open"}


def test_who_never_arrived_is_not_waited_for(policies: Policies) -> None:
    expected = with_case(
        ready("care", "close"),
        care="awaiting_arrival",
        closure=f.ClosureFacts(TODAY, "other", False, False, False),
        remedies_notice=None,
        legal=None,
    )
    assert isinstance(decide("care", "close", expected, policies), Moved)
    arrived = with_case(expected, receipt_signed=True)
    assert codes(decide("care", "close", arrived, policies)) == {"closure_is_recorded", "remedies_were_explained"}


def test_after_a_no_the_case_ends_with_the_window_and_not_before(policies: Policies) -> None:
    told = f.ClosureFacts(TODAY, "not_trafficked", True, False, False)
    for stands in ("not_identified", "screened_out"):
        situation = with_case(ready("care", "close"), identification=stands, negative_on=TODAY, closure=told)
        for days, closed in ((0, False), (30, False), (31, True)):
            day = TODAY + timedelta(days=days)
            later = replace(situation, today=Today(situation.today.now, day))
            answer = decide("care", "close", later, policies)
            assert isinstance(answer, Moved) == closed, (stands, days, answer)
        assert situation.case is not None
        assert window_end(situation.case, policies) == (TODAY + timedelta(days=30)).isoformat()


def test_a_no_can_be_looked_at_again(policies: Policies) -> None:
    late = with_case(ready("identification", "ask_reconsideration"), negative_on=LONG_AGO)
    assert isinstance(decide("identification", "ask_reconsideration", late, policies), Moved)
    # Another country's decision ends the question wherever it stands (ACTIP 14.2).
    again = ready("identification", "recognise", start="reconsidering")
    assert isinstance(decide("identification", "recognise", again, policies), Moved)
    second = with_case(ready("identification", "identify", start="reconsidering"), earlier_deciders={"decider-1"})
    assert codes(decide("identification", "identify", second, policies)) == {"decider_is_new"}
    other = with_case(second, decision=decision("identified", "decider-2"))
    assert isinstance(decide("identification", "identify", other, policies), Moved)


# ------------------------------------------------------------------ at the border and after


def test_between_two_hands_nobody_turns_back_alone(policies: Policies) -> None:
    for state, alone in (("handed_over", False), ("received", False), ("postponed", True), ("cancelled", True)):
        situation = with_case(ready("care", "turn_back"), referral_state=state)
        assert isinstance(decide("care", "turn_back", situation, policies), Moved) == alone


def test_a_receipt_is_entered_late_but_never_early(policies: Policies) -> None:
    """A post without network: signed on the day of the handover, entered when the line is back."""
    situation = ready("referral", "sign_receipt")
    later = replace(situation, today=Today(situation.today.now, TODAY + timedelta(days=2)))
    assert isinstance(decide("referral", "sign_receipt", later, policies), Moved)
    earlier = with_referral(later, receipt=f.ReceiptFacts(TODAY - timedelta(days=1), True, "none"))
    assert codes(decide("referral", "sign_receipt", earlier, policies)) == {"person_is_here"}


def test_a_signed_receipt_wins_over_a_request_to_end(policies: Policies) -> None:
    asked = with_referral(ready("referral", "sign_receipt"), end_asked="consent_withdrawn")
    assert isinstance(decide("referral", "sign_receipt", asked, policies), Moved)
    assert isinstance(decide("referral", "refuse_end", ready("referral", "refuse_end"), policies), Moved)
    granted = with_referral(ready("referral", "grant_end"), state="received")
    assert "wrong_state" in codes(decide("referral", "grant_end", granted, policies))


@pytest.mark.parametrize("state", ["received", "in_reintegration"])
def test_a_referral_ends_when_the_person_is_gone(state: str, policies: Policies) -> None:
    unfinished = with_referral(ready("referral", "complete", start=state), visits=0)
    assert codes(decide("referral", "complete", unfinished, policies)) == {"visits_are_made"}
    for gone in ({"deceased": True}, {"contact_lost": True}):
        assert isinstance(decide("referral", "complete", with_case(unfinished, **gone), policies), Moved)


def test_who_does_not_want_reports_to_travel_is_visited_all_the_same(policies: Policies) -> None:
    silent = with_case(with_referral(ready("referral", "complete"), visits=0), consents=(), visits=4)
    assert isinstance(decide("referral", "complete", silent, policies), Moved)


def test_a_late_request_is_not_asked_in_ones_own_turn(policies: Policies) -> None:
    for state in ("assessed", "accepted", "handover_scheduled", "postponed", "returned_for_info"):
        situation = ready("referral", "request_end", start=state)
        assert codes(decide("referral", "request_end", situation, policies)) == {"the_turn_is_theirs"}
        for step in ("withdraw", "cancel"):
            assert isinstance(decide("referral", step, situation, policies), Moved)


def test_a_copy_knows_its_other_end() -> None:
    copy = ReferralFacts("sender", "TH", "MM", "draft", False)
    assert (copy.other_country, replace(copy, side="receiver").other_country) == ("MM", "TH")
