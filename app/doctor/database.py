"""The database: whether it answers, what the role may do there, whether it keeps what it confirms, and has room."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from psycopg.pq import PGconn, Ping
from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from app.backups.on_postgresql import without_password
from app.doctor import queries
from app.doctor.findings import Finding, found
from app.doctor.ground import Ground
from app.kit.address import SQLITE, address_of
from app.kit.db import POOL_OVERFLOW, POOL_SIZE, Database
from app.kit.durability import doubts
from app.kit.errors import Busy
from app.kit.powers import powers

__all__ = ["keeps", "opens", "role", "server"]

# The oldest version that the tests run on.
OLDEST_SERVER: Final = 15
# A statement ends after half a minute and an idle transaction after one; only a backup of much takes longer.
OLD: Final = timedelta(hours=1)
# What one more program may take.
ONE_PROGRAM: Final = POOL_SIZE + POOL_OVERFLOW
_ROLES: Final = "script/postgres-roles.sql makes the two roles, `waymark migrate` gives the serving one its rights"
# The words of a refusal, where the server speaks English; in other languages the last sentence is said.
_REFUSALS: Final = (
    (r"password|authentication", "it does not take the password of the role"),
    (r'role ".*" does not exist', "there is no such role"),
    (r'database ".*" does not exist', "there is no such database"),
    (r"pg_hba", "its pg_hba.conf lets nobody in from here as this role"),
    (r"too many|remaining connection slots", "all its connections are taken"),
    (r"SSL|certificate", "the two do not agree on encryption: its certificate, or sslmode in DATABASE_URL"),
)


def opens(ground: Ground) -> Iterator[Finding]:
    """Whether the database answers; then the other checks have it."""
    url = ground.settings.database_url
    try:
        address = address_of(url)
    except ValueError as fault:
        yield found("settings.unreadable", f"DATABASE_URL: {fault}", "correct the variable", "DATABASE_URL")
        return
    on_sqlite = address.get_backend_name() == SQLITE
    if on_sqlite and not Path(address.database or "").is_file():
        yield found(
            "database.missing", f"There is no database at {address.database}",
            "a new installation makes it with `waymark migrate`; if there was one, see DATABASE_URL and WAYMARK_VAR, or"
            " bring it back with `waymark restore`",
        )  # fmt: skip
        return
    store = Database(url, looks_only=True)
    try:
        with store.engine.connect() as connection:
            connection.execute(text("SELECT 1 FROM sqlite_master LIMIT 1" if on_sqlite else "SELECT 1")).first()
    except (DBAPIError, Busy) as error:
        store.dispose()
        yield _closed_file(address, error) if on_sqlite else _refused(address, error)
        return
    ground.store = store


def role(ground: Ground) -> Iterator[Finding]:
    """What the role that serves may do beyond serving, and whether row security binds it."""
    assert ground.store is not None
    held = powers(ground.store)
    if held:
        yield found("database.role", "; ".join(held), f"serve as a role that only serves in DATABASE_URL: {_ROLES}")


def keeps(ground: Ground) -> Iterator[Finding]:
    """Settings under which a power cut could lose what was confirmed."""
    assert ground.store is not None
    for doubt in doubts(ground.store):
        mend = (
            "have the file on a disk of this machine, where SQLite can lock it" if ground.store.dialect == SQLITE else
            "put it right in postgresql.conf, or take it back from the role (ALTER ROLE ... RESET) and the database"
        )  # fmt: skip
        yield found("database.durability", doubt, mend, doubt.partition(" ")[0])


def server(ground: Ground) -> Iterator[Finding]:
    """PostgreSQL itself: its version, its room, and what has been going on there for too long."""
    assert ground.store is not None
    if ground.store.dialect == SQLITE:
        return
    with ground.store.read() as session:
        version = queries.server_version(session)
        left = queries.room_for_connections(session)
        running, prepared = queries.old_transactions(session, OLD)
    if version < OLDEST_SERVER:
        mend = f"plan an update to {OLDEST_SERVER} or newer, with a backup before it"
        yield found("database.version", f"The server is PostgreSQL {version}", mend)
    if left < ONE_PROGRAM:
        yield found(
            "database.connections", f"The server has room for {max(left, 0)} more connections",
            f"raise max_connections, or run fewer programs: each takes up to {ONE_PROGRAM}",
        )  # fmt: skip
    if running or prepared:
        yield found(
            "database.transactions",
            f"{running} transactions have been open for more than an hour, {prepared} are prepared and never ended",
            "a backup may take that long; anything else is ended with pg_terminate_backend, a prepared one with"
            " ROLLBACK PREPARED (pg_stat_activity and pg_prepared_xacts name them)",
        )  # fmt: skip


def _closed_file(address: URL, error: Exception) -> Finding:
    kind = f"{error.orig}" if isinstance(error, DBAPIError) else "it is busy"
    return found(
        "database.away", f"The database {address.database} cannot be read: {kind}",
        "run this as the account of the program; if the file is damaged, `waymark restore` brings a backup back",
    )  # fmt: skip


def _refused(address: URL, error: Exception) -> Finding:
    """Away or refusing: the server tells by another question, in no language at all."""
    where = f"{address.host or address.query.get('host') or 'this machine'}"
    quick = address if "connect_timeout" in address.query else address.update_query_dict({"connect_timeout": "5"})
    answer = PGconn.ping(without_password(quick).encode())
    if answer in (Ping.NO_RESPONSE, Ping.NO_ATTEMPT):
        return found(
            "database.away", f"No PostgreSQL server answers at {where}",
            "see that the server runs and that this machine reaches it; DATABASE_URL says where",
        )  # fmt: skip
    if answer == Ping.REJECT:
        return found(
            "database.away", f"The PostgreSQL server at {where} lets nobody in just now",
            "it is starting, stopping or recovering: wait a minute, then read its log",
        )  # fmt: skip
    words = f"{error.orig}" if isinstance(error, DBAPIError) else "too many"
    told = next((said for pattern, said in _REFUSALS if re.search(pattern, words)), "its log says why")
    return found(
        "database.refuses",
        f"The PostgreSQL server at {where} does not let {address.username or 'the role'} in: {told}",
        f"see role, password and database in DATABASE_URL; {_ROLES}",
    )  # fmt: skip
