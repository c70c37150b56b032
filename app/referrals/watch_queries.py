"""What the watch over referrals looks for, in every country that this installation serves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from app.access.desk import Desk
from app.casework.held import OFFICE, REFERRAL
from app.casework.tasks import UNDONE
from app.models.notice import Notice
from app.models.outbox import OutboxRow
from app.referrals.queries import TASK
from workflows.referral import FINAL, Referral
from workflows.waiting import WATCHED

NOTICE: Final[Any] = Notice.__table__
OUTBOX: Final[Any] = OutboxRow.__table__
ONE_SIDED: Final = "handover_one_sided"
UNANSWERED: Final = "referral_unanswered"


def one_sided(before: datetime, countries: list[str], most: int) -> Select[Any]:
    """Copies that were handed over before that moment, still without a receipt, and of which nobody was told since."""
    return (
        select(REFERRAL.c.id, REFERRAL.c.country)
        .where(
            REFERRAL.c.country.in_(countries),
            REFERRAL.c.state == Referral.HANDED_OVER.value,
            REFERRAL.c.changed_at <= before,
            ~_told(ONE_SIDED, REFERRAL.c.changed_at),
        )
        .order_by(REFERRAL.c.changed_at, REFERRAL.c.id)
        .limit(most)
    )


def unanswered(now: datetime, countries: list[str], most: int) -> Select[Any]:
    """Copies whose time to answer is over, and of which the deputy was not told since that time began."""
    return (
        select(REFERRAL.c.id, REFERRAL.c.country)
        .join(TASK, TASK.c.referral_id == REFERRAL.c.id)
        .where(
            REFERRAL.c.country.in_(countries),
            REFERRAL.c.side == "receiver",
            REFERRAL.c.state == Referral.SENT.value,
            TASK.c.kind == "answer_referral",
            TASK.c.state == "open",
            TASK.c.due_at <= now,
            ~_told(UNANSWERED, TASK.c.opened_at),
        )
        .order_by(TASK.c.due_at, REFERRAL.c.id)
        .limit(most)
    )


def that_may_hang(session: Session, country: str, most: int) -> Iterator[list[Row[Any]]]:
    """The copies of a country of which something may wait at the other end, ``most`` at a time.

    Those that are open, those that are over and hold a message that has not arrived, and those a duty still watches.
    """
    # Whatever has not arrived lies in the outbox, whose line is the country and the referral.
    waiting = select(func.substr(OUTBOX.c.line, 4)).where(
        OUTBOX.c.country == country, OUTBOX.c.effect == "deliver", OUTBOX.c.done_at.is_(None)
    )
    unstored = REFERRAL.c.shared_id.in_(waiting)
    watched = exists().where(
        TASK.c.referral_id == REFERRAL.c.id, TASK.c.kind.in_(WATCHED), TASK.c.state.in_(UNDONE)
    )
    is_open = REFERRAL.c.state.not_in([*(each.value for each in FINAL), Referral.DRAFT.value])
    last = ""
    while True:
        query = (
            select(REFERRAL.c.id, REFERRAL.c.shared_id, REFERRAL.c.facts, REFERRAL.c.opened_at)
            .where(REFERRAL.c.country == country, REFERRAL.c.id > last, or_(is_open, unstored, watched))
            .order_by(REFERRAL.c.id)
            .limit(most)
        )
        found = list(session.execute(query))
        if found:
            yield found
        if len(found) < most:
            return
        last = found[-1].id


def _told(kind: str, since: Any) -> Any:
    return exists().where(NOTICE.c.kind == kind, NOTICE.c.subject_id == REFERRAL.c.id, NOTICE.c.at >= since)


def waiting(session: Session, query: Select[Any]) -> list[Row[Any]]:
    """The rows of one of the queries above."""
    return list(session.execute(query))


def still(session: Session, query: Select[Any], referral_id: str) -> bool:
    """Whether one copy is still among them, asked again in the transaction that tells of it."""
    return session.execute(query.where(REFERRAL.c.id == referral_id)).first() is not None


def office_called(desk: Desk, code: str) -> str | None:
    """The row id of an office of the desk's country by its code, or None."""
    query = select(OFFICE.c.id).where(OFFICE.c.code == code, OFFICE.c.country == desk.actor.country)
    found = desk.session.execute(query).scalar_one_or_none()
    return None if found is None else str(found)
