"""The fold from history to facts: the same small functions serve the daily change and `waymark rebuild-facts`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from app.casework.forms import Entry, Form
from app.casework.kinds import KINDS
from workflows.facts import CaseFacts, ReferralFacts
from workflows.referral import FINAL

MAJOR_END = frozenset(state.value for state in FINAL)


@dataclass(frozen=True, slots=True)
class Link:
    """What a case needs to know of one of its referral copies."""

    side: str
    state: str
    custody: str
    changed: str


def after_record(facts: CaseFacts, kind: str, form: Form, entry: Entry) -> CaseFacts:
    """Facts of the case once this form is on record."""
    fold = KINDS[kind].fold_case
    return facts if fold is None else fold(facts, form, entry)


def after_step(facts: CaseFacts, machine: str, to: str, entry: Entry) -> CaseFacts:
    """Facts of the case once a step of ``machine`` (identification or care) led to ``to``."""
    if machine == "care":
        return replace(facts, care=to)
    changed = replace(facts, identification=to)
    if to == "presumed" and facts.presumed_on is None:
        changed = replace(changed, presumed_on=entry.on)
    if to in {"not_identified", "screened_out"} and to != facts.identification:
        deciders = facts.earlier_deciders
        if facts.decision is not None and to == "not_identified":
            deciders = deciders | {facts.decision.decider}
        changed = replace(changed, negative_on=entry.on, earlier_deciders=deciders, reconsideration_grounds=False)
    if to in {"identified", "presumed"}:
        changed = replace(changed, negative_on=None, finding=None)
    return changed


def with_links(facts: CaseFacts, links: Iterable[Link]) -> CaseFacts:
    """Facts of the case with what its referral copies say now."""
    ordered = sorted(links, key=lambda link: link.changed)
    open_ones = sum(1 for link in ordered if link.state not in MAJOR_END and link.state != "in_reintegration")
    # A sender's case may close while reports still come in; the receiver's may not (practice G20).
    open_ones += sum(1 for link in ordered if link.state == "in_reintegration" and link.side == "receiver")
    latest = ordered[-1].state if ordered else None
    return replace(
        facts,
        open_referrals=open_ones,
        referral_state=latest,
        receipt_signed=any(link.custody == "receiver" for link in ordered),
    )


def referral_after_record(facts: ReferralFacts, kind: str, form: Form, entry: Entry) -> ReferralFacts:
    """Facts of a referral copy once this form is on record on either side."""
    fold = KINDS[kind].fold_referral
    return facts if fold is None else fold(facts, form, entry)


def referral_after_step(
    facts: ReferralFacts, step: str, to: str, given: Mapping[str, object], entry: Entry
) -> ReferralFacts:
    """Facts of a referral copy once the step was taken on either side."""
    changed = replace(facts, state=to)
    if step == "approve":
        changed = replace(changed, approved_by=entry.actor)
    elif step in {"return_for_info", "postpone"}:
        changed = replace(changed, came_from=facts.state)
    elif step == "disclose_identity":
        changed = replace(changed, identity_disclosed=True)
    elif step == "request_end":
        changed = replace(changed, end_asked=str(given.get("reason", "other")))
    elif step in {"grant_end", "refuse_end"}:
        changed = replace(changed, end_asked=None)
    elif step == "sign_receipt":
        changed = replace(changed, custody="receiver")
    elif step == "start_reintegration":
        changed = replace(changed, reintegration_started=True)
    # Where the conversation is over, no question about its end is open any more, whoever asked it.
    return replace(changed, end_asked=None) if to in MAJOR_END else changed
