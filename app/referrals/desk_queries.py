"""What the referral desk asks beside one referral's own rows: boxes by deadline, counts, offers, officers, the post."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Row, func, literal, select

from app.access.desk import Desk
from app.access.may import permitted
from app.access.rows import as_the_house
from app.access.scope import referrals_in_scope, tasks_in_scope
from app.casework import coding
from app.casework.held import REFERRAL
from app.casework.tasks import WAITING
from app.kit.crypto import DESTROYED
from app.kit.paging import Ask
from app.models.base import Stamp
from app.models.history import HistoryEntry
from app.models.outbox import OutboxRow
from app.models.person import DataKey
from app.models.user import User
from app.models.walls import Deputy
from app.referrals import queries
from app.referrals.queries import MESSAGE, TASK
from app.referrals.schemas import Box, ClockOut, ReferralRow
from workflows.clocks import can_stand_still, extends
from workflows.effects import SendMessage
from workflows.referral import MACHINE

OUTBOX: Final[Any] = OutboxRow.__table__
HISTORY: Final[Any] = HistoryEntry.__table__
_KEYS: Final[Any] = DataKey.__table__
_USER: Final[Any] = User.__table__
_DEPUTY: Final[Any] = Deputy.__table__
# The shape of the cursor of `by_deadline`: deadline, opening, id.
SHAPE: Final = (datetime, datetime, str)
STOP_CLOCK: Final = "clock:stop"
_NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
# Messages that bring what an offer tells; the newest of them counts.
OFFERS: Final = ("send", "supply_info")


def by_deadline(desk: Desk, box: Box, ask: Ask) -> tuple[list[ReferralRow], str | None]:
    """One page of a box, what has to be answered first on top; within a deadline the oldest first."""
    soonest = (
        select(func.min(TASK.c.due_at)).where(TASK.c.referral_id == REFERRAL.c.id, TASK.c.state == "open")
    ).scalar_subquery()
    due = func.coalesce(soonest, literal(_NEVER, Stamp()), type_=Stamp())
    query = queries.ROWS.add_columns(due.label("due")).where(
        referrals_in_scope(desk, "referral:read"), *queries.in_box(box, desk.today)
    )
    found = desk.session.execute(ask.narrow(query, [due, REFERRAL.c.opened_at, REFERRAL.c.id])).all()
    page, following = ask.cut(found, lambda row: (row.due, row.opened_at, row.id))
    return queries.shown(desk, page), following


def clock_may_change(desk: Desk, clock: ClockOut) -> bool:
    """Whether the actor may stop or extend the clock of a referral, and rules let it be stopped or extended at all."""
    if not permitted(desk, STOP_CLOCK):
        return False
    ours = can_stand_still(desk.policies, clock.clock, clock.task not in WAITING)
    query = select(TASK.c.id).where(TASK.c.id == clock.id, tasks_in_scope(desk, STOP_CLOCK))
    return (ours or extends(desk.policies, clock.clock)) and desk.session.execute(query).first() is not None


def counts(desk: Desk) -> dict[Box, int]:
    """How many referrals lie in each box, by the words of `by_deadline`, in one query."""
    columns = []
    for box in Box:
        narrow = queries.in_box(box, desk.today)
        columns.append(func.count().filter(*narrow).label(box.value))
    row = desk.session.execute(
        select(*columns).select_from(REFERRAL).where(referrals_in_scope(desk, "referral:read"))
    ).one()
    return {box: int(getattr(row, box.value)) for box in Box}


def called(desk: Desk, reference: str) -> str | None:
    """The id of the referral with this reference that `referral:read` reaches, or None."""
    query = (
        select(REFERRAL.c.id)
        .where(REFERRAL.c.reference == reference, referrals_in_scope(desk, "referral:read"))
        .order_by(REFERRAL.c.opened_at, REFERRAL.c.id)
        .limit(1)
    )
    found = desk.session.execute(query).scalar_one_or_none()
    return None if found is None else str(found)


def of_shared(desk: Desk, shared_id: str) -> Row[Any] | None:
    """Id and reference of this country's copy of a shared referral, if `referral:read` reaches it."""
    query = select(REFERRAL.c.id, REFERRAL.c.reference).where(
        REFERRAL.c.shared_id == shared_id, referrals_in_scope(desk, "referral:read")
    )
    return desk.session.execute(query).one_or_none()


@dataclass(frozen=True, slots=True)
class Offer:
    """What the newest offer told: when it went, from which office to which, and about the person in codes only."""

    at: datetime
    from_office: str
    to_office: str
    about: dict[str, Any]


def offers(desk: Desk, shared_ids: Sequence[str]) -> dict[str, Offer]:
    """Shared id -> the newest offer as stored here, in either direction; two queries for a whole page.

    Nothing in it names anybody: an offer carries needs, age band, language, place and dates (DESIGN 4).
    """
    query = (
        select(MESSAGE, _KEYS.c.wrapped)
        .join(_KEYS, _KEYS.c.id == MESSAGE.c.key_id)
        .where(
            MESSAGE.c.country == desk.actor.country,
            MESSAGE.c.shared_id.in_(shared_ids),
            MESSAGE.c.type.in_(OFFERS),
            _KEYS.c.wrapped != DESTROYED,
        )
        .order_by(MESSAGE.c.shared_id, MESSAGE.c.created_at, MESSAGE.c.seq)
    )
    found: dict[str, Offer] = {}
    for row in desk.session.execute(query) if shared_ids else ():
        header = json.loads(row.header)
        told = coding.opened(desk, row, desk.keys.unwrap(row.wrapped)).get("about") or {}
        about = {name: told[name] for name in _OFFERED & set(told)}
        before = found[row.shared_id].about if row.shared_id in found else {}
        found[row.shared_id] = Offer(
            datetime.fromisoformat(header["created"]), header["from_office"], header["to_office"], before | about
        )
    return found


def _carried() -> frozenset[str]:
    step = MACHINE.step("send")
    carried = [effect.carries for effect in (step.effects if step else ()) if isinstance(effect, SendMessage)]
    return frozenset().union(*carried)


_OFFERED: Final = _carried()


def waiting_post(desk: Desk, shared_id: str) -> Row[Any] | None:
    """How many messages of this referral have not reached the other country, since when, how often it was tried, and
    the code of an answer that refused one.

    None when everything has arrived. The caller has found the referral to be within reach.
    """
    line = f"{desk.actor.country}:{shared_id}"
    query = select(
        func.count().label("waiting"), func.min(OUTBOX.c.created_at).label("since"),
        func.max(OUTBOX.c.attempts).label("attempts"), func.max(OUTBOX.c.last_error).label("error"),
    ).where(OUTBOX.c.line == line, OUTBOX.c.effect == "deliver", OUTBOX.c.done_at.is_(None))  # fmt: skip
    with as_the_house(desk.session, desk.actor.country):
        row = desk.session.execute(query).one()
    return row if row.waiting else None


def shared_ids(desk: Desk, referral_ids: Sequence[str]) -> dict[str, str]:
    """Id of a copy -> the id that both sides share, for copies that `referral:read` reaches."""
    query = select(REFERRAL.c.id, REFERRAL.c.shared_id).where(
        REFERRAL.c.id.in_(referral_ids), referrals_in_scope(desk, "referral:read")
    )
    return {row.id: row.shared_id for row in desk.session.execute(query)}


def entry_of(desk: Desk, referral_id: str, step: str) -> Any:
    """Number, hash and two moments of the newest entry that tells of a step taken on either side, or None."""
    query = (
        select(HISTORY.c.seq, HISTORY.c.hash, HISTORY.c.happened_at, HISTORY.c.recorded_at, HISTORY.c.kind)
        .where(HISTORY.c.subject_id == referral_id, HISTORY.c.step == step, HISTORY.c.kind.in_(("step", "partner")))
        .order_by(HISTORY.c.seq.desc())
        .limit(1)
    )
    return desk.session.execute(query).one_or_none()


def standing_in(desk: Desk, office_id: str) -> list[Row[Any]]:
    """Who stands in today for somebody of an office: the names of both and until when."""
    absent, standing = _USER.alias("absent"), _USER.alias("standing")
    query = (
        select(absent.c.display_name.label("absent"), standing.c.display_name.label("name"), _DEPUTY.c.until)
        .join(absent, absent.c.id == _DEPUTY.c.user_id)
        .join(standing, standing.c.id == _DEPUTY.c.deputy_id)
        .where(
            _DEPUTY.c.country == desk.actor.country,
            absent.c.office_id == office_id,
            _DEPUTY.c.ended_at.is_(None),
            _DEPUTY.c.since <= desk.now,
            _DEPUTY.c.until > desk.now,
        )
        .order_by(_DEPUTY.c.until, _DEPUTY.c.id)
    )
    with as_the_house(desk.session, desk.actor.country):
        return list(desk.session.execute(query))


__all__ = [
    "OFFERS", "SHAPE", "Offer", "by_deadline", "called", "counts", "entry_of", "of_shared",
    "offers", "shared_ids", "standing_in", "waiting_post",
]  # fmt: skip
