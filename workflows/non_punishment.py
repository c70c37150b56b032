"""Non-punishment: one penalty against the person, reviewed, spoken against, and followed to its end (OHCHR-P7)."""

from __future__ import annotations

from enum import StrEnum

from policies.model import FieldGroup
from workflows.effects import Alert, CloseTask, OpenTask
from workflows.guards.legal import (
    nobody_is_held_by_it,
    penalty_is_a_detention,
    review_finds_a_link,
    review_finds_no_link,
    reviewer_is_not_reporter,
)
from workflows.guards.protection import case_is_open
from workflows.matter import MATTER
from workflows.step import MachineSpec, Step


class NonPunishment(StrEnum):
    """Where one penalty stands."""

    REPORTED = "reported"
    CLAIMED = "claimed"
    REPRESENTED = "represented"
    UPHELD = "upheld"
    LIFTED = "lifted"
    RELEASED = "released"
    UNLINKED = "unlinked"
    ENDED = "ended"


N = NonPunishment
# Who can review a penalty is told of it at once.
REVIEW, FOLLOW = "legal:review", "legal:follow"
AT_WORK = (N.REPORTED, N.CLAIMED, N.REPRESENTED, N.UPHELD)
OVER = tuple(
    CloseTask(kind, by_the_way=True) for kind in ("review_penalty", "represent_person", "answer_upheld")
)

STEPS = (
    # Nothing stands in the way of a report, nor does the end of a case: what is wrong with it is found by the review.
    Step(
        "report_penalty", "Report a penalty", (), N.REPORTED, "legal:report", (),
        (CloseTask("review_detention", of_case="detention"),
         OpenTask("review_penalty", "supervisor", "penalty_review", urgent_clock="penalty_review_urgent",
                  by_matter=True, soonest=True),
         Alert("penalty_reported", REVIEW)),
        form="penalty_report", form_required=True,
    ),
    Step(
        "claim_non_punishment", "Find that the person must not be punished", (N.REPORTED,), N.CLAIMED, REVIEW,
        (case_is_open, reviewer_is_not_reporter, review_finds_a_link),
        (CloseTask("review_penalty"),
         OpenTask("represent_person", "legal_officer", "penalty_representation",
                  urgent_clock="penalty_review_urgent", by_matter=True, soonest=True)),
        form="penalty_review", form_required=True,
    ),
    # Nothing else is lowered by it: help, shelter and counsel go on, and a new report begins a new review.
    Step(
        "find_no_link", "Find no link with the trafficking", (N.REPORTED,), N.UNLINKED, REVIEW,
        (case_is_open, reviewer_is_not_reporter, review_finds_no_link),
        (CloseTask("review_penalty"),),
        form="penalty_review", form_required=True,
    ),
    Step(
        "represent_person", "Speak for the person to the authority", (N.CLAIMED, N.UPHELD), N.REPRESENTED, FOLLOW,
        (case_is_open,),
        (CloseTask("represent_person"), CloseTask("answer_upheld"),
         OpenTask("follow_representation", "legal_officer", "penalty_answer", urgent_clock="penalty_review_urgent",
                  by_matter=True, soonest=True)),
        form="penalty_representation", form_required=True,
    ),
    Step(
        "uphold_penalty", "Record that the penalty is upheld", (N.REPRESENTED,), N.UPHELD, FOLLOW, (case_is_open,),
        (CloseTask("follow_representation"),
         OpenTask("answer_upheld", "legal_officer", "penalty_representation", urgent_clock="penalty_review_urgent"),
         Alert("penalty_upheld", REVIEW)),
        form="penalty_outcome", form_required=True,
    ),
    Step(
        "lift_penalty", "Record that the penalty is lifted", AT_WORK, N.LIFTED, FOLLOW,
        (case_is_open, nobody_is_held_by_it),
        (CloseTask("follow_representation"), *OVER),
        form="penalty_outcome", form_required=True,
    ),
    Step(
        "release_person", "Record that the person is released", AT_WORK, N.RELEASED, FOLLOW,
        (case_is_open, penalty_is_a_detention),
        (CloseTask("follow_representation"), *OVER,
         CloseTask("review_detention", by_the_way=True, of_case="detention")),
        form="release_report", form_required=True,
    ),
    Step(
        "end_penalty_review", "End the review of a penalty", AT_WORK, N.ENDED, REVIEW,
        (case_is_open, reviewer_is_not_reporter, nobody_is_held_by_it),
        (CloseTask("follow_representation", by_the_way=True), *OVER),
        given={"reason": "penalty_end_reason"},
    ),
)  # fmt: skip

MACHINE = MachineSpec(
    "non_punishment", "Penalties and non-punishment", NonPunishment, (N.REPORTED,),
    frozenset({N.LIFTED, N.RELEASED, N.UNLINKED, N.ENDED}), STEPS, MATTER,
    group=FieldGroup.LEGAL, about="penalty_kind", deciding=frozenset({"claim_non_punishment", "find_no_link"}),
)  # fmt: skip
