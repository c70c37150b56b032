"""Tells people and administrators of a training before it runs out: nobody learns of it at a blocked step."""

from __future__ import annotations

from app.access import notices
from app.access.desk import House
from app.accounts.service import MANAGE
from app.casework import trainings
from app.casework.rounds import BATCH, one_by_one

OWN, OTHERS = "training_ends", "training_of_colleague_ends"
SUBJECT = "training"


def ring(house: House) -> int:
    """Tell of every training that runs out soon, one transaction each; how many. Of several workers one tells it."""
    return one_by_one(house, trainings.ending(house, OWN, BATCH), _tell_one)


def _tell_one(house: House, entry_id: str, country: str) -> int:
    with house.db.write() as session:
        desk = house.system_desk(session, country)
        # Of several workers the second waits here, and then finds the notice of the first.
        trainings.lock_owner(session, entry_id)
        row = session.execute(trainings.ending(house, OWN, BATCH).where(trainings.TRAINING.c.id == entry_id)).first()
        if row is None:
            return 0
        detail = {"kind": row.kind, "until": row.valid_until.isoformat()}
        notices.tell(desk, [row.user_id], OWN, SUBJECT, row.training_id, detail)
        others = set(notices.holders(desk, MANAGE)) - {row.user_id}
        notices.tell(desk, others, OTHERS, SUBJECT, row.training_id, {**detail, "user": row.user_id})
        return 1
