"""Relative: one member of the family, compared with the alleged before anybody gets in touch."""

from __future__ import annotations

from enum import StrEnum

from policies.model import FieldGroup
from workflows.effects import CloseTask, OpenTask
from workflows.guards.protection import case_is_open
from workflows.guards.relatives import (
    contact_is_not_refused,
    contact_serves_the_child,
    relative_is_free_of_suspects,
)
from workflows.matter import MATTER
from workflows.step import MachineSpec, Step


class Relative(StrEnum):
    """Where contact with one relative stands."""

    NAMED = "named"
    IN_CONTACT = "in_contact"
    KEPT_APART = "kept_apart"
    ON_THEIR_OWN = "on_their_own"


R = Relative

# Also where a relative in touch is found among the alleged later (app/casework/alleged.py).
DECIDE_CONTACT = OpenTask("decide_contact", "social_worker", "contact_decision")

# Who is kept apart and may be asked again is named again: every new look compares anew.
STEPS = (
    Step(
        "name_relative", "Name a relative", (), R.NAMED, "care:plan", (case_is_open,),
        (DECIDE_CONTACT,),
        form="relative", form_required=True,
    ),
    # Decided again where somebody was named among the alleged who may be this relative.
    Step(
        "allow_contact", "Allow contact with the relative", (R.NAMED, R.IN_CONTACT), R.IN_CONTACT, "care:plan",
        (case_is_open, relative_is_free_of_suspects, contact_is_not_refused, contact_serves_the_child),
        (CloseTask("decide_contact"),),
        form="contact_decision", form_required=True,
    ),
    Step(
        "keep_apart", "Keep the relative apart", (R.NAMED, R.IN_CONTACT), R.KEPT_APART, "care:plan", (case_is_open,),
        (CloseTask("decide_contact", by_the_way=True),),
        given={"reason": "contact_refusal_reason"},
    ),
    Step(
        "leave_to_them", "Leave the contact to them", (R.IN_CONTACT,), R.ON_THEIR_OWN, "care:plan", (case_is_open,),
        (CloseTask("decide_contact", by_the_way=True),),
    ),
)  # fmt: skip

MACHINE = MachineSpec(
    "relative", "Relatives", Relative, (R.NAMED,), frozenset({R.KEPT_APART, R.ON_THEIR_OWN}), STEPS, MATTER,
    group=FieldGroup.CONTACT, about="family_relation", deciding=frozenset({"allow_contact", "keep_apart"}),
)
