"""What whoever acts was trained in, read once for a desk, and what an entry of history keeps of it."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, false, or_, select
from sqlalchemy.orm import Session

from app.access.desk import Desk, House
from app.models.notice import Notice
from app.models.training import TrainingEntry
from app.models.user import User
from policies.model import Policies
from workflows.facts import Situation, TrainingFacts
from workflows.guards.training import counted
from workflows.step import Guard
from workflows.training import told_from

__all__ = ["REVOKED", "TRAINING", "ending", "kept", "lock_owner", "newest", "of_actor"]

TRAINING: Final[Any] = TrainingEntry.__table__
REVOKED: Final = "revoked"


def _holding(table: Any) -> ColumnElement[bool]:
    """Whether an entry (of the table or an alias of it) is the last about its training."""
    later = TRAINING.alias(f"after_{table.name}")
    return ~select(later.c.id).where(later.c.training_id == table.c.training_id, later.c.seq > table.c.seq).exists()


# Of every training the entry that holds; built once, for every step of a case asks.
NEWEST: Final = select(TRAINING).where(_holding(TRAINING))
_OF_USER: Final = NEWEST.where(TRAINING.c.user_id == bindparam("user")).order_by(
    TRAINING.c.done_on, TRAINING.c.training_id
)


def newest(desk: Desk, user_id: str) -> list[Row[Any]]:
    """Every training of an account as it is now, also those that were taken back, the earliest first."""
    return list(desk.session.execute(_OF_USER, {"user": user_id}))


def of_actor(desk: Desk) -> tuple[TrainingFacts, ...]:
    """The trainings of whoever sits at the desk that were not taken back; the system has none."""
    if desk.trainings is None:
        rows = () if desk.actor.system else newest(desk, desk.actor.id)
        desk.trainings = tuple(
            TrainingFacts(row.training_id, row.kind, row.done_on, row.valid_until)
            for row in rows
            if row.act != REVOKED
        )
    return desk.trainings


def kept(guards: tuple[Guard, ...], situation: Situation, policies: Policies) -> dict[str, Any]:
    """What the entry of a step or record keeps of the trainings by which it was signed; nothing where none was asked.

    A training that ends or is taken back later changes nothing about it: whoever decides it again reads it here.
    """
    found = counted(guards, situation, policies)
    if not found:
        return {}
    told = [
        {
            "id": each.id,
            "kind": each.kind,
            "done_on": each.done_on.isoformat(),
            "valid_until": each.valid_until.isoformat() if each.valid_until is not None else None,
        }
        for each in found
    ]
    return {"trained": told}


def lock_owner(session: Session, entry_id: str) -> None:
    """Hold the account of an entry until the transaction ends: of several workers the second waits here."""
    whose = select(TRAINING.c.user_id).where(TRAINING.c.id == entry_id).scalar_subquery()
    session.execute(select(User.id).where(User.id == whose).with_for_update())


def ending(house: House, told_as: str, most: int) -> Select[Any]:
    """Trainings of active accounts that end soon, with none of the kind that ends later, not told since their entry.

    told_as: the kind of the notice that tells the person; its subject is the training.
    """
    longer: Any = TRAINING.alias("longer")
    told = select(Notice.id).where(
        Notice.kind == told_as, Notice.subject_id == TRAINING.c.training_id, Notice.at >= TRAINING.c.entered_at
    )
    renewed = select(longer.c.id).where(
        longer.c.user_id == TRAINING.c.user_id,
        longer.c.kind == TRAINING.c.kind,
        longer.c.act != REVOKED,
        or_(longer.c.valid_until.is_(None), longer.c.valid_until > TRAINING.c.valid_until),
        _holding(longer),
    )
    return (
        NEWEST.join(User, User.id == TRAINING.c.user_id)
        .where(User.active.is_(True), TRAINING.c.act != REVOKED, _soon(house), ~told.exists(), ~renewed.exists())
        .order_by(TRAINING.c.valid_until, TRAINING.c.id)
        .limit(most)
    )


def _soon(house: House) -> Any:
    """Whether the last day lies ahead, and no further than the notice of the country reaches."""
    now, found = house.clock.now(), []
    for country in house.policies.countries:
        today = house.policies.day(country, now)
        last = told_from(house.policies, country, today)
        if last is not None:
            found.append(and_(TRAINING.c.country == country, TRAINING.c.valid_until.between(today, last)))
    return or_(false(), *found)
