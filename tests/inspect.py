"""Ways behind the walls, for tests only: a look at every row, rows put there by hand, and an owner who tampers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from app.access import rows
from app.kit.db import Database
from tests.postgres import OWNER


@contextmanager
def reading(database: Database) -> Iterator[Session]:
    """`database.read()` that sees every row of every country."""
    with database.read() as session:
        rows.enter_everything(session)
        yield session


@contextmanager
def writing(database: Database) -> Iterator[Session]:
    """`database.write()` that may put a row anywhere, with the rights of the role that serves."""
    with database.write() as session:
        rows.enter_everything(session)
        yield session


@contextmanager
def tampering(database: Database) -> Iterator[Session]:
    """`writing` by the owner of the tables, who may also change and remove what serving only adds."""
    if database.dialect != "postgresql":
        with writing(database) as session:
            yield session
        return
    behind = as_owner(database)
    try:
        with writing(behind) as session:
            yield session
    finally:
        behind.dispose()


def see_all(connection: Connection) -> None:
    """Let the present transaction of a bare connection see every row."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT set_config('waymark.kind', 'everything', true)"))


def as_owner(database: Database) -> Database:
    """The same database as the owner of its tables; the caller disposes of it."""
    return acting_as(database, OWNER)


def acting_as(database: Database, role: str) -> Database:
    """The same database as another role; the caller disposes of it."""
    return Database(database.engine.url.set(username=role).render_as_string(hide_password=False))


def rows_seen(session: Session, table: str, key: str = "id") -> set[str]:
    """The ids of ``table`` that the session's transaction sees with no filter at all: what row security leaves."""
    return set(session.execute(text(f'SELECT "{key}" FROM "{table}"')).scalars())
