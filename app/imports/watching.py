"""Once a minute: rows of files that were kept long enough are kept no longer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from app.access import rows
from app.access.desk import House
from app.imports.queries import IMPORT


def ring(house: House) -> int:
    """Empty the rows of imports whose time is over; of how many. The reports stay: they hold no value."""
    with house.db.write() as session:
        rows.enter_everything(session)
        over = (IMPORT.c.keep_until <= house.clock.now(), IMPORT.c.sealed.is_not(None))
        done: Any = session.execute(update(IMPORT).where(*over).values(wrapped=None, sealed=None))
        return int(done.rowcount)
