"""Questions before somebody is told no: what was found instead, and which help elsewhere was offered."""

from __future__ import annotations

from policies.model import Policies
from workflows.facts import CaseFacts
from workflows.guards.screening import DECIDERS, SCREENERS
from workflows.step import guard
from workflows.verdict import Lack, lacking

FINDINGS = "other_finding"
HELP = "help_elsewhere"


@guard(
    sources=("OHCHR-G3.2", "WM-REASONS"),
    says="The record does not say what was found instead of trafficking.",
    why="Smuggled, exploited at work and not enough known are outcomes of their own; each needs other help.",
    mend="Name the finding in the screening or in the decision.",
    who=(*SCREENERS, *DECIDERS),
)
def finding_is_named(case: CaseFacts) -> bool:
    return case.finding is not None


@guard(
    sources=("OHCHR-G2.4", "OHCHR-G2.7", "OHCHR-P3"),
    says="The finding is '{finding}', and none of this help was offered: {wanted}.",
    why="Nobody is sent away with a no alone: who was smuggled may need asylum, who was exploited may claim wages.",
    mend="Offer the help, and record the information that was given.",
    who=(*SCREENERS, "case_manager", "legal_officer"),
)
def help_elsewhere_was_offered(case: CaseFacts, policies: Policies) -> bool | Lack:
    found = policies.code(FINDINGS, case.finding) if case.finding is not None else None
    if found is None or not found.offers:
        return True
    offered = case.information.offered if case.information else frozenset()
    if offered & set(found.offers):
        return True
    return lacking(finding=found.label, wanted="; ".join(policies.label(HELP, each) for each in found.offers))
