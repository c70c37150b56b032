"""Which group each fact of a case belongs to; what stands in no group is shown to nobody."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from app.casework.facts import plain
from policies.model import FieldGroup
from workflows.facts import CaseFacts

# A fact that a record gives belongs to the group of that record's kind (app/casework/kinds).
FACTS_BY_GROUP: Final[dict[FieldGroup, tuple[str, ...]]] = {
    FieldGroup.FACTS: (
        "country", "office", "identification", "care", "opened_on", "child", "age_band", "sex", "nationality",
        "exploitation", "language", "source", "presumed_on", "negative_on", "rights", "wish", "consents",
        "case_manager", "visits", "contact_lost", "closure", "overrides", "open_referrals", "referral_state",
        "receipt_signed", "support_agency", "follows_failed_return",
    ),
    FieldGroup.IDENTITY: ("travel_document",),
    FieldGroup.CONTACT: ("placement",),
    FieldGroup.NARRATIVE: ("screening", "care_plan", "return_plan", "reintegration_plan"),
    FieldGroup.LEGAL: (
        "decision", "earlier_deciders", "reconsideration_grounds", "remedies_notice", "guardian", "best_interests",
        "best_interests_due", "legal", "legal_hold",
    ),
    FieldGroup.RISK: (
        "needs", "return_risk", "asylum_claim", "missing", "deceased", "protection_risk", "complicity_alleged",
        "family_complicity", "detained", "blocked_countries",
    ),
}  # fmt: skip


def shown(facts: CaseFacts, groups: Collection[FieldGroup]) -> dict[str, Any]:
    """The facts as plain JSON values, cut to the groups the reader sees."""
    names = [name for group, held in FACTS_BY_GROUP.items() if group in groups for name in held]
    return {name: plain(getattr(facts, name)) for name in names}
