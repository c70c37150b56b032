"""Care: shelter, recovery and the way on: home, staying, or a third country."""

from __future__ import annotations

from enum import StrEnum

from workflows.effects import CloseTask, OpenTask
from workflows.guards import closing, consent, returning
from workflows.guards.children import (
    best_interests_say_return,
    best_interests_say_stay,
    best_interests_say_third_country,
    child_has_an_escort,
    child_was_heard,
    guardian_is_appointed,
    no_child_decision_is_open,
    placement_serves_the_child,
    return_planning_serves_the_child,
)
from workflows.guards.daily import refused_leave_is_answered
from workflows.guards.deciding import decision_is_known_to_the_person
from workflows.guards.legal import person_is_free, stay_for_proceedings_is_kept, testimony_was_offered
from workflows.guards.protection import (
    assistance_is_accepted,
    care_plan_is_agreed,
    case_manager_is_named,
    help_is_not_declined,
    needs_are_assessed,
    needs_are_up_to_date,
    person_is_presumed_or_identified,
    person_is_with_us,
    place_fits_the_person,
    place_is_not_custodial,
    rights_were_explained,
    wish_or_unsafe_return,
)
from workflows.guards.relatives import family_was_checked
from workflows.guards.shelter import (
    admission_is_signed,
    bed_is_confirmed,
    bed_still_fits,
    extension_is_authorised,
    extension_is_within_limit,
    shelter_is_named,
)
from workflows.guards.threats import no_threat_is_unassessed
from workflows.identification import EXPLAIN_REMEDIES
from workflows.step import Fork, MachineSpec, Step


class Care(StrEnum):
    """Where the person's protection and recovery stands."""

    INTAKE = "intake"
    SHELTERED = "sheltered"
    RECOVERING = "recovering"
    PLANNING_RETURN = "planning_return"
    RETURNING = "returning"
    HANDED_OVER = "handed_over"
    INCLUDING_LOCALLY = "including_locally"
    RESETTLING = "resettling"
    AWAITING_ARRIVAL = "awaiting_arrival"
    REINTEGRATING = "reintegrating"
    CLOSED = "closed"


C = Care

SAFE_PLACE = (place_is_not_custodial, place_fits_the_person, shelter_is_named, bed_is_confirmed, bed_still_fits)
SAFE_RETURN = (
    returning.identification_is_positive,
    returning.return_is_wished_for,
    consent.no_asylum_claim_is_open,
    returning.return_risk_is_valid,
    returning.family_risk_is_covered,
    returning.return_risk_is_bearable,
    guardian_is_appointed,
    best_interests_say_return,
    child_was_heard,
    child_has_an_escort,
)

# Where a case goes on that is opened again: to where it was closed, but a bed and a journey have to be given anew.
REOPENED = Fork(
    "closed_from",
    {
        "intake": C.INTAKE, "including_locally": C.INCLUDING_LOCALLY, "resettling": C.RESETTLING,
        "reintegrating": C.REINTEGRATING, "*": C.RECOVERING,
    },
)  # fmt: skip

STEPS = (
    # Before anybody has been presumed: a bed for tonight opens nothing else and closes nothing (TH-ATA-29).
    Step(
        "shelter_at_once", "Give a safe place at once", (C.INTAKE,), None, "care:admit",
        (person_is_with_us, help_is_not_declined, *SAFE_PLACE),
        # Another bed is no other first day: the time of the first one goes on.
        (OpenTask("review_placement", "shelter_manager", "temporary_protection", "child_protection", once=True),),
        form="placement", form_required=True,
    ),
    # Each further day is looked at anew: leave of an authority is the longest time, not a reason to wait.
    Step(
        "extend_stay", "Extend temporary protection", (C.INTAKE,), None, "care:admit",
        (person_is_with_us, help_is_not_declined, place_is_not_custodial, extension_is_authorised,
         extension_is_within_limit),
        (CloseTask("review_placement"),
         OpenTask("review_placement", "shelter_manager", "temporary_protection", "child_protection")),
        form="stay_extension", form_required=True,
    ),
    Step(
        "admit", "Admit to a safe place", (C.INTAKE,), C.SHELTERED, "care:admit",
        (person_is_presumed_or_identified, person_is_with_us, *SAFE_PLACE, assistance_is_accepted, admission_is_signed),
        (CloseTask("review_placement"),
         OpenTask("review_placement", "shelter_manager", "placement_review", "child_protection"),
         OpenTask("write_care_plan", "social_worker", "care_plan")),
        form="placement",
    ),
    Step(
        "assist_outside", "Assist outside a shelter", (C.INTAKE,), C.RECOVERING, "care:admit",
        (person_is_presumed_or_identified, person_is_with_us, *SAFE_PLACE, assistance_is_accepted,
         rights_were_explained, admission_is_signed),
        (CloseTask("review_placement"),
         OpenTask("review_placement", "shelter_manager", "placement_review", "child_protection"),
         OpenTask("write_care_plan", "social_worker", "care_plan")),
        form="placement",
    ),
    Step(
        "move_placement", "Move to another place",
        (C.SHELTERED, C.RECOVERING, C.PLANNING_RETURN, C.INCLUDING_LOCALLY, C.RESETTLING, C.REINTEGRATING),
        None, "care:move",
        (person_is_with_us, *SAFE_PLACE, placement_serves_the_child, admission_is_signed),
        (CloseTask("review_placement"),
         OpenTask("review_placement", "shelter_manager", "placement_review", "child_protection")),
        form="placement", form_required=True,
    ),
    Step(
        "confirm_placement", "Confirm the place",
        (C.SHELTERED, C.RECOVERING, C.PLANNING_RETURN, C.INCLUDING_LOCALLY, C.RESETTLING, C.REINTEGRATING),
        None, "care:move",
        (person_is_with_us, *SAFE_PLACE, placement_serves_the_child),
        (CloseTask("review_placement"), OpenTask("review_placement", "shelter_manager", "placement_review")),
    ),
    Step(
        "start_recovery", "Start recovery", (C.SHELTERED,), C.RECOVERING, "care:plan",
        (person_is_with_us, rights_were_explained, needs_are_assessed, needs_are_up_to_date, care_plan_is_agreed,
         guardian_is_appointed),
        # The place is looked at as long as somebody lives there: its clock goes on.
        (CloseTask("read_rights"), CloseTask("assess_needs"), CloseTask("write_care_plan", by_the_way=True),
         CloseTask("review_care_plan", by_the_way=True),
         OpenTask(
             "review_care_plan", "case_manager", "care_plan_review", due_on="plan_due", soonest=True, agreed=True
         )),
        form="care_plan",
    ),
    Step(
        "plan_return", "Plan the return", (C.RECOVERING,), C.PLANNING_RETURN, "care:return",
        (person_is_with_us, person_is_free, returning.identification_is_positive, decision_is_known_to_the_person,
         returning.return_is_wished_for, consent.no_asylum_claim_is_open, needs_are_up_to_date, case_manager_is_named,
         guardian_is_appointed, return_planning_serves_the_child),
        form="wish",
    ),
    Step(
        "resume_recovery", "Go back to recovery",
        (C.PLANNING_RETURN, C.INCLUDING_LOCALLY, C.RESETTLING), C.RECOVERING, "care:plan",
        (person_is_with_us,),
        (CloseTask("follow_up_visit", by_the_way=True),),
    ),
    Step(
        "depart", "Depart", (C.PLANNING_RETURN,), C.RETURNING, "care:return",
        (person_is_with_us, person_is_free, *SAFE_RETURN, no_threat_is_unassessed, returning.travel_document_is_valid,
         returning.proceedings_were_considered, testimony_was_offered, stay_for_proceedings_is_kept,
         refused_leave_is_answered,
         returning.claims_have_a_route,
         returning.return_plan_covers_life, returning.handover_is_scheduled),
    ),
    Step(
        "turn_back", "Turn back", (C.RETURNING,), C.PLANNING_RETURN, "care:return",
        (returning.nobody_is_between_hands,),
    ),
    Step(
        "record_handover", "Record the handover", (C.RETURNING,), C.HANDED_OVER, "care:return",
        (returning.receipt_is_signed,),
        (CloseTask("review_care_plan"), CloseTask("end_of_reflection"), CloseTask("reassess_needs", by_the_way=True),
         CloseTask("renew_permit", by_the_way=True), CloseTask("agree_work", by_the_way=True),
         CloseTask("settle_stay", by_the_way=True),
         CloseTask("answer_refused_stay", by_the_way=True)), system_only=True,
    ),
    # Staying and moving on wait for no other country: a referral that is still open cannot go forward without
    # the person's wish, consent and departure, and ends by its own steps.
    Step(
        "include_locally", "Include locally", (C.RECOVERING, C.PLANNING_RETURN), C.INCLUDING_LOCALLY,
        "care:include",
        (person_is_with_us, returning.identification_is_positive, decision_is_known_to_the_person,
         wish_or_unsafe_return, care_plan_is_agreed, best_interests_say_stay, child_was_heard,
         family_was_checked),
        (CloseTask("follow_up_visit"), OpenTask("follow_up_visit", "case_manager", "follow_up")),
        form="wish",
    ),
    Step(
        "resettle", "Resettle in a third country", (C.RECOVERING, C.PLANNING_RETURN, C.INCLUDING_LOCALLY),
        C.RESETTLING, "care:include",
        (person_is_with_us, returning.identification_is_positive, decision_is_known_to_the_person,
         wish_or_unsafe_return, best_interests_say_third_country, child_was_heard),
        (CloseTask("follow_up_visit"), OpenTask("follow_up_visit", "case_manager", "follow_up")),
        form="wish",
    ),
    Step(
        "arrive", "Start reintegration", (C.AWAITING_ARRIVAL,), C.REINTEGRATING, "care:plan",
        (returning.receipt_is_signed, case_manager_is_named, returning.reintegration_is_planned),
        (CloseTask("start_reintegration"), EXPLAIN_REMEDIES),
        form="reintegration_plan",
    ),
    Step(
        "close", "Close the case",
        (C.INTAKE, C.SHELTERED, C.RECOVERING, C.PLANNING_RETURN, C.HANDED_OVER, C.INCLUDING_LOCALLY,
         C.RESETTLING, C.AWAITING_ARRIVAL, C.REINTEGRATING),
        C.CLOSED, "care:close",
        (closing.closure_is_recorded, closing.loss_of_contact_is_recorded,
         closing.nobody_in_a_bed_is_unreachable, closing.reason_fits_the_case, closing.transfer_is_recorded,
         closing.child_has_a_lasting_solution,
         closing.identification_is_settled, person_is_free,
         closing.no_referral_is_open, closing.no_matter_is_open, closing.nothing_legal_is_open,
         closing.remedies_were_explained, no_child_decision_is_open, returning.monitoring_is_done),
        (CloseTask("*"),),
        form="closure",
    ),
    # The same matter goes on. New harm is another matter: a new case that points to this one (WM-RETRAFFICKING).
    Step(
        "reopen", "Open the case again", (C.CLOSED,), REOPENED, "care:reopen",
        (closing.reopening_is_agreed, closing.person_is_in_our_care, person_is_with_us),
        # What else is owed follows from the facts (workflows.again).
        (CloseTask("consider_reopening", by_the_way=True),
         OpenTask("assess_needs", "social_worker", "needs_assessment")),
        form="reopening", form_required=True,
    ),
)

MACHINE = MachineSpec(
    "care", "Care", Care, (C.INTAKE, C.AWAITING_ARRIVAL), frozenset({C.CLOSED}), STEPS, "case"
)
