"""Questions about threats: what is done for safety is agreed with the person, and nobody leaves with one unseen."""

from __future__ import annotations

from workflows.facts import CaseFacts, MatterFacts
from workflows.step import guard
from workflows.verdict import Lack, lacking

PROTECTORS = ("case_manager", "shelter_manager", "supervisor")
THREATS, REPORTED = "threat", "reported"
MEASURES_AGREED = "measures_agreed"


@guard(
    sources=("OHCHR-G6.6", "OHCHR-G6.2"),
    says="The person has not agreed to the measures.",
    why="Protection against somebody's will is another way of locking them up.",
    mend="Talk the measures through with the person, or for a child with the guardian, and record the answer.",
    who=PROTECTORS,
)
def measures_are_agreed(matter: MatterFacts) -> bool:
    return MEASURES_AGREED in matter.flags


@guard(
    rule="G13",
    sources=("OHCHR-G6.6", "OHCHR-P11"),
    says="Threats that nobody has assessed: {count}.",
    why="Who threatens here may wait at home; nobody travels before that has been looked at.",
    mend="Assess each threat.",
    who=PROTECTORS,
)
def no_threat_is_unassessed(case: CaseFacts) -> bool | Lack:
    count = sum(each.state == REPORTED for each in case.matters_of(THREATS))
    return count == 0 or lacking(count=count)
