"""How a connection to PostgreSQL is set up: nothing in it waits for ever."""

from __future__ import annotations

import math
import time
from typing import Any

import psycopg
from psycopg import errors
from sqlalchemy.engine import URL, Dialect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from app.kit.address import ONE_THAT_WRITES, has_several_hosts

__all__ = [
    "connect_args", "on_checkin", "on_checkout", "on_connect", "only_to_look", "says_away", "says_busy", "says_full",
    "says_read_only",
]  # fmt: skip

SETTINGS = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    # A transaction that does nothing holds its locks all the same.
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
    # Row security makes a statement longer to plan than to run: plan it once for each connection, not at every use.
    "plan_cache_mode": "force_generic_plan",
    # The same words look dear enough to be compiled, which takes seconds and saves nothing.
    "jit": "off",
}
# A statement is prepared when a connection meets it again; the program has a few hundred of them.
PREPARED_AT, PREPARED_MOST = 1, 500
# One of several hosts that is dead must not cost each new connection as much as the only one may.
CONNECT_SECONDS, CONNECT_SECONDS_OF_SEVERAL = 10, 3
# A machine that is gone says nothing: without these its connections hang for a quarter of an hour, or for two.
NOTICED = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25_000}

# A connection that was used so short a time ago is taken as it is: asking it first would cost every request a round
# trip. One that has rested may be to a server that died meanwhile, and whoever comes first should not be told so.
RESTED_SECONDS = 5.0
RESTS_SINCE = "waymark_rests_since"

# "Not now" in PostgreSQL's words: lock or statement took too long, dead-lock, too many connections.
BUSY = (
    errors.LockNotAvailable,
    errors.QueryCanceled,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.TooManyConnections,
)
# "Not here": the server stops, has crashed, or is not ready. A connection that breaks or cannot be made has no code.
AWAY = (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow)
BROKEN_CONNECTION = "08"
# Where a commit returns before more than one disk has it, although the installation has a second; or any disk at all.
WEAK_COMMITS = ("off", "local")


def connect_args(address: URL, *, looks_only: bool = False) -> dict[str, Any]:
    """Return the connection's settings, which travel with its first message; the URL's own come last.

    Args:
        address: may carry `?options=-c name=value`, `?connect_timeout=seconds` and any other of these of its own. Of
            several hosts each gets a little time only.
        looks_only: whether the server refuses every change over it.
    """
    own = address.query.get("options", "")
    settings = [f"-c {name}={value}" for name, value in SETTINGS.items()]
    extra = [own] if isinstance(own, str) else list(own)
    extra += ["-c default_transaction_read_only=on"] if looks_only else []
    arguments: dict[str, Any] = {
        "options": " ".join([*settings, *extra]).strip(),
        "prepare_threshold": PREPARED_AT,
    }
    usual: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "application_name": "waymark", **NOTICED}
    if has_several_hosts(address):
        usual["connect_timeout"] = CONNECT_SECONDS_OF_SEVERAL
    return arguments | {name: value for name, value in usual.items() if name not in address.query}


def only_to_look(address: URL) -> URL:
    """Of several hosts still the one that takes writes: a connection that only reads is not known by taking them."""
    if address.query.get(ONE_THAT_WRITES) != "read-write":
        return address
    return address.update_query_dict({ONE_THAT_WRITES: "primary"})


def on_connect(connection: psycopg.Connection[Any], _record: object) -> None:
    """Refuse a server that only reads, and a connection whose commits would return before they are safe.

    Raises:
        psycopg.OperationalError: a standby, or a server that was told to take no writes.
        RuntimeError: the server, the role, the database or the URL weakened synchronous_commit. `local` is safe only
            as long as there is no standby, where it means the same as `on`; with one a failover loses what was
            confirmed (docs/decisions/0075).
    """
    told = connection.pgconn.parameter_status
    if b"on" in (told(b"in_hot_standby"), told(b"default_transaction_read_only")):
        connection.close()
        raise psycopg.OperationalError("this server only reads: it is a standby, or was told to take no writes")
    connection.prepared_max = PREPARED_MOST
    value = connection.execute("SHOW synchronous_commit").fetchone()
    # Not a roll-back: at one the driver has the server forget every plan of a connection that was used before.
    connection.commit()
    if value is None or value[0] in WEAK_COMMITS:
        connection.close()
        found = value[0] if value else "unknown"
        raise RuntimeError(f"synchronous_commit is {found}: a commit could be lost after it was confirmed")


def on_checkin(_connection: object, record: ConnectionPoolEntry) -> None:
    """Note since when a connection rests."""
    record.info[RESTS_SINCE] = time.monotonic()


def on_checkout(dialect: Dialect, connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Ask a connection that has rested whether its server is still there.

    Raises:
        InvalidatePoolError: it is not; the pool then throws away all that it has and makes another connection.
    """
    if time.monotonic() - record.info.get(RESTS_SINCE, math.inf) < RESTED_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except psycopg.Error as error:
        raise InvalidatePoolError() from error


def says_busy(error: object) -> bool:
    """Tell whether a driver error means that the server had no room in time."""
    return isinstance(error, BUSY)


def says_away(error: object) -> bool:
    """Tell whether a driver error means that the server cannot be reached, or went away in the middle."""
    if not isinstance(error, psycopg.Error):
        return False
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError)
    return isinstance(error, AWAY) or error.sqlstate.startswith(BROKEN_CONNECTION)


def says_full(error: object) -> bool:
    """Tell whether a driver error means that the server's disk has no room left."""
    return isinstance(error, errors.DiskFull)


def says_read_only(error: object) -> bool:
    """Tell whether a driver error means that the server takes no writes, or the transaction was to make none."""
    return isinstance(error, errors.ReadOnlySqlTransaction)
