"""Every SELECT of the people room: who the person of a case is known to be, and whether they are uncovered now."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select

from app.access.desk import Desk
from app.casework import identity
from app.casework.fieldgroups import sees_record
from app.casework.held import Held
from app.models.record import Record
from app.models.walls import Reveal

_RECORD: Final[Any] = Record.__table__


def known(desk: Desk, held: Held) -> dict[str, Any]:
    """The identity of the person of a held case as plain JSON values; empty when nothing is known."""
    return identity.read(desk, held.row.person_id, held.key(desk))


def uncovered_until(desk: Desk, case_id: str) -> datetime | None:
    """Until when this sign-in may read the identity again; None if it has given no reason, or too long ago."""
    query = select(func.max(Reveal.until)).where(
        Reveal.user_id == desk.actor.id,
        Reveal.session_id == desk.session_id,
        Reveal.case_id == case_id,
        Reveal.until > desk.now,
    )
    until: datetime | None = desk.session.execute(query).scalar_one()
    return until


def hidden_records(desk: Desk, case_id: str) -> int:
    """How many records of a case there are that whoever asks may not open."""
    query = select(_RECORD.c.kind).where(_RECORD.c.subject == "case", _RECORD.c.subject_id == case_id)
    return sum(not sees_record(desk, kind) for kind in desk.session.execute(query).scalars())


def records_of(desk: Desk, case_id: str, kinds: tuple[str, ...] = ()) -> list[Any]:
    """Id, kind and day of the records of a case that whoever asks may open, oldest first.

    kinds: only these, without what corrects them; all if left out.
    """
    query = (
        select(_RECORD.c.id, _RECORD.c.kind, _RECORD.c.happened_at, _RECORD.c.seq)
        .where(_RECORD.c.subject == "case", _RECORD.c.subject_id == case_id)
        .order_by(_RECORD.c.seq)
    )
    if kinds:
        query = query.where(_RECORD.c.kind.in_(kinds), _RECORD.c.corrects_id.is_(None))
    return [row for row in desk.session.execute(query) if sees_record(desk, row.kind)]
