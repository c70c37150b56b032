"""The fold from history to facts: the same small functions serve the daily change and `waymark rebuild-facts`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.casework.forms import Entry, Form
from app.casework.kinds import KINDS
from workflows import claims
from workflows import matter as matters
from workflows.engine import MACHINES, find_step
from workflows.erasure_abroad import ASKS, CONFIRMS, DECLINES, ERASED
from workflows.facts import CaseFacts, DayOffFacts, MatterFacts, ReferralFacts
from workflows.referral import FINAL
from workflows.stay import LEFT_THE_HOUSE, BedFacts, used

CLOSED = "closed"
_TAKEN_IN = frozenset({"sheltered", "recovering"})
TRANSFER, MOVED = "transfer", "moved"
MAJOR_END = frozenset(state.value for state in FINAL)
# Which of the two sides has told that a consent has ended: the fact that says so, and whether it begins with the step.
TAKEN_BACK: dict[str, tuple[str, bool]] = {
    "tell_withdrawal": ("sender_took_back", True),
    "confirm_withdrawal": ("sender_took_back", False),
    "tell_withdrawal_back": ("receiver_took_back", True),
    "confirm_withdrawal_back": ("receiver_took_back", False),
}
# Which side calls a day at the bridge off by which step.
CALLS_OFF: dict[str, str] = {"postpone": "sender", "report_not_received": "receiver"}
# Which of the two sides has asked for the other's copy to be erased.
ASKED_TO_ERASE: dict[str, str] = {step: f"{side}_asked_erasure" for side, step in ASKS.items()}


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
    facts = facts.as_of(entry.on)
    return facts if fold is None else fold(facts, form, entry)


def after_step(facts: CaseFacts, machine: str, to: str, entry: Entry) -> CaseFacts:
    """Facts of the case once a step of ``machine`` (identification or care) led to ``to``.

    LookupError for any other machine: what it means for a case is not known here.
    """
    facts = facts.as_of(entry.on)
    if machine == "care":
        return _after_care(facts, to)
    if machine != "identification":
        raise LookupError(f"no facts of a case follow from a step of {machine}")
    changed = replace(facts, identification=to)
    if to == "presumed" and facts.presumed_on is None:
        changed = replace(changed, presumed_on=entry.on)
    if to in {"not_identified", "screened_out"} and to != facts.identification:
        deciders = facts.earlier_deciders
        if facts.decision is not None and to == "not_identified":
            # Who took the step has decided with whoever wrote the paper.
            deciders = deciders | {facts.decision.decider, entry.actor} | facts.decision.hands
        told_on = facts.decision.notified_on if facts.decision is not None and to == "not_identified" else None
        # The time to ask again begins when the person has heard of it.
        since = entry.on if told_on is None else max(entry.on, told_on)
        # What was asked before is answered by it.
        changed = replace(
            changed, negative_on=since, earlier_deciders=deciders, reconsideration_grounds=False, only_asked=None
        )
    if to in {"identified", "presumed"}:
        changed = replace(changed, negative_on=None, finding=None)
    return changed


def matter_at(facts: CaseFacts, machine: str, matter_id: str, entry: Entry) -> MatterFacts:
    """The matter that a step of ``machine`` is about: one of the case's, or a new one that the step opens."""
    found = facts.matter(matter_id)
    if found is not None:
        return found
    return matters.drafted(MACHINES[machine], matter_id, entry.actor, entry.on)


def matter_after_record(matter: MatterFacts, kind: str, form: Form, entry: Entry) -> MatterFacts:
    """The matter once this form came with a step of it."""
    fold = KINDS[kind].fold_matter
    return matter if fold is None else fold(matter, form, entry)


def after_matter_step(
    facts: CaseFacts, matter: MatterFacts, step: str, to: str, given: Mapping[str, object], entry: Entry
) -> CaseFacts:
    """Facts of the case once a step led this matter (its form folded in already) to ``to``."""
    spec, row = find_step(matter.machine, step)
    if matter.machine == TRANSFER and to == MOVED:
        # The office that took the case over holds it from now on; who carries it there is named next.
        facts = replace(facts, office=entry.office, case_manager=None)
    moved = matters.moved(matter, spec, row, to, given, entry.actor, entry.on)
    changed = matters.put(facts, claims.heard_at_home(moved, facts.care, step))
    # Who is let go in one place may still be held in another.
    elsewhere = any(matters.HELD in each.flags for each in changed.matters)
    return replace(changed, detained=changed.detained or elsewhere)


def _after_care(facts: CaseFacts, to: str) -> CaseFacts:
    """A closed case carries no flag and remembers where it was closed; opened again it is counted."""
    if facts.care == "intake" and to in _TAKEN_IN and facts.placement is not None:
        # The first night asks for no signature and uses none up; whoever is taken in has signed for this place.
        signed = used(facts.admission, facts.placement.shelter, facts.placement.on)
        facts = replace(facts, admission=signed)
    if to in LEFT_THE_HOUSE:
        facts = replace(facts, bed_held=None, bed_used=None, leave=None)
    if to == CLOSED and facts.care != CLOSED:
        return replace(facts, care=to, closed_from=facts.care, flags=(), reopening_agreed=None)
    if facts.care == CLOSED and to != CLOSED:
        return replace(facts, care=to, closed_from=None, reopened=facts.reopened + 1)
    return replace(facts, care=to)


def after_bed(facts: CaseFacts, step: str, details: Mapping[str, Any]) -> CaseFacts:
    """Facts of the case once something happened to a request for a bed: only a confirmed one counts for anything."""
    if step == "confirm":
        until = datetime.fromisoformat(details["until"])
        return replace(facts, bed_held=BedFacts(details["request"], details["shelter"], until))
    ended = facts.bed_held is not None and facts.bed_held.request == details["request"]
    return replace(facts, bed_held=None) if ended and step in {"withdraw", "lapse"} else facts


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
    changed = _claim_told(_called_off(replace(facts, state=to), step, given, entry), given)
    if step == "approve":
        changed = replace(changed, approved_by=entry.actor)
    elif step == "ask_again":
        changed = _asked_again(changed)
    elif step in {"return_for_info", "postpone"}:
        changed = replace(changed, came_from=facts.state)
    elif step == "request_end":
        changed = replace(changed, end_asked=str(given.get("reason", "other")))
    elif step in {"grant_end", "refuse_end"}:
        changed = replace(changed, end_asked=None)
    elif step == "sign_receipt":
        changed = replace(changed, custody="receiver")
    elif step in {"disclose_identity", "start_reintegration", "decline"}:
        changed = _said(changed, step, given)
    elif step in ASKED_TO_ERASE:
        asked: dict[str, Any] = {ASKED_TO_ERASE[step]: entry.on}
        changed = replace(changed, **asked)
    elif step in CONFIRMS.values():
        changed = replace(changed, erasure_answer=ERASED)
    elif step in DECLINES.values():
        changed = replace(changed, erasure_answer=str(given.get("reason", "other")))
    elif step in TAKEN_BACK:
        fact, begins = TAKEN_BACK[step]
        said: dict[str, Any] = {fact: entry.on if begins else None}
        changed = replace(changed, **said)
    # Where the conversation is over, no question about its end is open any more, whoever asked it.
    return replace(changed, end_asked=None) if to in MAJOR_END else changed


def _said(facts: ReferralFacts, step: str, given: Mapping[str, object]) -> ReferralFacts:
    """What a step says by itself: once and for all, or why it was declined."""
    if step == "decline":
        return replace(facts, declined_for=str(given.get("reason", "other")))
    if step == "disclose_identity":
        return replace(facts, identity_disclosed=True)
    return replace(facts, reintegration_started=True) if step == "start_reintegration" else facts


def _claim_told(facts: ReferralFacts, given: Mapping[str, object]) -> ReferralFacts:
    """What the form of a step says of a claim is told, or answered; no other step has such a form."""
    said, reply = facts.remedy_said, facts.remedy_reply
    rows = (*facts.remedy_news, said) if said is not None else facts.remedy_news
    rows = claims.answered(rows, reply, given) if reply is not None else rows
    return replace(facts, remedy_news=rows, remedy_said=None, remedy_reply=None)


def _asked_again(facts: ReferralFacts) -> ReferralFacts:
    """What was found of the family stays; the nationality waits for another report."""
    return facts if facts.tracing is None else replace(facts, tracing=replace(facts.tracing, nationality="pending"))


def _called_off(facts: ReferralFacts, step: str, given: Mapping[str, object], entry: Entry) -> ReferralFacts:
    """Keep the day that came to nothing: a new one takes its place in the schedule, not in what happened."""
    plan = facts.schedule
    if plan is None or step not in CALLS_OFF:
        return facts
    off = DayOffFacts(
        plan.border_point, plan.on, str(given.get("reason", "other")), entry.on, CALLS_OFF[step], plan.group
    )
    return replace(facts, days_off=(*facts.days_off, off))
