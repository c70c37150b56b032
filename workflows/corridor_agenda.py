"""What a meeting of two countries discusses, in which order, and by when the next one is due. Pure, facts in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from policies.model import Basis, Clock, Policies
from workflows.deadlines import due_at
from workflows.facts import CaseFacts, ReferralFacts, Situation
from workflows.guards.consent import (
    consent_of_case,
    consent_of_copy,
    country_is_not_blocked,
    no_asylum_claim_is_open,
)
from workflows.referral import Referral

__all__ = ["LEAD", "ORDER", "Duty", "Item", "Reason", "may_be_listed", "may_be_told", "merged", "next_day", "reasons"]

OPEN_DECISION, STUCK, LATE = "open_decision", "stuck", "late"
NO_SAFE_RETURN, DECLINED, PUT_DOWN = "no_safe_return", "declined", "put_down"
# What was decided and is not done comes first, then what hangs.
ORDER: Final = (OPEN_DECISION, STUCK, LATE, NO_SAFE_RETURN, DECLINED, PUT_DOWN)
# How long before its last day the duty to convene a meeting opens (policies/clocks.yaml).
LEAD: Final = "corridor_meeting"
_ENDED: Final = {Referral.DECLINED.value: DECLINED, Referral.NO_SAFE_RETURN.value: NO_SAFE_RETURN}
_ASKED: Final = ("IOM-4", "WM-CONSENT")
_OF_CASE: Final = consent_of_case("case_meeting", _ASKED)
_OF_COPY: Final = consent_of_copy("case_meeting", _ASKED)


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty of a referral that is open: its kind, its last day, and whether it has climbed to the meeting."""

    kind: str
    until: date
    climbed: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a referral is to be discussed, who says so, and, where the person agreed to that, which duty is late.

    about: number of the meeting and of the decision that is not done, such as TH-MM-2026-M-7F3K2Q/2.
    """

    code: str
    by: str
    task: str = ""
    since: date | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One referral to discuss. bounded: nothing of it is told but its number and the reasons."""

    referral: str
    reference: str
    reasons: tuple[Reason, ...]
    bounded: bool


def reasons(
    by: str, state: str, changed_on: date, duties: Iterable[Duty], *, since: date | None, put_down: bool,
    decisions: Sequence[str], told: bool,
) -> tuple[Reason, ...]:
    """Why ``by``'s copy of a referral belongs on the agenda; empty where nothing says so.

    since: the day of the last meeting, before which an end was discussed already. decisions: those that are open here.
    told: whether the person agreed to be discussed, so that the duty and its day may be named.
    """
    found = [Reason(OPEN_DECISION, by, about=each) for each in decisions]
    late = sorted(duties, key=lambda each: (not each.climbed, each.until, each.kind))
    if late:
        first = late[0]
        code = STUCK if first.climbed else LATE
        found.append(Reason(code, by, first.kind, first.until) if told else Reason(code, by))
    if state in _ENDED and (since is None or changed_on >= since):
        found.append(Reason(_ENDED[state], by))
    if put_down:
        found.append(Reason(PUT_DOWN, by))
    return tuple(found)


def may_be_listed(case: CaseFacts | None, referral: ReferralFacts, situation: Situation, policies: Policies) -> bool:
    """Whether a referral may stand on the agenda at all.

    Nobody is named to the country they ask protection from, or from which they are kept away.
    """
    if referral.state == Referral.DRAFT:
        return False
    if case is None:
        return True
    guards = (no_asylum_claim_is_open, country_is_not_blocked)
    return all(each.objection(situation, policies) is None for each in guards)


def may_be_told(case: CaseFacts | None, referral: ReferralFacts, situation: Situation, policies: Policies) -> bool:
    """Whether more than number and reason may be told: by the person's consent to be discussed with that country.

    The receiving country has it from its own record, or as the sending one passed it on.
    """
    if case is not None and _OF_CASE.objection(situation, policies) is None:
        return True
    return referral.side == "receiver" and _OF_COPY.objection(situation, policies) is None


def merged(ours: Iterable[Item], theirs: Iterable[Item]) -> tuple[Item, ...]:
    """The joint agenda: one entry for each referral, with the reasons of both, the most pressing first.

    Where one country may tell less of a person than the other, less is told.
    """
    found: dict[str, Item] = {}
    for each in (*ours, *theirs):
        before = found.get(each.referral)
        every = (*(before.reasons if before else ()), *each.reasons)
        said = tuple(sorted(dict.fromkeys(every), key=lambda one: (_rank(one.code), one.by, one.about)))
        bounded = each.bounded or bool(before and before.bounded)
        said = tuple(Reason(one.code, one.by, about=one.about) for one in said) if bounded else said
        found[each.referral] = Item(each.referral, before.reference if before else each.reference, said, bounded)
    return tuple(sorted(found.values(), key=lambda one: (_first(one), one.reference, one.referral)))


def next_day(last: date, months: int, zone: tzinfo, lead: int) -> tuple[date, date]:
    """From which day the next meeting is to be convened, and the last day on which it is held in time.

    last: the day of the last one; months: the rhythm of the agreement; lead: days before that.
    """
    clock = Clock(value=months, unit="months", basis=Basis.DEFAULT, note="the rhythm of the agreement")
    start = datetime.combine(last, time(), tzinfo=zone)
    day = due_at(start, clock, zone=zone).astimezone(zone).date()
    return day - timedelta(days=lead), day


def _first(item: Item) -> int:
    return min((_rank(each.code) for each in item.reasons), default=len(ORDER))


def _rank(code: str) -> int:
    """The place of a reason; one that only the other country knows comes last, and is shown."""
    return ORDER.index(code) if code in ORDER else len(ORDER)
