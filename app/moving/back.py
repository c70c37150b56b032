"""The way back: the old store is served again, as long as nobody has written into the new one."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from app.access.desk import House
from app.kit import migrate, moved
from app.kit.db import Database
from app.kit.errors import Busy
from app.moving import target
from app.moving.comparing import compare_all
from app.moving.moving import file_of, served_again
from app.moving.refused import MoveRefused
from app.settings import Settings

__all__ = ["bring_back"]


def bring_back(house: House, settings: Settings, url: str) -> int:
    """Empty the new store and serve the old one again; how many rows were taken out of the new one.

    ``url``: the new store, as the owner of its tables. Its rows are the same as when they were moved, or nothing is
    changed: whatever was written there would be lost. Killed at any point it can be run again.

    Raises MoveRefused if the store did not move there, somebody is connected there, or a row differs: the first of
    each table is named.
    """
    where = target.place(url)
    file_of(settings)
    house.db.dispose()
    gone = moved.read(migrate.current(settings.database_url))
    if gone is None:
        raise MoveRefused("this store has not moved: it is served as it is.")
    if gone.place != where:
        raise MoveRefused(f"this store has moved to {gone.place}, not to {where}.")
    try:
        rows = _emptied(settings, url, where)
    except (DBAPIError, Busy) as error:
        raise MoveRefused(
            f"{where} cannot be used ({type(error).__name__}); nothing was changed. Without it nobody can tell whether"
            " something was written there: if it is lost, bring its newest backup back."
        ) from None
    served_again(house, settings, gone)
    return rows


def _emptied(settings: Settings, url: str, where: str) -> int:
    there, here = Database(url), Database(settings.database_url)
    try:
        if target.others(there):
            raise MoveRefused(f"somebody is connected to {where}: stop what is served there. Nothing was changed.")
        with there.write() as new, here.read() as old:
            target.opened(new)
            if not target.rows_there(new):
                target.closed(new)
                return 0
            found = compare_all(old, new)
            wrong = [each.sentence for each in found if not each.same]
            if wrong:
                raise MoveRefused(
                    f"something was written into {where}, and would be lost:\n" + "\n".join(wrong[:5])
                    + "\nNothing was changed: this store stays where it is."
                )  # fmt: skip
            target.emptied(new)
            target.closed(new)
            return sum(each.there for each in found)
    finally:
        there.dispose()
        here.dispose()

