"""What is asked to say where a referral hangs: messages, duties, the outbox, rungs; of copies found within reach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, select

from app.access.desk import Desk
from app.access.rows import as_the_house
from app.casework import hanging, messages, tasks
from app.casework.tasks import UNDONE
from app.models.history import HistoryEntry
from app.models.outbox import OutboxRow

_MESSAGE: Final[Any] = messages.TABLE
_TASK: Final[Any] = tasks.TABLE
_OUTBOX: Final[Any] = OutboxRow.__table__
_HISTORY: Final[Any] = HistoryEntry.__table__


def messages_of(desk: Desk, shared_id: str) -> Sequence[Row[Any]]:
    """Every message of both directions as stored here; none before one that its sender had heard."""
    query = select(_MESSAGE).where(_MESSAGE.c.country == desk.actor.country, _MESSAGE.c.shared_id == shared_id)
    with as_the_house(desk.session, desk.actor.country):
        rows = desk.session.execute(query).all()
    depth = hanging.depths(rows)
    return sorted(rows, key=lambda row: (depth[row.digest.hex()], row.created_at, row.direction))


def duties(desk: Desk, copies: Sequence[str]) -> dict[tuple[str, str], Row[Any]]:
    """Copy and kind -> the open duty of that kind, whoever works on it; of several the one that is due first."""
    query = (
        select(
            _TASK.c.id, _TASK.c.referral_id, _TASK.c.kind, _TASK.c.due_at, _TASK.c.escalation, _TASK.c.rung,
            _TASK.c.missed_at, _TASK.c.next_rung_at,
        )
        .where(_TASK.c.referral_id.in_(copies), _TASK.c.state.in_(UNDONE))
        .order_by(_TASK.c.due_at, _TASK.c.id)
    )  # fmt: skip
    with as_the_house(desk.session, desk.actor.country):
        found = desk.session.execute(query).all()
    return {(row.referral_id, row.kind): row for row in reversed(found)}


def post(desk: Desk, shared_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Shared id -> the first message in our outbox: how often it was tried, and what came of it."""
    lines = {f"{desk.actor.country}:{each}": each for each in shared_ids}
    query = (
        select(_OUTBOX.c.line, _OUTBOX.c.attempts, _OUTBOX.c.last_error)
        .where(_OUTBOX.c.line.in_(sorted(lines)), _OUTBOX.c.effect == "deliver", _OUTBOX.c.done_at.is_(None))
        .order_by(_OUTBOX.c.seq.desc())
    )
    with as_the_house(desk.session, desk.actor.country):
        return {lines[row.line]: row for row in desk.session.execute(query)}


def dead_lines(desk: Desk, errors: Sequence[str]) -> dict[str, str]:
    """Country -> which of these errors its line has, where one message has found out for all that wait behind it."""
    query = (
        select(_OUTBOX.c.to_country, _OUTBOX.c.last_error)
        .distinct()
        .where(
            _OUTBOX.c.country == desk.actor.country, _OUTBOX.c.done_at.is_(None), _OUTBOX.c.to_country.is_not(None),
            _OUTBOX.c.last_error.in_(errors),
        )
        .order_by(_OUTBOX.c.to_country, _OUTBOX.c.last_error)
    )  # fmt: skip
    with as_the_house(desk.session, desk.actor.country):
        return {row.to_country: row.last_error for row in desk.session.execute(query)}


def rungs(desk: Desk, referral_id: str) -> list[Row[Any]]:
    """The entries of a copy's timeline that say that a rung rang, in their order."""
    query = (
        select(_HISTORY.c.canonical, _HISTORY.c.recorded_at)
        .where(_HISTORY.c.subject_id == referral_id, _HISTORY.c.kind.in_(("deadline", "escalated")))
        .order_by(_HISTORY.c.seq)
    )
    return list(desk.session.execute(query))
