"""Messages that crossed on the way: what the other side wrote before it heard our last word."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.access.desk import Desk
from app.casework import messages
from app.casework.messages import TABLE, Envelope
from workflows.step import Step

_SCHEDULING = ("schedule_handover", "reschedule")


def crossed(desk: Desk, envelope: Envelope) -> bool:
    """Whether the sender had not yet heard our newest message when they wrote this one."""
    ours = messages.last_message(desk, envelope.header["referral"], "out")
    return ours is not None and envelope.header["answers"] != ours.digest.hex()


def still_fits(desk: Desk, step: Step, envelope: Envelope) -> bool:
    """Whether a step that no longer leaves our state is taken over all the same.

    Only one that moves nothing (an addition, or a request to end) and that crossed with our own move: the
    sender took it rightly, and it must reach both copies. Which side holds the pen keeps the rest apart.
    """
    return step.to is None and crossed(desk, envelope)


def confirms_an_older_day(desk: Desk, step: Step, envelope: Envelope) -> bool:
    """Whether an officer was named for a day that we have replaced since (they cannot have meant the new one)."""
    if step.name != "confirm_handover":
        return False
    query = (
        select(TABLE.c.seq, TABLE.c.type, TABLE.c.digest)
        .where(
            TABLE.c.country == desk.actor.country,
            TABLE.c.shared_id == envelope.header["referral"],
            TABLE.c.direction == "out",
        )
        .order_by(TABLE.c.seq)
    )
    ours: list[Any] = list(desk.session.execute(query))
    heard = max((row.seq for row in ours if row.digest.hex() == envelope.header["answers"]), default=0)
    return any(row.type in _SCHEDULING and row.seq > heard for row in ours)
