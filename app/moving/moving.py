"""Moves a store from SQLite to PostgreSQL: copied, compared and proven in one transaction of the new one, or not.

Two databases cannot end one transaction together. So the old store is marked first, and then nobody is served from it;
if the new one could not keep what it was given, it is looked at, and the mark is taken away or made final
(docs/decisions/0076).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.access.desk import SYSTEM, House
from app.access.log import noted
from app.backups import on_sqlite
from app.kit import migrate, moved
from app.kit.address import SQLITE, address_of
from app.kit.db import Database
from app.kit.errors import Away, Busy, NoRoom
from app.kit.moved import Moved
from app.moving import copying, target
from app.moving.comparing import Compared, compare_all, digest_of
from app.moving.proving import Proof, prove
from app.moving.refused import MoveRefused
from app.moving.showing import Count, Shows
from app.settings import Settings
from workflows.facts import Actor

__all__ = ["CAME_BACK", "MOVED", "Done", "file_of", "move", "served_again"]

# What stands in the book of looks.
MOVED: Final = "store_moved"
CAME_BACK: Final = "store_came_back"
# So many tables that differ are named.
NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Done:
    """A move that ended well: where to, every table compared, and what was proven.

    ``finished_only``: an earlier run had brought everything there, and this one found it so.
    """

    place: str
    tables: Sequence[Compared]
    proof: Proof
    finished_only: bool = False

    @property
    def rows(self) -> int:
        """How many rows there are on each side."""
        return sum(each.here for each in self.tables)

    @property
    def digest(self) -> str:
        """One digest over all rows of all tables (SHA-256, hex)."""
        return digest_of(self.tables)


def file_of(settings: Settings) -> Path:
    """The file of the old store. Raises MoveRefused if it is no SQLite, or there is none."""
    if address_of(settings.database_url).get_backend_name() != SQLITE:
        raise MoveRefused("DATABASE_URL names PostgreSQL already; a store is moved from SQLite.")
    file = on_sqlite.file_of(settings.database_url)
    if not file.is_file():
        raise MoveRefused(f"there is no store at {file}; WAYMARK_VAR or DATABASE_URL say where it is.")
    return file


def move(house: House, settings: Settings, url: str, shows: Shows, *, with_faults: bool = False) -> Done:
    """Move the store of ``settings`` to the PostgreSQL of ``url``, whose tables that role owns; nobody may be served.

    ``house``: opened from the settings; its connections are closed first. ``with_faults``: also a store whose own proof
    fails; the rows are the same all the same. Killed at any point it can be run again: the new store is empty or whole,
    and the old one says by a mark if it cannot know which.

    Raises MoveRefused with what is wrong. Then nothing was moved, the old store is served as before, and the new one is
    empty; only where the line broke at the very end the old one is marked, and the words say so.
    """
    where, file = target.place(url), file_of(settings)
    house.db.dispose()
    begun = moved.read(migrate.current(settings.database_url))
    if begun is not None:
        ended = _how_it_ended(house, settings, begun, url, where)
        if ended is not None:
            return ended
    at, newest = migrate.current(settings.database_url), migrate.head()
    if at != newest or at is None:
        newer = at is not None and at not in migrate.revisions()
        mend = "install the program that they are of" if newer else "run `waymark migrate` first"
        raise MoveRefused(
            f"the tables of the old store are at revision {at or 'none'}, this program needs {newest}: {mend}."
        )
    target.must_be_ready(url, settings.app_role)
    if not on_sqlite.alone(file):
        raise MoveRefused(f"{file} is open in another program: stop `waymark serve` and `waymark worker` first.")
    told = Moved(at, where, finished=False)
    there = Database(url)
    try:
        done = _moved(replace(house, db=there), settings, told, shows, with_faults=with_faults)
    except (DBAPIError, psycopg.Error, Busy) as error:
        _look_after(house, settings, url, where, error)
        raise _broken(error, where) from None
    finally:
        there.dispose()
        house.db.dispose()
    migrate.settle_move(settings.database_url, replace(told, finished=True), stays=True)
    return done


def served_again(house: House, settings: Settings, gone: Moved) -> None:
    """Take the mark of a move away from the old store, and note that it came back. The new one must be empty."""
    migrate.settle_move(settings.database_url, gone, stays=False)
    with house.db.write() as session:
        _tell(session, house, CAME_BACK)
    house.db.dispose()


def _tell(session: Session, house: House, action: str) -> None:
    """Write a line into the book of looks for each country of this installation."""
    for country in house.signing.countries:
        operator = Actor(SYSTEM, frozenset(), "", "", country, system=True)
        noted(session, operator, house.clock.now(), action, "store", "store", {"tables": str(migrate.head())})


def _moved(house: House, settings: Settings, told: Moved, shows: Shows, *, with_faults: bool) -> Done:
    """All of it: the new store ends its transaction after the old one has been marked, and both undo it together."""
    old = Database(settings.database_url)
    try:
        with house.db.write() as there:
            target.opened(there)
            if target.rows_there(there):
                raise MoveRefused(f"somebody has just written into {told.place}; nothing was moved.")
            # From here on nobody writes into the old store: it is locked, and afterwards marked.
            with old.write() as here:
                copying.must_be_known(here)
                # Before anything is copied, so that both say it.
                _tell(here, house, MOVED)
                count = Count(shows("Copying"), copying.counted(here))
                copying.copy_all(here, there, count)
                target.known(there)
                count.end("Copied")
                count = Count(shows("Comparing every row"), count.whole)
                found = compare_all(here, there, count)
                count.end("Compared")
                _must_be_the_same(found)
                proof = _proven(there, house, settings, shows, with_faults=with_faults)
                target.closed(there)
                moved.mark(here.connection(), told)
        return Done(told.place, found, proof)
    finally:
        old.dispose()


def _proven(there: Session, house: House, settings: Settings, shows: Shows, *, with_faults: bool) -> Proof:
    shown = shows("Proving chains, seals and facts")
    proof = prove(there, house, settings, shown)
    shown.end("Proven")
    if proof.faults and not with_faults:
        raise MoveRefused(
            "the rows are the same on both sides, so the old store has these faults itself:\n"
            + "\n".join(proof.faults)
            + "\nNothing was moved. `waymark audit verify`, `waymark audit seals` and `waymark rebuild-facts` say more;"
            " --with-faults moves the store as it is."
        )
    return proof


def _must_be_the_same(found: Sequence[Compared]) -> None:
    wrong = [each.sentence for each in found if not each.same]
    if wrong:
        raise MoveRefused("not everything arrived as it is, so nothing was moved:\n" + "\n".join(wrong[:NAMED]))


def _how_it_ended(house: House, settings: Settings, begun: Moved, url: str, where: str) -> Done | None:
    """Find out how an earlier move ended: None if it has to begin anew, and then no mark is left."""
    if begun.place != where:
        raise MoveRefused(f"this store was moved, or begun to be, to {begun.place}, not to {where}.")
    if begun.finished:
        raise MoveRefused(f"this store has moved to {where} already.")
    found = _beside(settings, url)
    if found is None:
        served_again(house, settings, begun)
        return None
    _must_be_the_same(found)
    migrate.settle_move(settings.database_url, replace(begun, finished=True), stays=True)
    return Done(where, found, Proof((), ()), finished_only=True)


def _beside(settings: Settings, url: str) -> list[Compared] | None:
    """Every table of both stores, as they are; None if the new one is empty."""
    there, here = Database(url), Database(settings.database_url)
    try:
        with there.write() as new, here.read() as old:
            target.opened(new)
            found = compare_all(old, new) if target.rows_there(new) else None
            target.closed(new)
        return found
    except (DBAPIError, Busy) as error:
        raise _broken(error, target.place(url)) from None
    finally:
        there.dispose()
        here.dispose()


def _look_after(house: House, settings: Settings, url: str, where: str, error: Exception) -> None:
    """After a line that broke: take the mark away if the new store is empty, and say so if nobody can tell."""
    begun = moved.read(migrate.current(settings.database_url))
    if begun is None:
        return
    try:
        ended = _how_it_ended(house, settings, begun, url, where)
    except MoveRefused:
        raise MoveRefused(
            f"{where} was lost in the last moment ({type(error).__name__}), and whether it kept what it was given is"
            " not known. Until it is, nobody is served from the old store: run the same command again when it answers."
        ) from None
    if ended is not None:
        raise MoveRefused(
            f"{where} was lost in the last moment ({type(error).__name__}) and has kept everything: the move is done."
        )


def _broken(error: Exception, where: str) -> MoveRefused:
    """What went wrong, without the words of the driver: they may repeat a value."""
    if isinstance(error, Away | NoRoom) and isinstance(error.__cause__, Exception):
        error = error.__cause__
    if isinstance(error, Busy):
        return MoveRefused(f"somebody else uses {where} or the old store: stop what does. Nothing was moved.")
    cause: Any = error.orig if isinstance(error, DBAPIError) else error
    where = "the old store" if isinstance(cause, sqlite3.Error) else where
    code = getattr(cause, "sqlstate", None)
    told = f"{type(cause).__name__}{f', {code}' if code else ''}"
    return MoveRefused(f"{where} stopped answering as it should ({told}). Nothing was moved; run the command again.")
