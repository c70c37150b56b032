"""A key operation that two persons agreed on, used up by the command that carries it out."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import SYSTEM, House
from app.access.log import Detail, noted
from app.access.notices import tell
from app.access.two_persons import APPROVAL, digest_of
from app.keys.service import KIND
from app.kit.errors import Conflict
from app.models.base import is_id
from workflows.facts import Actor

__all__ = ["carry_out", "note_retired"]

# The number of a version, or the id of a key.
Made = TypeVar("Made", int, str)


def carry_out(
    house: House, make: Callable[[], Made], approval_id: str, operation: str, country: str | None = None
) -> Made:
    """Do ``make`` as two persons agreed under ``approval_id``, used up in the same transaction; what it made.

    ``country``: the one whose people have to have agreed, where the key is one country's. Raises Conflict if there is
    no such approval, it does not hold, or it was used already, and whatever ``make`` raises; then nothing is used up.
    """
    with house.db.write() as session:
        rows.enter_everything(session)
        agreed = _used_up(house, session, approval_id, operation, country)
        # Last, for a file cannot be taken back: should the commit still fail, there is one key more and nothing lost.
        version = make()
        detail: Detail = {"operation": operation, "version": version, "asked_by": agreed.asked_by}
        operator = Actor(SYSTEM, frozenset(), "", "", agreed.country, system=True)
        noted(session, operator, house.clock.now(), "key_operation_done", "approval", approval_id, detail)
        desk = house.system_desk(session, agreed.country, "command-line")
        tell(desk, [agreed.asked_by, agreed.decided_by], "key_operation_done", "approval", approval_id)
    return version


def note_retired(house: House, country: str, which: str, gone: tuple[str, ...], *, at_once: bool) -> None:
    """Leave a line in the book of looks: these older keys of ``which`` do not count any more."""
    with house.db.write() as session:
        rows.enter_everything(session)
        operator = Actor(SYSTEM, frozenset(), "", "", country, system=True)
        detail: Detail = {"versions": list(gone), "at_once": at_once}
        noted(session, operator, house.clock.now(), "keys_retired", "key", which, detail)


def _used_up(house: House, session: Session, approval_id: str, operation: str, country: str | None) -> Any:
    """The row of an agreed key operation, used up by this; Conflict with what is the matter otherwise."""
    row = None
    if is_id(approval_id):
        query = select(APPROVAL).where(APPROVAL.c.id == approval_id, APPROVAL.c.kind == KIND)
        row = session.execute(query.with_for_update()).one_or_none()
    if row is None:
        raise Conflict("There is no approval of a key operation with this id.", code="approval_unknown")
    now, lasts = house.clock.now(), timedelta(hours=house.policies.safeguards.two_persons.hours)
    faults = (
        (row.state != "agreed", f"is {row.state}, not agreed"),
        (row.used_at is not None, "was used already; ask for a new one"),
        (row.decided_at is not None and now - row.decided_at >= lasts, "is too old; ask for a new one"),
        (digest_of(row._asdict()) != row.digest, "was changed in the database; tell the data protection officer"),
        (json.loads(row.payload).get("operation") != operation, f"is for another operation than {operation}"),
        (country is not None and row.country != country, f"was given in {row.country}, not in {country}"),
    )
    for wrong, what in faults:
        if wrong:
            raise Conflict(f"The approval {approval_id} {what}.", code="approval_unusable")
    session.execute(update(APPROVAL).where(APPROVAL.c.id == approval_id).values(used_at=now))
    return row
