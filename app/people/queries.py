"""Every SELECT of the people room: who the person of a case is known to be, and whether they are uncovered now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.access.desk import Desk
from app.casework import identity
from app.casework.held import Held
from app.models.walls import Reveal


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
