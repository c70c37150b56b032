"""Threat: one threat to the person or those close to them, assessed, answered by measures and looked at again."""

from __future__ import annotations

from enum import StrEnum

from policies.model import FieldGroup
from workflows.effects import Alert, CloseTask, OpenTask
from workflows.guards.protection import case_is_open
from workflows.guards.threats import measures_are_agreed
from workflows.matter import MATTER
from workflows.step import MachineSpec, Step


class Threat(StrEnum):
    """Where one threat stands."""

    REPORTED = "reported"
    ASSESSED = "assessed"
    PROTECTED = "protected"
    ENDED = "ended"


T = Threat
REPORT, PROTECT = "safety:report", "safety:protect"

STEPS = (
    # A threat is written down whenever it is heard of, also when the case has ended.
    Step(
        "report_threat", "Report a threat", (), T.REPORTED, REPORT, (),
        (OpenTask("assess_threat", "case_manager", "threat_assessment", urgent_clock="threat_urgent"),
         Alert("threat_reported", PROTECT)),
        form="threat_report", form_required=True,
    ),
    Step(
        "assess_threat", "Assess the threat", (T.REPORTED, T.ASSESSED, T.PROTECTED), T.ASSESSED, PROTECT,
        (case_is_open,),
        # A threat that grows is assessed again, also before anything was done about it.
        (CloseTask("assess_threat"), CloseTask("protect_person", by_the_way=True), CloseTask("review_protection"),
         OpenTask("protect_person", "case_manager", "threat_assessment", urgent_clock="threat_urgent")),
        form="threat_assessment", form_required=True,
    ),
    # Measures are the person's own: what they do not want is not done to them.
    Step(
        "protect_person", "Record protection measures", (T.ASSESSED, T.PROTECTED), T.PROTECTED, PROTECT,
        (case_is_open, measures_are_agreed),
        (CloseTask("protect_person"), CloseTask("review_protection"),
         OpenTask("review_protection", "case_manager", "protection_review", by_matter=True,
                  soonest=True, agreed=True)),
        form="protection_measures", form_required=True,
    ),
    Step(
        "end_threat", "Record that the threat is over", (T.ASSESSED, T.PROTECTED), T.ENDED, PROTECT, (case_is_open,),
        (CloseTask("protect_person"), CloseTask("review_protection")),
        given={"reason": "threat_end_reason"},
    ),
)  # fmt: skip

MACHINE = MachineSpec(
    "threat", "Threats and protection", Threat, (T.REPORTED,), frozenset({T.ENDED}), STEPS, MATTER,
    group=FieldGroup.RISK, about="threat_kind",
)  # fmt: skip
