"""What must be true before a record of a kind may be added outside a step, and which tasks it answers."""

from __future__ import annotations

from policies.model import Policies
from workflows.clocks import frozen_by
from workflows.effects import CloseTask, Effect, FreezeClocks, OpenTask, ThawClocks
from workflows.engine import matter_machines
from workflows.facts import CaseFacts, Situation
from workflows.guards.children import guardian_is_appointed
from workflows.guards.consent import consent_for_case_meeting
from workflows.guards.daily import stay_lasts_as_long_as_proceedings, way_of_contact_is_safe
from workflows.guards.protection import case_is_open, flag_is_up
from workflows.step import Guard
from workflows.verdict import Refusal

# A child's substantive records wait for a guardian (practice G04); safety and the first screening do not.
NEEDS_GUARDIAN = frozenset({"identification_decision", "best_interests", "return_plan", "pre_return_risk"})
# The forms of matters belong to a step of theirs; afterwards they can be corrected like any other record.
OF_MATTERS = frozenset(row.form for spec in matter_machines() for row in spec.steps if row.form)
# What is told to the person in a way of its own (information_way): never in a way that is not safe for them.
TOLD_TO_THE_PERSON = frozenset({"decision_notice", "information_given"})
# These kinds are written only by the step that certifies them.
ONLY_WITH_STEP = OF_MATTERS | {
    "handover", "receipt", "handover_schedule", "handover_confirmation", "placement", "reception_plan",
    "family_tracing", "stay_extension", "reopening",
}  # fmt: skip

# A task that asks for a record is done when the record is there, not only when the next step is taken.
FOLLOWS: dict[str, tuple[CloseTask | OpenTask, ...]] = {
    "rights_notice": (CloseTask("read_rights"),),
    # By when it is looked at again follows from its level (policies/needs.yaml), or was agreed for an earlier day.
    "needs_assessment": (
        CloseTask("assess_needs"),
        CloseTask("reassess_needs"),
        OpenTask("reassess_needs", "social_worker", "needs_assessment", due_on="needs_due", only_dated=True),
    ),
    "guardian_appointment": (CloseTask("appoint_guardian"),),
    # When the next one is due is said by the record itself, or by the clock of the country (app/casework/visits.py).
    "monitoring_visit": (CloseTask("follow_up_visit"),),
    "remedies_notice": (CloseTask("explain_remedies"),),
    # Searching comes before everything else; who is found is cared for, and nothing is held against them.
    # A second report begins a second search: what was open of the first goes into it.
    "missing_report": (
        CloseTask("search_missing", by_the_way=True),
        CloseTask("tell_police_missing", by_the_way=True),
        CloseTask("tell_partner_missing", by_the_way=True),
        OpenTask("search_missing", "shelter_manager", "missing_search", "child_protection"),
        OpenTask("tell_police_missing", "case_manager", "missing_search", "child_protection"),
        OpenTask("tell_partner_missing", "case_manager", "missing_search", "child_protection"),
    ),
    "found_report": (
        CloseTask("search_missing"),
        CloseTask("tell_police_missing", by_the_way=True),
        CloseTask("tell_partner_missing", by_the_way=True),
    ),
    "permit": (
        CloseTask("renew_permit"),
        OpenTask("renew_permit", "case_manager", "care_plan_review", due_on="permit_due", only_dated=True),
    ),
    "care_plan": (
        CloseTask("write_care_plan"),
        CloseTask("review_care_plan"),
        OpenTask("review_care_plan", "case_manager", "care_plan_review", due_on="plan_due"),
    ),
}


def follows(kind: str, before: CaseFacts, after: CaseFacts, *, corrected: bool = False) -> tuple[Effect, ...]:
    """What follows a record of ``kind`` that changed the facts of a case from ``before`` to ``after``.

    corrected: it only mends the words of an earlier one, and what that one ended or began stays as it is.
    """
    was, now = frozen_by(before), frozen_by(after)
    clocks: tuple[Effect, ...] = ()
    if was != now:
        # First the old cause ends, then the new one begins.
        clocks = (*([ThawClocks(was)] if was else []), *([FreezeClocks(now)] if now else []))
    return (*(() if corrected else FOLLOWS.get(kind, ())), *_work(before, after), *clocks)


def _work(before: CaseFacts, after: CaseFacts) -> tuple[Effect, ...]:
    """Leave to work that was asked for has a time until the agreement with an employer, where a country states one."""
    if before.asks_to_work == after.asks_to_work:
        return ()
    if not after.asks_to_work:
        return (CloseTask("agree_work"),)
    return (OpenTask("agree_work", "case_manager", "work_agreement", if_stated=True),)


def guards_for(kind: str) -> tuple[Guard, ...]:
    """The guards a record of this kind has to pass."""
    if kind == "flag_clearance":
        return (case_is_open, flag_is_up)
    if kind == "minutes":
        return (case_is_open, consent_for_case_meeting)
    if kind == "permit":
        return (case_is_open, stay_lasts_as_long_as_proceedings)
    if kind in TOLD_TO_THE_PERSON:
        return (case_is_open, way_of_contact_is_safe)
    return (case_is_open, guardian_is_appointed) if kind in NEEDS_GUARDIAN else (case_is_open,)


def can_be_corrected(kind: str) -> bool:
    """Whether a record of this kind can be corrected by itself; what certifies an act of two sides cannot."""
    return kind in OF_MATTERS or kind not in ONLY_WITH_STEP


def refusals_for(
    kind: str, situation: Situation, policies: Policies, correcting: bool = False
) -> tuple[Refusal, ...]:
    """Every reason against adding a record of ``kind`` now, or against correcting one; empty = allowed."""
    found = [guard.objection(situation, policies) for guard in guards_for(kind)]
    reasons = [reason for reason in found if reason is not None]
    if not can_be_corrected(kind) if correcting else kind in ONLY_WITH_STEP:
        reasons.append(
            Refusal(
                "belongs_to_a_step",
                f"A record of the kind '{kind}' is written only together with the step it certifies.",
                "What it certifies and what changes must be one act.",
                "Take the step and fill in its form.",
                ("case_manager", "border_focal_point"),
                ("WM-PROTOCOL",),
            )
        )
    return tuple(reasons)
