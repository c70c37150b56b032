"""The outbox: what has to happen after the commit, written in the same transaction."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import aliased

from app.access.desk import Desk
from app.models.base import new_id
from app.models.outbox import OutboxRow

__all__ = ["FIRST_OF_LINE", "put"]

_TABLE: Any = OutboxRow.__table__
_EARLIER = aliased(OutboxRow)
# What is first of its line: nothing before it in the line waits, so it is what is carried out next of it.
FIRST_OF_LINE = ~(
    select(_EARLIER.id)
    .where(_EARLIER.line == _TABLE.c.line, _EARLIER.done_at.is_(None), _EARLIER.seq < _TABLE.c.seq)
    .exists()
)
_INSERT = insert(_TABLE)
_LAST = select(func.max(_TABLE.c.seq)).where(_TABLE.c.line == bindparam("of_line"))


def put(
    desk: Desk, effect: str, payload: dict[str, Any], line: str, country: str | None = None, to: str | None = None
) -> str:
    """Queue an effect; its id, which makes carrying it out twice harmless.

    line: effects of one line are done one after the other (a referral's messages must not overtake).
    payload: ids and codes only. to: the country it travels to, if it travels.
    """
    row_id = new_id()
    last = desk.session.execute(_LAST, {"of_line": line}).scalar_one()
    desk.session.execute(
        _INSERT,
        {
            "id": row_id,
            "country": country or desk.actor.country,
            "to_country": to,
            "line": line,
            "seq": (last or 0) + 1,
            "effect": effect,
            "payload": json.dumps(payload, sort_keys=True),
            "created_at": desk.now,
            "next_at": desk.now,
            "attempts": 0,
            "last_error": None,
            "done_at": None,
        },
    )
    return row_id
