"""Once a minute: rows of files that were kept long enough, or that nobody can bring in, are kept no longer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, update

from app.access import rows
from app.access.desk import House
from app.imports import bringing
from app.imports.queries import IMPORT, ended_without_agreement


def ring(house: House) -> int:
    """Empty the rows of imports whose time is over, or to which nobody agreed; of how many.

    The reports stay: they hold no value. What a worker still has in memory of an import that goes no further (it was
    stopped, or another worker ended it) goes, too.
    """
    bringing.forget()
    with house.db.write() as session:
        rows.enter_everything(session)
        over = or_(IMPORT.c.keep_until <= house.clock.now(), IMPORT.c.approval_id.in_(ended_without_agreement()))
        emptied = update(IMPORT).where(over, IMPORT.c.sealed.is_not(None)).values(wrapped=None, sealed=None)
        done: Any = session.execute(emptied)
        return int(done.rowcount)
