"""The verb of the exchange room's pages: try again now."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import update

from app.access import rows
from app.access.desk import Desk
from app.access.log import looked
from app.exchange.queries import OUTBOX

OPERATE: Final = "exchange:operate"


def try_now(desk: Desk) -> int:
    """Have the worker try at once whatever of the country waits for another try; how many effects that are."""
    with rows.as_the_house(desk.session, desk.actor.country):
        done: Any = desk.session.execute(
            update(OUTBOX)
            .where(OUTBOX.c.country == desk.actor.country, OUTBOX.c.done_at.is_(None), OUTBOX.c.next_at > desk.now)
            .values(next_at=desk.now)
        )
    looked(desk, "exchange_tried_again", "country", desk.actor.country, {"count": int(done.rowcount)})
    return int(done.rowcount)
