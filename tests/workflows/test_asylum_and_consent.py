"""Nothing about a person crosses a border without their live consent, and nothing at all during an asylum claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.casework.kinds import KINDS
from policies.model import Policies
from tests.workflows.breaking import consent_breaks, group_breaks
from tests.workflows.situations import (
    LATELY,
    TRACED_ON,
    all_steps,
    ready,
    step_of,
    with_case,
    with_consents,
    with_referral,
)
from workflows import facts as f
from workflows.effects import SendMessage
from workflows.engine import MACHINES, Moved, Refused, decide
from workflows.erasure_abroad import OF_ERASURE
from workflows.guards.transfers import agreed_groups
from workflows.recording import refusals_for
from workflows.step import Side, Step

REFERRAL = MACHINES["referral"]
# Messages of the conversation itself: they say that something was done, and nothing about the person.
PROTOCOL_ONLY = {
    "acknowledge",
    "decline",
    "return_for_info",
    "start_tracing",
    "check_nationality",
    "find_no_safe_return",
    "confirm_handover",
    "postpone",
    "sign_receipt",
    "report_not_received",
    "start_reintegration",
    "complete",
    "withdraw",
    "cancel",
    "request_end",
    "grant_end",
    "refuse_end",
    "tell_withdrawal",
    "confirm_withdrawal",
    "tell_withdrawal_back",
    "confirm_withdrawal_back",
    *OF_ERASURE,
}
# Which consent each message rests on that carries something about the person.
RESTS_ON = {
    "send": "notify_origin",
    "supply_info": "notify_origin",
    "disclose_identity": "notify_origin",
    "report_assessment": "contact_family",
    "ask_again": "notify_origin",
    "propose_plan": "return",
    "accept": "return",
    "schedule_handover": "return",
    "reschedule": "return",
    "sign_handover": "return",
    "report_visit": "reintegration_report",
    "report_remedy": "notify_origin",
    "answer_remedy": "reintegration_report",
}


def carried(row: Step) -> frozenset[str]:
    groups = (effect.carries for effect in row.effects if isinstance(effect, SendMessage))
    return frozenset[str]().union(*groups)


def codes(answer: Moved | Refused) -> set[str]:
    return {refusal.code for refusal in answer.refusals} if isinstance(answer, Refused) else set()


OUTWARD = [row for row in REFERRAL.steps if carried(row)]


def test_every_message_is_either_protocol_or_rests_on_a_consent() -> None:
    messages = {row.name for row in REFERRAL.steps if any(isinstance(e, SendMessage) for e in row.effects)}
    assert {row.name for row in OUTWARD} == set(RESTS_ON)
    assert messages - set(RESTS_ON) == PROTOCOL_ONLY
    for machine in ("identification", "care"):
        for row in MACHINES[machine].steps:
            assert not any(isinstance(effect, SendMessage) for effect in row.effects), row.name


def test_a_form_that_travels_with_a_protocol_message_speaks_of_officers_and_offices_only() -> None:
    """A shared form goes along whatever the message carries, so only these may hang on such a step."""
    travelling = {
        row.form for row in REFERRAL.steps if row.form and KINDS[row.form].shared and row.name in PROTOCOL_ONLY
    }
    assert travelling == {"handover_confirmation", "receipt", "suggestion"}


@pytest.mark.parametrize("row", OUTWARD, ids=lambda row: row.name)
def test_each_outward_step_has_its_consent_guard(row: Step) -> None:
    asked = [guard.name for guard in row.guards if guard.name.startswith("consent_for_")]
    assert len(asked) == 1
    assert asked[0].startswith(f"consent_for_{RESTS_ON[row.name]}")
    guard = next(guard for guard in row.guards if guard.name == asked[0])
    assert {"IOM-4", "WM-CONSENT"} <= set(guard.sources)


@pytest.mark.parametrize("child", [False, True], ids=["adult", "child"])
@pytest.mark.parametrize("row", OUTWARD, ids=lambda row: row.name)
def test_without_a_live_consent_nothing_leaves(row: Step, child: bool, policies: Policies) -> None:
    ways = consent_breaks(RESTS_ON[row.name])
    if row.name == "disclose_identity":
        ways += group_breaks("notify_origin", "identity")
    for way in ways:
        if way.child in (None, child):
            broken = way.change(ready("referral", row.name, child=child))
            refused = codes(decide("referral", row.name, broken, policies))
            assert [code for code in refused if code.startswith("consent_for_")], way


def test_a_consent_is_not_overridable(policies: Policies) -> None:
    for row in OUTWARD:
        for guard in row.guards:
            if guard.name.startswith(("consent_for_", "no_asylum", "country_is_not", "end_is_not")):
                assert not policies.overridable(guard.sources), guard.name


def test_the_words_say_what_is_wrong_with_the_consent(policies: Policies) -> None:
    situation = ready("referral", "send")
    withdrawn = with_consents(situation, lambda rows: tuple(replace(r, withdrawn_on=LATELY) for r in rows))
    missing = with_consents(situation, lambda rows: ())
    for broken, words in ((withdrawn, "has been withdrawn"), (missing, "is not recorded or has run out")):
        answer = decide("referral", "send", broken, policies)
        assert isinstance(answer, Refused)
        assert words in answer.refusals[0].sentence
        assert "telling the other country (MM)" in answer.refusals[0].sentence


# ------------------------------------------------------------------ asylum


@pytest.mark.parametrize("row", [row for row in OUTWARD if row.by is Side.SENDER], ids=lambda row: row.name)
def test_an_open_claim_stops_everything_towards_the_country_of_origin(row: Step, policies: Policies) -> None:
    for child in (False, True):
        for start in row.start:
            claims = with_case(ready("referral", row.name, child=child, start=start.value), asylum_claim=True)
            assert codes(decide("referral", row.name, claims, policies)) == {"no_asylum_claim_is_open"}


@pytest.mark.parametrize("step", ["plan_return", "depart"])
def test_an_open_claim_stops_the_way_home(step: str, policies: Policies) -> None:
    claims = with_case(ready("care", step), asylum_claim=True)
    assert codes(decide("care", step, claims, policies)) == {"no_asylum_claim_is_open"}


def test_during_a_claim_the_sender_can_still_end_and_the_person_can_still_stay(policies: Policies) -> None:
    free = set()
    for machine, step in all_steps():
        row = step_of(machine, step)
        situation = ready(machine, step)
        if machine == "referral" and row.by is Side.SENDER:
            if isinstance(decide(machine, step, with_case(situation, asylum_claim=True), policies), Moved):
                free.add(step)
        elif machine == "identification" or step in {"admit", "move_placement", "start_recovery", "close"}:
            assert isinstance(decide(machine, step, with_case(situation, asylum_claim=True), policies), Moved)
    assert free == {"approve", "find_no_safe_return", "postpone", "withdraw", "cancel", "request_end"}
    undecided = with_case(ready("care", "include_locally"), wish=None, asylum_claim=True)
    assert isinstance(decide("care", "include_locally", undecided, policies), Moved)


# ------------------------------------------------------------------ saying no changes nothing else


def without(purpose: str, situation: f.Situation) -> f.Situation:
    return with_consents(situation, lambda rows: tuple(row for row in rows if row.purpose != purpose))


@pytest.mark.parametrize(("machine", "step"), all_steps())
def test_a_consent_matters_only_where_it_is_used(machine: str, step: str, policies: Policies) -> None:
    """Refusing one use lowers nothing else: no shelter, no plan, no other message asks for it."""
    needed = {RESTS_ON.get(step)} if machine == "referral" else set()
    if step == "start_tracing":
        needed = {"contact_family"}
    if machine == "inquiry" and step.startswith("ask_") and step != "ask_to_forget":
        needed = {"notify_origin"} | ({"contact_family"} if step == "ask_tracing" else set())
    if machine == "embassy" and step in {"ask_embassy", "note_embassy_sent"}:
        needed = {"notify_origin"}
    for purpose in ("notify_origin", "contact_family", "return", "reintegration_report"):
        answer = decide(machine, step, without(purpose, ready(machine, step)), policies)
        assert isinstance(answer, Refused) == (purpose in needed)


def test_who_keeps_the_family_out_can_go_home_all_the_same(policies: Policies) -> None:
    """Nationality is checked alone, and a report without news of the family needs no consent to contact them."""
    asked = without("contact_family", ready("referral", "check_nationality"))
    assert codes(decide("referral", "start_tracing", asked, policies)) == {"consent_for_contact_family"}
    assert isinstance(decide("referral", "check_nationality", asked, policies), Moved)
    report = without("contact_family", ready("referral", "report_assessment"))
    assert codes(decide("referral", "report_assessment", report, policies)) == {"consent_for_contact_family"}
    silent = f.TracingFacts(TRACED_ON, "confirmed", False, False, False, False)
    assert isinstance(
        decide("referral", "report_assessment", with_referral(report, tracing=silent), policies), Moved
    )
    for step in ("propose_plan", "schedule_handover", "sign_handover"):
        alone = with_referral(without("contact_family", ready("referral", step)), tracing=silent)
        assert isinstance(decide("referral", step, alone, policies), Moved)


def test_a_suspected_family_hears_nothing(policies: Policies) -> None:
    """Practice G11: while the consent to contact them lives, a name is not disclosed to who would trace them."""
    suspected = with_case(ready("referral", "disclose_identity"), family_complicity=True)
    assert codes(decide("referral", "disclose_identity", suspected, policies)) == {"suspected_family_stays_out"}
    ended = without("contact_family", suspected)
    assert isinstance(decide("referral", "disclose_identity", ended, policies), Moved)


def test_a_suspicion_is_weighed_and_does_not_close_the_country(policies: Policies) -> None:
    report = f.TracingFacts(LATELY, "confirmed", True, True, True, True)
    situation = with_referral(ready("referral", "propose_plan"), tracing=report)
    assert isinstance(decide("referral", "propose_plan", situation, policies), Moved)
    assert situation.case is not None and situation.case.return_risk is not None
    # Made a day before the report; still young enough for everything else.
    before = LATELY - timedelta(days=1)
    stale = with_case(situation, return_risk=replace(situation.case.return_risk, on=before))
    assert codes(decide("referral", "propose_plan", stale, policies)) == {"suspicion_was_weighed"}


@pytest.mark.parametrize(
    ("recipient", "named", "told"),
    [
        ("*", ["th-shelter-tak"], "anybody who helps"),
        ("*", ["TH"], "anybody who helps"),
        ("TH", ["th-ngo"], "TH"),
        ("MM", ["mm-dor"], "MM"),
        ("th-datip", ["th-datip"], None),
        ("TH", ["th-ngo", "TH"], None),
        ("TH", ["mm-dor"], None),
        ("th-rtp", ["th-police-tak"], None),
        ("*", [], None),
    ],
)
def test_a_consent_taken_back_from_one_is_not_carried_on_by_a_wider_one(
    recipient: str, named: list[str], told: str | None, policies: Policies
) -> None:
    situation = with_case(ready("care", "close"), consents=(row_to(recipient),))
    given = {"purposes": ["assistance"], "recipients": named}
    refusals = refusals_for("consent_withdrawal", replace(situation, given=given), policies)
    sentence = f"A wider consent goes on and covers them too: {told}."
    assert [each.sentence for each in refusals] == ([sentence] if told else [])
    other = {**given, "purposes": ["return"]}
    assert refusals_for("consent_withdrawal", replace(situation, given=other), policies) == ()
    gone = with_case(situation, consents=(replace(row_to(recipient), withdrawn_on=LATELY),))
    assert refusals_for("consent_withdrawal", replace(gone, given=given), policies) == ()


def test_a_consent_to_one_office_is_none_for_the_other_offices_of_its_body(policies: Policies) -> None:
    case, today = ready("care", "close").case, ready("care", "close").today
    assert case is not None

    def agreed(recipient: str, office: str, country: str = "TH") -> bool:
        asked = replace(case, country=country, consents=(row_to(recipient),))
        return bool(agreed_groups(asked, office, today, policies))

    assert agreed("th-rtp", "th-rtp")
    assert not agreed("th-rtp", "th-police-tak"), "the code of the body is the code of one of its offices"
    assert not agreed("vn-molisa", "vn-shelter-province", "VN")
    assert agreed("TH", "th-police-tak")
    bodies = {
        (country.code, office.organisation, office.code)
        for country in policies.countries.values()
        for office in country.offices
        if office.organisation not in {each.code for each in country.offices}
    }
    assert bodies
    assert all(agreed(body, office, country) for country, body, office in bodies), "a body of its own name means all"


def row_to(recipient: str) -> f.ConsentFacts:
    return f.ConsentFacts("assistance", recipient, frozenset({"needs"}), "self", LATELY)
