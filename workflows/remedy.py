"""Remedy: one claim for wages, restitution or compensation, followed until it is paid or its end is explained."""

from __future__ import annotations

from enum import StrEnum

from policies.model import FieldGroup
from workflows.claims import REMEDY
from workflows.effects import CloseTask, OpenTask
from workflows.guards.protection import case_is_open
from workflows.guards.remedies import (
    child_is_represented,
    claim_has_one_currency,
    claim_is_carried_on,
    claim_is_wanted,
    days_of_the_claim_fit,
    end_of_claim_is_explained,
    payment_reached_the_person,
    payments_are_within_the_award,
)
from workflows.matter import MATTER
from workflows.step import Fork, MachineSpec, Step


class Remedy(StrEnum):
    """Where one claim stands."""

    PREPARING = "preparing"
    FILED = "filed"
    AWARDED = "awarded"
    REFUSED = "refused"
    APPEALED = "appealed"
    PAYING = "paying"
    PAID = "paid"
    DECLINED = "declined"
    STOPPED = "stopped"


R = Remedy

PURSUE = "remedy:pursue"
# A decision is judged by its day, its currency and what has been paid already (after an appeal).
DECIDED = (case_is_open, days_of_the_claim_fit, claim_has_one_currency, payments_are_within_the_award)
FOLLOW = OpenTask("follow_remedy", "case_manager", "remedy_follow_up")
# Whoever waits for the money looks at the award again before it can no longer be appealed.
COLLECT = OpenTask("collect_remedy", "case_manager", "remedy_follow_up", by_matter=True, soonest=True)
UNPAID = (R.PREPARING, R.FILED, R.AWARDED, R.REFUSED, R.APPEALED, R.PAYING)

# Nobody has to be here for a step: a claim goes on when the person is missing, has gone home or gone elsewhere.
STEPS = (
    Step(
        "prepare_remedy", "Prepare a claim", (), R.PREPARING, PURSUE, (case_is_open, claim_has_one_currency),
        (OpenTask("file_remedy", "case_manager", "remedy_filing", by_matter=True, soonest=True),),
        form="remedy_preparation", form_required=True,
    ),
    Step(
        "file_remedy", "File the claim", (R.PREPARING,), R.FILED, PURSUE,
        (case_is_open, claim_is_wanted, child_is_represented, claim_is_carried_on, days_of_the_claim_fit,
         claim_has_one_currency),
        (CloseTask("file_remedy"), FOLLOW),
        form="remedy_filing", form_required=True,
    ),
    # After an appeal an award may be no more than what has been paid: then nothing is left to follow.
    Step(
        "award_remedy", "Record the award", (R.FILED, R.APPEALED),
        Fork("settlement", {"in_full": R.PAID, "*": R.AWARDED}), PURSUE, DECIDED,
        (CloseTask("follow_remedy"), COLLECT),
        form="remedy_award", form_required=True,
    ),
    Step(
        "refuse_remedy", "Record that the claim is refused", (R.FILED, R.APPEALED), R.REFUSED, PURSUE, DECIDED,
        (CloseTask("follow_remedy"),
         OpenTask("weigh_appeal", "case_manager", "remedy_appeal", by_matter=True, soonest=True)),
        form="remedy_refusal", form_required=True,
    ),
    Step(
        "pay_remedy", "Record a payment", (R.AWARDED, R.PAYING),
        Fork("settlement", {"in_full": R.PAID, "*": R.PAYING}), PURSUE,
        (case_is_open, payment_reached_the_person, days_of_the_claim_fit, claim_has_one_currency,
         payments_are_within_the_award),
        (CloseTask("collect_remedy"), COLLECT),
        form="remedy_payment", form_required=True,
    ),
    Step(
        "appeal_remedy", "Record an appeal", (R.REFUSED, R.AWARDED, R.PAYING), R.APPEALED, PURSUE,
        (case_is_open, days_of_the_claim_fit),
        (CloseTask("weigh_appeal"), CloseTask("collect_remedy", by_the_way=True), FOLLOW),
        form="remedy_appeal", form_required=True,
    ),
    Step(
        "represent_remedy", "Say who represents the person", UNPAID, None, PURSUE,
        (case_is_open, child_is_represented, claim_is_carried_on),
        form="remedy_representation", form_required=True,
    ),
    # The person's own choice, kept as such: it closes nothing else, and another claim can be prepared any day.
    Step(
        "decline_remedy", "Record that the person does not claim", (R.PREPARING,), R.DECLINED, PURSUE,
        (case_is_open,), (CloseTask("file_remedy", by_the_way=True),),
    ),
    Step(
        "stop_remedy", "End the claim", UNPAID, R.STOPPED, PURSUE, (case_is_open, end_of_claim_is_explained),
        tuple(CloseTask(kind, by_the_way=True)
              for kind in ("file_remedy", "follow_remedy", "weigh_appeal", "collect_remedy")),
        form="remedy_end", form_required=True,
    ),
)  # fmt: skip

MACHINE = MachineSpec(
    REMEDY, "Claims for remedies", Remedy, (R.PREPARING,), frozenset({R.PAID, R.DECLINED, R.STOPPED}), STEPS, MATTER,
    group=FieldGroup.LEGAL, about="remedy_kind", deciding=frozenset({"award_remedy", "refuse_remedy"}),
)
