"""What a message may tell the other country: minimum first, bounded by corridor and consent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from policies.model import Policies
from workflows.facts import ConsentFacts, ReferralFacts

# What the other country may learn of why a referral ends; an asylum claim must never show (OHCHR-G2.7).
SPEAKABLE_REASONS = frozenset({"consent_withdrawn", "no_safe_return"})
BEFORE_ACKNOWLEDGEMENT = frozenset({"draft", "sent", "returned_for_info"})
# A consent to be questioned, counted, discussed or passed to the police says nothing about telling another country.
SHARING_PURPOSES = frozenset(
    {"notify_origin", "contact_family", "return", "reintegration_report", "medical", "assistance"}
)
# What a message needs to be answered at all, and what reports after a return carry.
WITH_ANY_CONSENT = frozenset({"corridor_plan", "age_band", "language"})
REPORTS, REPORTED = "reintegration_report", frozenset({"reintegration"})
ACCEPTED_ON = frozenset({
    "accepted", "handover_scheduled", "handed_over", "received", "in_reintegration", "postponed", "completed",
})  # fmt: skip
# Withdrawing one of these ends, or asks to end, every referral that rests on it (IOM-4).
REFERRAL_RESTS_ON = frozenset({"notify_origin", "return", "contact_family"})


def allowed_groups(
    policies: Policies,
    referral: ReferralFacts,
    consents: tuple[ConsentFacts, ...],
    on: date,
    carries: frozenset[str],
    child: bool,
) -> frozenset[str]:
    """The data groups a message may carry: of those the step sends, what corridor and consent both allow.

    Protocol groups (plan and age band, without which nobody can answer) travel with any live consent. For a
    child only what the guardian agreed to with the child's own assent counts.
    """
    corridor = policies.corridor(referral.from_country, referral.to_country)
    disclosed = set(corridor.disclosure.offer)
    if referral.state not in BEFORE_ACKNOWLEDGEMENT:
        disclosed |= set(corridor.disclosure.after_acknowledgement)
    if referral.state in ACCEPTED_ON:
        disclosed |= set(corridor.disclosure.after_acceptance)
    if "reintegration" in carries:
        disclosed.add("reintegration")
    agreed: set[str] = {*WITH_ANY_CONSENT, *REPORTED}
    for row in consents:
        given = not child or (row.giver == "guardian" and bool(row.child_assent))
        if given and row.purpose in SHARING_PURPOSES and row.covers(row.purpose, referral.other_country, on):
            agreed |= row.data_groups
    return carries & disclosed & agreed


def still_agreed(
    consents: tuple[ConsentFacts, ...], country: str, on: date
) -> tuple[frozenset[str], frozenset[str]]:
    """The data groups and the purposes that the person goes on agreeing to towards a country, also from a later day on.

    What nobody can answer without (age band, language, plan) goes on with any consent to share; reports go on with
    their own consent.
    """
    rows = [
        row for row in consents
        if row.recipient in (country, "*") and row.informed and row.withdrawn_on is None
        and (row.valid_until is None or on <= row.valid_until)
    ]  # fmt: skip
    purposes = frozenset(row.purpose for row in rows)
    groups = frozenset().union(*(row.data_groups for row in rows if row.purpose in SHARING_PURPOSES))
    if purposes & SHARING_PURPOSES:
        groups |= WITH_ANY_CONSENT
    return groups | (REPORTED if REPORTS in purposes else frozenset()), purposes


def speakable(step: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of a step as the other country, and colleagues who see neither law nor risk, may read them."""
    if step in {"withdraw", "cancel", "request_end"} and given.get("reason") not in SPEAKABLE_REASONS:
        return {**given, "reason": "other"}
    return dict(given)
