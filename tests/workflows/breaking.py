"""The ways to break one thing in a situation where everything holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from policies.model import Policies
from tests.workflows.situations import TODAY, with_case, with_consents, with_matter, with_referral
from workflows.facts import ConsentFacts, Situation

Also = dict[str, str]
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
SAME_RECORD = "both read the same record, and there is none"


@dataclass(frozen=True)
class Break:
    """One way to break a guard's claim.

    also: other codes that may come with it, each with the reason why they cannot be kept apart.
    child: which person it needs (None = either). policies: other policies to decide with.
    """

    change: Callable[[Situation], Situation]
    also: Also = field(default_factory=dict)
    child: bool | None = None
    policies: Callable[[Policies], Policies] | None = None


def also(reason: str, *codes: str) -> Also:
    """Codes that come with a break, all for one reason."""
    return dict.fromkeys(codes, reason)


def case_with(*, child: bool | None = None, also: Also | None = None, **facts: Any) -> Break:
    """Break facts of the case."""
    return Break(lambda situation: with_case(situation, **facts), also or {}, child)


def copy_with(*, child: bool | None = None, also: Also | None = None, **facts: Any) -> Break:
    """Break facts of the referral copy."""
    return Break(lambda situation: with_referral(situation, **facts), also or {}, child)


def matter_with(*, child: bool | None = None, also: Also | None = None, **facts: Any) -> Break:
    """Break facts of the matter that the step is about."""
    return Break(lambda situation: with_matter(situation, **facts), also or {}, child)


def record_with(record: str, *, child: bool | None = None, also: Also | None = None, **facts: Any) -> Break:
    """Break facts inside one record of the case."""

    def change(situation: Situation) -> Situation:
        assert situation.case is not None
        return with_case(situation, **{record: replace(getattr(situation.case, record), **facts)})

    return Break(change, also or {}, child)


def paper_with(paper: str, *, child: bool | None = None, also: Also | None = None, **facts: Any) -> Break:
    """Break facts inside one paper of the referral copy (schedule, tracing, handover ...)."""

    def change(situation: Situation) -> Situation:
        assert situation.referral is not None
        return with_referral(situation, **{paper: replace(getattr(situation.referral, paper), **facts)})

    return Break(change, also or {}, child)


def both(first: Break, second: Break, *, child: bool | None = None, also: Also | None = None) -> Break:
    """Two changes at once."""
    return Break(lambda situation: second.change(first.change(situation)), also or {}, child)


def signing_with(*kinds: str, child: bool | None = None) -> Break:
    """Break the trainings of whoever signs: only these kinds are left, the others have run out yesterday."""

    def change(situation: Situation) -> Situation:
        held = situation.signing.trainings
        ended = tuple(each if each.kind in kinds else replace(each, valid_until=YESTERDAY) for each in held)
        return replace(situation, signing=replace(situation.signing, trainings=ended))

    return Break(change, child=child)


def consent_with(purpose: str, *, child: bool | None = None, **facts: Any) -> Break:
    """Break every consent for a purpose: with other facts, or gone when none are given."""

    def change(rows: Iterable[ConsentFacts]) -> tuple[ConsentFacts, ...]:
        if not facts:
            return tuple(row for row in rows if row.purpose != purpose)
        return tuple(replace(row, **facts) if row.purpose == purpose else row for row in rows)

    return Break(lambda situation: with_consents(situation, change), child=child)


def consent_breaks(purpose: str) -> list[Break]:
    """Every way in which a consent fails: missing, run out, not begun, taken back, for another country."""
    return [
        consent_with(purpose),
        consent_with(purpose, valid_until=YESTERDAY),
        consent_with(purpose, valid_from=TOMORROW),
        consent_with(purpose, withdrawn_on=YESTERDAY),
        consent_with(purpose, recipient="KH"),
        consent_with(purpose, informed=False),
        consent_with(purpose, child=True, giver="self"),
        consent_with(purpose, child=True, child_assent=False),
        consent_with(purpose, child=True, child_assent=None),
    ]


def group_breaks(purpose: str, group: str) -> list[Break]:
    """Ways in which a consent does not cover a data group; two halves are not one consent."""

    def halves(rows: tuple[ConsentFacts, ...]) -> tuple[ConsentFacts, ...]:
        without = tuple(replace(row, data_groups=row.data_groups - {group}) for row in rows)
        return (*without, *(replace(row, giver="self", child_assent=None) for row in rows))

    return [
        consent_with(purpose, data_groups=frozenset()),
        consent_with(purpose, data_groups=frozenset({"needs"})),
        Break(lambda situation: with_consents(situation, halves), child=True),
    ]
