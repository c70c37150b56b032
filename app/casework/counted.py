"""What tables of figures count by: plain columns beside the facts, so that no figure searches through stored text."""

from __future__ import annotations

from typing import Any, Final

from workflows.facts import CaseFacts, ReferralFacts

__all__ = ["CLAIM", "copy_columns", "counted_columns"]

# The machine whose matters are claims for a remedy.
CLAIM: Final = "remedy"


def counted_columns(facts: CaseFacts) -> dict[str, Any]:
    """The columns of case_facts that only figures read; each says what a fact says."""
    decision = facts.decision
    closed = facts.closure if facts.care == "closed" else None
    return {
        "exploited_in": facts.exploited_in,
        "placed": facts.placement is not None,
        "finding": facts.finding,
        "presumed_on": facts.presumed_on,
        "decided_on": decision.on if decision is not None else None,
        "decided_by": decision.authority if decision is not None else None,
        "closed_on": closed.on if closed is not None else None,
        "claims": len(facts.matters_of(CLAIM)),
        "returned_from": facts.returned_from or None,
        "returned_on": facts.returned_on,
    }


def copy_columns(facts: ReferralFacts) -> dict[str, Any]:
    """The columns of a referral copy that only figures read."""
    return {
        "received_on": facts.receipt.on if facts.receipt is not None else None,
        "declined_for": facts.declined_for or None,
    }
