"""Every SELECT of the metrics room: counts and ages over all countries of the installation, nothing about anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access import rows
from app.casework.jobs import JOB
from app.casework.tasks import OPEN, TABLE
from app.models.outbox import OutboxRow

__all__ = ["Counts", "counts"]

_OUTBOX: Final[Any] = OutboxRow.__table__


@dataclass(frozen=True, slots=True)
class Counts:
    """waiting: where to (None: nowhere) -> effects that wait; oldest: when the oldest of them was asked for."""

    waiting: Mapping[str | None, int]
    failing: int
    oldest: datetime | None
    late: int
    jobs: Mapping[str, int]


def counts(session: Session, now: datetime) -> Counts:
    """How much waits, how much is late, and the jobs by state."""
    rows.enter_everything(session)
    waits = _OUTBOX.c.done_at.is_(None)
    per_partner = select(
        _OUTBOX.c.to_country, func.count().label("n"), func.min(_OUTBOX.c.created_at).label("oldest"),
        func.count().filter(_OUTBOX.c.attempts > 0).label("failing"),
    ).where(waits).group_by(_OUTBOX.c.to_country)  # fmt: skip
    found = session.execute(per_partner).all()
    late = select(func.count()).select_from(TABLE).where(TABLE.c.state == OPEN, TABLE.c.due_at < now)
    jobs = select(JOB.c.state, func.count().label("n")).group_by(JOB.c.state)
    return Counts(
        {row.to_country: row.n for row in found}, sum(row.failing for row in found),
        min((row.oldest for row in found), default=None), session.execute(late).scalar_one(),
        {row.state: row.n for row in session.execute(jobs)},
    )  # fmt: skip
