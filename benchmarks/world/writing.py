"""Writing: rows into a store in batches, all of them in one transaction, a world is there whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Table, insert, text
from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import House
from app.backups.on_postgresql import hold_owner
from app.kit.db import Database
from benchmarks.small_house import NotUsable
from benchmarks.world.mould import Row
from benchmarks.world.nursery import TABLES

# So many rows are held before they are written; of all tables together.
AT_ONCE: Final = 20_000


class Writer:
    """Takes rows and writes them when there are enough; ``counts``: rows by table, as far as they were taken."""

    def __init__(self, put: Callable[[Table, list[tuple[Any, ...]]], None]) -> None:
        """put: writes rows of one table, each with all columns in their order."""
        self._put = put
        self._held: dict[str, list[tuple[Any, ...]]] = {table.name: [] for table in TABLES}
        self._waiting = 0
        self.counts: Counter[str] = Counter()

    def take(self, row: Row) -> None:
        """One row; parents come before their children."""
        self._held[row[0]].append(row[1])
        self._waiting += 1

    def settle(self, *, all_of_it: bool = False) -> bool:
        """Write what is held, if it is much or ``all_of_it``; whether it was. Called between cases alone."""
        if self._waiting < AT_ONCE and not all_of_it:
            return False
        for table in TABLES:
            lines = self._held[table.name]
            if lines:
                self._put(table, lines)
                self.counts[table.name] += len(lines)
                lines.clear()
        self._waiting = 0
        return True


@contextmanager
def filling(house: House, owner_url: str = "") -> Iterator[tuple[Session, Writer]]:
    """One transaction that may write every row of every country, and a writer in it.

    On PostgreSQL by the owner of the tables (``owner_url``; without it the house's own role must be the owner), with
    COPY: row security does not hold the owner until the transaction ends, as when a backup is brought back, and nobody
    else sees anything of it. Raises NotUsable where the role owns no tables.
    """
    if house.db.dialect != "postgresql":
        with house.db.write() as session:
            yield session, Writer(_inserting(session))
        return
    owner = Database(owner_url or house.db.engine.url.render_as_string(hide_password=False))
    try:
        with owner.write() as session:
            _must_own(session)
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
                session.execute(text(f"SET LOCAL {name} = 0"))
            hold_owner(session, held=False)
            rows.enter_everything(session)
            yield session, Writer(_copying(session))
            hold_owner(session, held=True)
    finally:
        owner.dispose()


def size_of(house: House) -> int:
    """How many bytes the store takes on disk."""
    database = house.db.engine.url.database or ""
    if house.db.dialect != "postgresql":
        return sum(part.stat().st_size for part in Path(database).parent.glob(f"{Path(database).name}*"))
    with house.db.read() as session:
        return int(session.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def _must_own(session: Session) -> None:
    mine = "SELECT pg_get_userbyid(relowner) = current_user FROM pg_class WHERE oid = to_regclass('case_file')"
    if not session.execute(text(mine)).scalar_one_or_none():
        raise NotUsable(
            "a world is written by the owner of the tables; WAYMARK_OWNER_DATABASE_URL has to say how to reach the"
            " database as it"
        )


def _inserting(session: Session) -> Callable[[Table, list[tuple[Any, ...]]], None]:
    def put(table: Table, lines: list[tuple[Any, ...]]) -> None:
        names = [column.name for column in table.c]
        session.execute(insert(table), [dict(zip(names, line, strict=True)) for line in lines])

    return put


def _copying(session: Session) -> Callable[[Table, list[tuple[Any, ...]]], None]:
    driver: Any = session.connection().connection.driver_connection

    def put(table: Table, lines: list[tuple[Any, ...]]) -> None:
        columns = ", ".join(f'"{column.name}"' for column in table.c)
        with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
            for line in lines:
                copy.write_row(line)

    return put
