"""Goes round all countries for what is late: found once, then settled one by one, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Select

from app.access import rows
from app.access.desk import House

# How many one round takes; the others wait for the next.
BATCH: Final = 200


def one_by_one(house: House, query: Select[Any], settle: Callable[[House, str, str], int]) -> int:
    """What ``settle`` has done in all for the rows of ``query`` (id and country), counted as it counts.

    ``settle`` opens its own transaction and looks again: of several workers one settles a row, and only that one
    counts it. A row that fails is left out for a while, so that it neither stops the others nor takes their place.
    """
    job, now = f"{settle.__module__}.{settle.__name__}", house.clock.now()
    resting = house.setbacks.resting(job, now)
    with house.db.read() as session:
        rows.enter_everything(session)
        found = session.execute(query.where(query.selected_columns.id.not_in(resting)) if resting else query).all()
    country = {row.id: row.country for row in found}
    return house.setbacks.each(job, country, now, lambda row_id: settle(house, row_id, country[row_id]))
