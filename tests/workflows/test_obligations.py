"""The guards of the practice (G01 to G20) stand at the steps where the practice wants them, and stay there.

The table is written from the practice, not from the code: who takes a guard away has to come here and say so.
G06 (help never depends on cooperation) is test_cooperation.py; G21 (need to know) belongs to the app.
"""

from __future__ import annotations

import pytest

from tests.workflows.situations import all_steps, step_of
from workflows.engine import MACHINES

ID, C, R = "identification", "care", "referral"
DECISIONS = [(ID, "identify"), (ID, "not_identify"), (ID, "uphold")]
PLACEMENTS = [(C, "shelter_at_once"), (C, "admit"), (C, "assist_outside"), (C, "move_placement")]
# From the plan to the bridge.
PLANNING = [(R, "propose_plan"), (R, "schedule_handover"), (R, "reschedule"), (R, "sign_handover")]
LEAVING = [(C, "depart"), *PLANNING]
SHARING = [(R, "send"), (R, "supply_info"), (R, "disclose_identity"), *PLANNING]

OBLIGATIONS: dict[str, list[tuple[list[tuple[str, str]], set[str]]]] = {
    "G01": [(PLACEMENTS, {"place_is_not_custodial", "place_fits_the_person"})],
    "G02": [([(ID, "presume"), (ID, "presume_again")], {"an_indicator_has_reasons"})],
    "G03": [
        (
            [(ID, "presume"), (ID, "presume_again"), (ID, "screen_out")],
            {"screening_is_recorded", "interview_was_safe"},
        )
    ],
    "G04": [
        (
            [*DECISIONS, (ID, "open_decision"), (C, "start_recovery"), (C, "plan_return"), (R, "send"), *LEAVING],
            {"guardian_is_appointed"},
        )
    ],
    "G05": [
        ([(C, "plan_return"), *LEAVING], {"identification_is_positive"}),
        ([(C, "close")], {"identification_is_settled"}),
    ],
    "G07": [
        (
            DECISIONS,
            {"authority_is_competent", "decider_is_not_screener", "reasons_are_written", "decider_is_new"},
        ),
        ([(ID, "identify")], {"decision_says_identified", "findings_meet_definition"}),
        ([(ID, "not_identify"), (ID, "uphold")], {"decision_says_not_identified", "person_was_told"}),
    ],
    "G08": [
        ([(ID, "open_decision"), (C, "start_recovery"), (C, "assist_outside")], {"rights_were_explained"}),
    ],
    "G09": [
        ([(C, "admit"), (C, "assist_outside")], {"assistance_is_accepted"}),
        ([(C, "shelter_at_once")], {"help_is_not_declined"}),
    ],
    "G10": [
        (SHARING, {"no_asylum_claim_is_open", "country_is_not_blocked", "end_is_not_asked"}),
        ([(R, "send"), (R, "supply_info")], {"consent_for_notify_origin"}),
        ([(R, "disclose_identity")], {"consent_for_notify_origin_of_identity"}),
        ([*PLANNING, (R, "accept")], {"consent_for_return"}),
        ([(R, "send")], {
            "another_has_approved", "agreement_is_in_force", "receiving_office_is_known", "receiving_contact_is_valid",
        }),
        ([(C, "plan_return"), (C, "depart")], {"no_asylum_claim_is_open"}),
    ],
    "G11": [
        ([(R, "start_tracing"), (R, "report_assessment")], {"consent_for_contact_family"}),
        ([(R, "start_tracing"), (R, "check_nationality")], {"identity_is_disclosed"}),
        ([(R, "disclose_identity")], {"suspected_family_stays_out"}),
        (PLANNING, {"suspicion_was_weighed"}),
    ],
    "G12": [(PLANNING, {"nationality_is_confirmed"}), ([(R, "report_assessment")], {"tracing_is_reported"})],
    "G13": [
        (
            LEAVING,
            {"return_is_wished_for", "return_risk_is_valid", "family_risk_is_covered", "return_risk_is_bearable"},
        ),
        ([(C, "depart"), (R, "propose_plan")], {"return_plan_covers_life"}),
    ],
    "G14": [([(C, "depart"), (R, "schedule_handover")], {"proceedings_were_considered"})],
    "G15": [
        (LEAVING, {"best_interests_say_return", "child_was_heard"}),
        (PLANNING, {"tracing_came_first"}),
        ([(R, "accept")], {"child_has_somewhere_safe"}),
        ([(C, "depart"), (R, "propose_plan")], {"child_has_an_escort"}),
    ],
    "G16": [
        (
            [(C, "depart"), (R, "schedule_handover"), (R, "reschedule"), (R, "sign_handover")],
            {"travel_document_is_valid"},
        )
    ],
    "G17": [
        (
            [(R, "sign_handover")],
            {
                "journey_has_begun",
                "officers_are_named",
                "day_has_come",
                "person_reconfirmed_today",
                "handover_is_complete",
            },
        ),
        ([(R, "schedule_handover"), (R, "reschedule")], {
            "border_point_is_agreed", "border_contact_is_valid", "day_is_ahead",
        }),
    ],
    "G18": [([(C, "depart"), (R, "schedule_handover")], {"claims_have_a_route"})],
    "G19": [
        ([(R, "sign_receipt")], {"person_is_here"}),
        ([(C, "record_handover"), (C, "arrive")], {"receipt_is_signed"}),
        ([(C, "arrive"), (R, "start_reintegration")], {"case_manager_is_named", "reintegration_is_planned"}),
    ],
    "G20": [
        (
            [(C, "close")],
            {
                "closure_is_recorded",
                "no_referral_is_open",
                "no_matter_is_open",
                "nothing_legal_is_open",
                "remedies_were_explained",
                "no_child_decision_is_open",
                "monitoring_is_done",
            },
        ),
        ([(R, "complete")], {"visits_are_made"}),
    ],
}


@pytest.mark.parametrize("rule", OBLIGATIONS)
def test_the_obligation_stands(rule: str) -> None:
    for steps, wanted in OBLIGATIONS[rule]:
        for machine, step in steps:
            asked = {guard.name for guard in step_of(machine, step).guards}
            assert wanted <= asked, f"{rule}: {machine}.{step} no longer asks {wanted - asked}"


def test_the_table_is_whole() -> None:
    assert set(OBLIGATIONS) == {f"G{number:02}" for number in range(1, 21)} - {"G06"}
    cited = {guard.rule for spec in MACHINES.values() for row in spec.steps for guard in row.guards if guard.rule}
    assert cited == set(OBLIGATIONS), "rules that guards cite and the table does not know, or the other way round"


def test_every_step_with_a_place_asks_what_kind_of_place() -> None:
    found = [(machine, step) for machine, step in all_steps() if step_of(machine, step).form == "placement"]
    assert sorted(found) == sorted(PLACEMENTS)


def test_nobody_is_moved_or_spoken_about_who_is_not_there() -> None:
    for machine, step in [*PLACEMENTS, *LEAVING, (C, "start_recovery"), (C, "plan_return"), (R, "send")]:
        assert "person_is_with_us" in {guard.name for guard in step_of(machine, step).guards}, step


def test_a_closed_case_is_not_decided_on() -> None:
    for row in MACHINES[ID].steps:
        assert "case_is_open" in {guard.name for guard in row.guards}, row.name
    # Opening again is the one way out, and asks first.
    assert [row.name for row in MACHINES[C].steps if "closed" in {start.value for start in row.start}] == ["reopen"]
