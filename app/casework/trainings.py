"""What whoever acts was trained in, read once for a desk, and what an entry of history keeps of it."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, Row, bindparam, select

from app.access.desk import Desk
from app.models.training import TrainingEntry
from policies.model import Policies
from workflows.facts import Situation, TrainingFacts
from workflows.guards.training import counted
from workflows.step import Guard

__all__ = ["NEWEST", "REVOKED", "TRAINING", "holding", "kept", "newest", "of_actor"]

TRAINING: Final[Any] = TrainingEntry.__table__
REVOKED: Final = "revoked"


def holding(table: Any) -> ColumnElement[bool]:
    """Whether an entry (of the table or an alias of it) is the last about its training."""
    later = TRAINING.alias(f"after_{table.name}")
    return ~select(later.c.id).where(later.c.training_id == table.c.training_id, later.c.seq > table.c.seq).exists()


# Of every training the entry that holds; built once, for every step of a case asks.
NEWEST: Final = select(TRAINING).where(holding(TRAINING))
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
