"""What must be true before a record of a kind may be added outside a step, and which tasks it answers."""

from __future__ import annotations

from policies.model import Policies
from workflows.effects import CloseTask, OpenTask
from workflows.facts import Situation
from workflows.guards.children import guardian_is_appointed
from workflows.guards.protection import case_is_open
from workflows.step import Guard
from workflows.verdict import Refusal

# A child's substantive records wait for a guardian (practice G04); safety and the first screening do not.
NEEDS_GUARDIAN = frozenset({"identification_decision", "best_interests", "return_plan", "pre_return_risk"})
# These kinds are written only by the step that certifies them.
ONLY_WITH_STEP = frozenset({"handover", "receipt", "handover_schedule", "handover_confirmation", "placement",
                            "reception_plan", "family_tracing", "stay_extension"})


# A task that asks for a record is done when the record is there, not only when the next step is taken.
FOLLOWS: dict[str, tuple[CloseTask | OpenTask, ...]] = {
    "rights_notice": (CloseTask("read_rights"),),
    "needs_assessment": (CloseTask("assess_needs"),),
    "guardian_appointment": (CloseTask("appoint_guardian"),),
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
    "care_plan": (
        CloseTask("write_care_plan"),
        CloseTask("review_care_plan"),
        OpenTask("review_care_plan", "case_manager", "care_plan_review"),
    ),
}


def guards_for(kind: str) -> tuple[Guard, ...]:
    """The guards a record of this kind has to pass."""
    return (case_is_open, guardian_is_appointed) if kind in NEEDS_GUARDIAN else (case_is_open,)


def refusals_for(kind: str, situation: Situation, policies: Policies) -> tuple[Refusal, ...]:
    """Every reason against adding a record of ``kind`` now; empty = allowed."""
    found = [guard.objection(situation, policies) for guard in guards_for(kind)]
    reasons = [reason for reason in found if reason is not None]
    if kind in ONLY_WITH_STEP:
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
