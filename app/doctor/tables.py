"""The tables: whether they are those of this version of the program, whole, and the serving role may read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from alembic.util import CommandError
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from app.doctor import queries
from app.doctor.findings import Finding, found
from app.doctor.ground import Ground
from app.kit import migrate
from app.kit.address import SQLITE
from app.kit.db import Database
from app.models import load_all
from app.models.base import Base

__all__ = ["check"]

# As many are named; the rest is counted.
NAMED: Final = 5
_AGAIN: Final = "the owner of the tables runs `waymark migrate`"


def check(ground: Ground) -> Iterator[Finding]:
    """What is wrong with the tables; if nothing is, the checks that read them may."""
    assert ground.store is not None
    wrong = list(_revision(_current(ground.store))) or list(_lacking(_columns(ground.store))) or list(_rights(ground))
    ground.tables = not wrong
    yield from wrong


def _current(store: Database) -> str | None:
    """The revision of the tables; empty for several at once."""
    try:
        with store.engine.connect() as connection:
            return migrate.current_of(connection)
    except CommandError:
        return ""
    except DBAPIError:
        # The role may not even read the revision; what else it may not is told with its rights.
        return migrate.head()


def _columns(store: Database) -> set[tuple[str, str]]:
    """Table and name of every column there is."""
    with store.engine.connect() as connection:
        found = inspect(connection).get_multi_columns()
    return {(table, column["name"]) for (_, table), columns in found.items() for column in columns}


def _revision(at: str | None) -> Iterator[Finding]:
    known = migrate.revisions()
    wanted = known[-1]
    if at == wanted:
        return
    if at is None:
        yield found(
            "tables.none", "The database holds no tables of this program",
            f"in a new installation {_AGAIN}; otherwise see that DATABASE_URL names the right database",
        )  # fmt: skip
    elif migrate.unfinished(at) is not None:
        yield found(
            "tables.restoring", "A restore into these tables was begun and not finished",
            "run the same `waymark restore` again; it starts anew",
        )  # fmt: skip
    elif at in known:
        behind = len(known) - known.index(at) - 1
        yield found(
            "tables.behind", f"The tables are at revision {at}, {behind} behind {wanted} of this program",
            f"make a backup, then {_AGAIN}",
        )  # fmt: skip
    else:
        said = f"at revision {at}" if at else "at several revisions at once"
        yield found(
            "tables.ahead", f"The tables are {said}, which this program does not know; its newest is {wanted}",
            "install the version of the program that made them; tables never go back by themselves",
        )  # fmt: skip


def _lacking(there: set[tuple[str, str]]) -> Iterator[Finding]:
    load_all()
    wanted = {(table.name, column.name) for table in Base.metadata.sorted_tables for column in table.columns}
    tables = {table for table, _ in there}
    missing = {table if table not in tables else f"{table}.{column}" for table, column in wanted - there}
    if missing:
        yield found(
            "tables.lacking", f"The database lacks {_some(sorted(missing))}",
            "nothing of the program takes them out: find out who did; `waymark restore` into an empty database brings"
            " them back",
        )  # fmt: skip


def _rights(ground: Ground) -> Iterator[Finding]:
    assert ground.store is not None
    if ground.store.dialect == SQLITE:
        return
    names = [*(table.name for table in Base.metadata.sorted_tables), "alembic_version"]
    with ground.store.read() as session:
        closed = queries.locked_out(session, names)
    if closed:
        yield found(
            "tables.rights", f"The role in DATABASE_URL may not read {_some(closed)}",
            f"set WAYMARK_APP_ROLE to this role if it is another than waymark_app; then {_AGAIN} again, which gives it"
            " its rights",
        )  # fmt: skip


def _some(names: list[str]) -> str:
    rest = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {rest} more" if rest > 0 else "")
