"""What the receiving country has ready: office, partner organisation, services, family or care."""

from __future__ import annotations

from dataclasses import replace

from app.casework.forms import Entry, Form, Kind, Long, Services, Short
from policies.model import FieldGroup
from workflows.facts import ReceptionFacts, ReferralFacts


class ReceptionPlan(Form):
    """OHCHR-G6.8 and G11.12: accepting means that somebody waits."""

    office: Short
    partner_organisation: Short | None = None
    services: Services
    family_or_care_arranged: bool
    transit_stop: Short | None = None
    note: Long | None = None


def fold_referral(facts: ReferralFacts, form: ReceptionPlan, entry: Entry) -> ReferralFacts:
    """Both copies know who waits."""
    offered = ReceptionFacts(
        form.office, bool(form.partner_organisation), frozenset(form.services), form.family_or_care_arranged
    )
    return replace(facts, reception=offered)


KIND = Kind(
    "reception_plan", "Reception plan", FieldGroup.FACTS, ReceptionPlan,
    {"office": "mm-dor", "partner_organisation": "local partner", "family_or_care_arranged": True,
     "services": ["health", "housing", "education", "employment"]},
    home="referral", fold_referral=fold_referral, shared=True, withheld=frozenset({"note"}),
)
