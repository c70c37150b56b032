"""Tells people and administrators of a training before it runs out: nobody learns of it at a blocked step."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, false, or_, select

from app.access import notices
from app.access.desk import House
from app.accounts.service import MANAGE
from app.casework.rounds import BATCH, one_by_one
from app.casework.trainings import NEWEST, REVOKED, TRAINING, holding
from app.models.notice import Notice
from app.models.user import User
from workflows.training import told_from

OWN, OTHERS = "training_ends", "training_of_colleague_ends"
SUBJECT = "training"


def ring(house: House) -> int:
    """Tell of every training that runs out soon, one transaction each; how many. Of several workers one tells it."""
    return one_by_one(house, _ending(house), _tell_one)


def _tell_one(house: House, entry_id: str, country: str) -> int:
    with house.db.write() as session:
        desk = house.system_desk(session, country)
        # Of several workers the second waits here, and then finds the notice of the first.
        whose = select(TRAINING.c.user_id).where(TRAINING.c.id == entry_id).scalar_subquery()
        session.execute(select(User.id).where(User.id == whose).with_for_update())
        row = session.execute(_ending(house).where(TRAINING.c.id == entry_id)).first()
        if row is None:
            return 0
        detail = {"kind": row.kind, "until": row.valid_until.isoformat()}
        notices.tell(desk, [row.user_id], OWN, SUBJECT, row.training_id, detail)
        others = set(notices.holders(desk, MANAGE)) - {row.user_id}
        notices.tell(desk, others, OTHERS, SUBJECT, row.training_id, {**detail, "user": row.user_id})
        return 1


def _ending(house: House) -> Select[Any]:
    """Trainings of active accounts that end soon, with none of the kind that ends later, not told since their entry."""
    longer: Any = TRAINING.alias("longer")
    told = select(Notice.id).where(
        Notice.kind == OWN, Notice.subject_id == TRAINING.c.training_id, Notice.at >= TRAINING.c.entered_at
    )
    renewed = select(longer.c.id).where(
        longer.c.user_id == TRAINING.c.user_id,
        longer.c.kind == TRAINING.c.kind,
        longer.c.act != REVOKED,
        or_(longer.c.valid_until.is_(None), longer.c.valid_until > TRAINING.c.valid_until),
        holding(longer),
    )
    return (
        NEWEST.join(User, User.id == TRAINING.c.user_id)
        .where(User.active.is_(True), TRAINING.c.act != REVOKED, _soon(house), ~told.exists(), ~renewed.exists())
        .order_by(TRAINING.c.valid_until, TRAINING.c.id)
        .limit(BATCH)
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
