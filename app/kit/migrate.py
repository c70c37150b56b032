"""Bring a database to a revision of the tables, up or down, in one transaction."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from app.kit import postgresql, sqlite
from app.kit.address import SQLITE, address_of

__all__ = [
    "RESTORING", "BrokenReferences", "configuration", "current", "downgrade", "head", "revisions", "unfinished",
    "upgrade",
]  # fmt: skip

SCRIPTS = "migrations"
# What stands before the revision while a restore fills the tables: no program serves such tables.
RESTORING = "restoring:"
# The role that serves, unless another is named; script/postgres-roles.sql makes it.
APP_ROLE = "waymark_app"
# Any number that nothing else uses: two programs that start at once migrate one after the other.
PG_LOCK = 7_309_471_205
# Alembic keeps the running environment in module globals.
_one_at_a_time = threading.Lock()


class BrokenReferences(Exception):
    """After the migration rows point to rows that do not exist; everything was rolled back."""


def upgrade(url: str, revision: str = "head", *, app_role: str = APP_ROLE) -> bool:
    """Bring the database up to `revision`, all steps or none, and give the serving role its rights.

    On PostgreSQL large indexes are built after that, while others work (migrations/concurrently.py).

    Args:
        url: as for `Database`; on PostgreSQL as the owner of the tables.
        revision: a revision id, or head.
        app_role: the role that serves; it must not be the one of ``url``.

    Returns:
        whether there is such a role and it has its rights now; always True on SQLite, which has no roles.

    Raises:
        ValueError: the URL cannot be used.
        BrokenReferences: SQLite, where foreign keys are only checked at the end of a migration.
    """
    return _run(url, lambda config: command.upgrade(config, revision), app_role)


def downgrade(url: str, revision: str, *, app_role: str = APP_ROLE) -> None:
    """Bring the database down to `revision` (an id, -1, or base); rows in dropped tables are lost.

    Raises:
        ValueError, BrokenReferences: as in `upgrade`.
    """
    _run(url, lambda config: command.downgrade(config, revision), app_role)


def current(url: str) -> str | None:
    """Return the revision the database is at, None before the first."""
    with _connection(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def unfinished(revision: str) -> str | None:
    """The revision of tables that a restore has begun to fill and not finished; None for any others."""
    return revision.removeprefix(RESTORING) if revision.startswith(RESTORING) else None


def revisions() -> tuple[str, ...]:
    """Return all revision ids, first to last."""
    scripts = ScriptDirectory.from_config(configuration())
    return tuple(reversed([script.revision for script in scripts.walk_revisions()]))


def head() -> str | None:
    """Return the newest revision id, None while there is none."""
    return ScriptDirectory.from_config(configuration()).get_current_head()


def configuration() -> Config:
    """Return alembic's configuration; there is no ini file to keep in step.

    Raises:
        RuntimeError: the package `migrations` is not installed.
    """
    spec = find_spec(SCRIPTS)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"the package {SCRIPTS} is not installed")
    config = Config()
    # A percent sign in a path would be read as the beginning of a placeholder.
    config.set_main_option("script_location", str(Path(spec.origin).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def _run(url: str, act: Callable[[Config], None], app_role: str) -> bool:
    with _one_at_a_time, _connection(url) as connection:
        on_sqlite = connection.dialect.name == SQLITE
        if on_sqlite:
            # A table that is rebuilt is dropped once; with foreign keys on, that would delete its children.
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
            connection.exec_driver_sql("SET LOCAL lock_timeout = '10min'")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({PG_LOCK})")
            connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
        config = configuration()
        config.attributes["connection"] = connection
        config.attributes["app_role"] = app_role
        act(config)
        if on_sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                tables = ", ".join(sorted({row[0] for row in broken}))
                raise BrokenReferences(f"rows without their parent in: {tables}")
        connection.commit()
        afterwards = config.attributes.get("afterwards")
        if afterwards is not None:
            beside = connection.execution_options(isolation_level="AUTOCOMMIT")
            afterwards(beside, MigrationContext.configure(beside).get_current_revision())
    return bool(config.attributes.get("granted", True))


@contextlib.contextmanager
def _connection(url: str) -> Iterator[Connection]:
    """Open one connection outside any pool; leaving it without a commit rolls back."""
    address = address_of(url)
    on_sqlite = address.get_backend_name() == SQLITE
    if on_sqlite:
        sqlite.make_private(address)
    arguments = sqlite.connect_args() if on_sqlite else postgresql.connect_args(address)
    engine = create_engine(address, poolclass=NullPool, hide_parameters=True, connect_args=arguments)
    with engine.connect() as connection:
        if on_sqlite:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            connection.exec_driver_sql("PRAGMA synchronous = FULL")
        yield connection
    engine.dispose()
