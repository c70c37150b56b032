"""What rules may know of how long one person's data are kept: read from all their cases, whoever asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, func, or_, select

from app.access.desk import Desk
from app.casework import ages, identity
from app.casework.erasing import KEY, Subjects
from app.casework.facts import case_facts_from, referral_facts_from
from app.casework.held import CASE, FACTS, PERSON, REFERRAL
from app.casework.projection import MAJOR_END
from app.kit.crypto import DESTROYED
from app.models.history import HistoryEntry
from app.models.keeping import Erasure, LegalHold
from app.models.outbox import OutboxRow
from workflows import care
from workflows import keeping as rules
from workflows.care import Care
from workflows.erasure_abroad import ERASED
from workflows.facts import HoldFacts, KeepingFacts, Situation, Today
from workflows.identification import Identification

__all__ = ["ERASURE", "HOLD", "facts_of", "past_their_time", "situation"]

HOLD: Final[Any] = LegalHold.__table__
ERASURE: Final[Any] = Erasure.__table__
_HISTORY: Final[Any] = HistoryEntry.__table__
_OUTBOX: Final[Any] = OutboxRow.__table__
_NOT_FOUND: Final = (Identification.SCREENED_OUT.value, Identification.NOT_IDENTIFIED.value)
_CLOSING: Final = tuple(sorted({step.name for step in care.STEPS if Care.CLOSED in step.targets()}))
_CLOSED_AT: Final = (
    select(func.max(_HISTORY.c.happened_at))
    .where(_HISTORY.c.subject_id == CASE.c.id, _HISTORY.c.step.in_(_CLOSING))
    .scalar_subquery()
)
_CASES: Final = (
    select(
        CASE.c.id, CASE.c.reference, CASE.c.person_id, CASE.c.country, CASE.c.care, CASE.c.identification,
        FACTS.c.child, FACTS.c.facts, _CLOSED_AT.label("closed_at"), KEY.c.wrapped,
    )
    .join(FACTS, FACTS.c.case_id == CASE.c.id)
    .join(PERSON, PERSON.c.id == CASE.c.person_id)
    .join(KEY, KEY.c.id == PERSON.c.key_id)
)  # fmt: skip
# As many people as one page of the review list shows.
MOST: Final = 200


def situation(desk: Desk, found: Subjects, ground: str) -> Situation:
    """What the rules before an erasure look at."""
    return Situation(desk.actor, Today(desk.now, desk.today), keeping=facts_of(desk, found, ground))


def facts_of(desk: Desk, found: Subjects, ground: str = "") -> KeepingFacts:
    """The facts of one person. The transaction must reach every row of the country (`rows.as_the_house`)."""
    cases: Sequence[Any] = desk.session.execute(_CASES.where(CASE.c.person_id == found.person_id)).all()
    moving = select(func.count()).where(REFERRAL.c.id.in_(found.copies), REFERRAL.c.state.not_in(MAJOR_END))
    lines = or_(*(_OUTBOX.c.line.contains(name) for name in found.names))
    waiting = select(func.count()).where(_OUTBOX.c.done_at.is_(None), _OUTBOX.c.country == found.country, lines)
    travelling = desk.session.execute(moving).scalar_one() + desk.session.execute(waiting).scalar_one()
    holds = desk.session.execute(
        select(HOLD.c.why, HOLD.c.until).where(HOLD.c.case_id.in_(found.cases), HOLD.c.lifted_at.is_(None))
    )
    copies = select(REFERRAL.c.facts).where(REFERRAL.c.id.in_(found.copies))
    return KeepingFacts(
        ground=ground,
        open_cases=sum(row.care != Care.CLOSED.value for row in cases),
        travelling=travelling,
        holds=tuple(HoldFacts(row.why, row.until) for row in holds),
        flagged=any(_flagged(row) for row in cases),
        ends_on=_ends_on(desk, cases),
        asked_abroad=any(_asked(facts) for facts in desk.session.execute(copies).scalars()),
    )


def _asked(facts: str) -> bool:
    """Whether the other country of a copy erased the person, asked for the same, and knows of no erasure here."""
    known = referral_facts_from(facts)
    theirs = known.receiver_asked_erasure if known.side == "sender" else known.sender_asked_erasure
    return theirs is not None and known.erasure_answer != ERASED


def past_their_time(desk: Desk) -> list[tuple[Row[Any], date]]:
    """People of the country all of whose data are past their time, each by a case, with the last day they were kept.

    The transaction must reach every row of the country.
    """
    closed = _CASES.where(
        CASE.c.country == desk.actor.country, CASE.c.care == Care.CLOSED.value, KEY.c.wrapped != DESTROYED
    )
    people: dict[str, list[Any]] = {}
    for row in desk.session.execute(closed.order_by(CASE.c.opened_at, CASE.c.id)):
        people.setdefault(row.person_id, []).append(row)
    found = []
    for cases in people.values():
        ends = _ends_on(desk, cases)
        if ends is not None and ends < desk.today:
            found.append((cases[-1], ends))
    return sorted(found, key=lambda each: (each[1], each[0].reference))[:MOST]


def _ends_on(desk: Desk, cases: Iterable[Row[Any]]) -> date | None:
    """The last day on which anything of these cases is kept; None for ever, or while one is open."""
    last: list[date] = []
    for row in cases:
        if row.care != Care.CLOSED.value or row.closed_at is None or row.wrapped == DESTROYED:
            return None
        closed_on = desk.policies.day(row.country, row.closed_at)
        for kind in rules.kinds_of(row.identification not in _NOT_FOUND):
            end = rules.ends_on(
                desk.policies, row.country, kind, closed_on, on=desk.today, child=row.child,
                turns_adult_on=_adult_on(desk, row) if row.child else None,
            )  # fmt: skip
            if end is None:
                return None
            last.append(end)
    return max(last, default=None)


def _adult_on(desk: Desk, row: Row[Any]) -> date | None:
    known: Mapping[str, Any] = identity.read(desk, row.person_id, desk.keys.unwrap(row.wrapped))
    return ages.turns_adult_on(known)


def _flagged(row: Row[Any]) -> bool:
    return case_facts_from(row.facts).legal_hold
