"""What a store holds, for comparing; and a quiet way to show how far a move is."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select, text

from app.kit.db import Database
from app.models.base import Base
from app.moving.comparing import tables
from app.settings import Settings
from tests.app.moving.conftest import New
from tests.inspect import reading


def picture(database: Database, without: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Every row of every table, read by itself and not by what is tested."""
    with reading(database) as session:
        return {
            table.name: sorted(repr(tuple(row)) for row in session.execute(select(table)))
            for table in Base.metadata.sorted_tables
            if table.name not in without
        }


def of_file(settings: Settings) -> tuple[dict[str, list[str]], str, int]:
    """Every row of the old store, the words at its revision, and the number in its head."""
    database = Database(settings.database_url)
    try:
        found = picture(database)
        with database.read() as session:
            said = str(session.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
            return found, said, int(session.execute(text("PRAGMA user_version")).scalar_one())
    finally:
        database.dispose()


def nothing_there(new: New) -> bool:
    """Whether the new store holds no row, and row security holds its owner."""
    database = new.opened()
    try:
        with reading(database) as session:
            counts = [session.execute(select(func.count()).select_from(table)).scalar_one() for table in tables()]
            loose = "SELECT count(*) FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity"
            return sum(counts) == 0 == session.execute(text(loose)).scalar_one()
    finally:
        database.dispose()


class Quiet:
    """Shows nothing, and calls ``then`` the first time a part with a certain name goes on."""

    def __init__(self, at: str = "", then: Callable[[], None] = lambda: None) -> None:
        self._at, self._then, self._what = at, then, ""
        self.parts: list[str] = []

    def __call__(self, what: str) -> Quiet._Part:
        self.parts.append(what)
        return Quiet._Part(self, what)

    class _Part:
        def __init__(self, quiet: Quiet, what: str) -> None:
            self._quiet, self._what, self._told = quiet, what, False

        def __call__(self, done: int, whole: int) -> None:
            assert 0 <= done <= whole
            if self._what == self._quiet._at and not self._told:
                self._told = True
                self._quiet._then()

        def end(self, words: str) -> None:
            assert words

