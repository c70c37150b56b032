"""How a connection to PostgreSQL is set up: nothing in it waits for ever."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import errors
from sqlalchemy.engine import URL

__all__ = ["connect_args", "on_connect", "says_busy"]

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
CONNECT_SECONDS = 10

# "Not now" in PostgreSQL's words: lock or statement took too long, dead-lock, too many connections.
BUSY = (
    errors.LockNotAvailable,
    errors.QueryCanceled,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.TooManyConnections,
)


def connect_args(address: URL, *, looks_only: bool = False) -> dict[str, Any]:
    """Return the connection's settings, which travel with its first message; the URL's own come last.

    Args:
        address: may carry `?options=-c name=value` and `?connect_timeout=seconds` of its own.
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
    if "connect_timeout" not in address.query:
        arguments["connect_timeout"] = CONNECT_SECONDS
    if "application_name" not in address.query:
        arguments["application_name"] = "waymark"
    return arguments


def on_connect(connection: psycopg.Connection[Any], _record: object) -> None:
    """Refuse a connection whose commits would return before they are on disk.

    Raises:
        RuntimeError: the server, the role or the database switched synchronous_commit off.
    """
    connection.prepared_max = PREPARED_MOST
    value = connection.execute("SHOW synchronous_commit").fetchone()
    # Not a roll-back: at one the driver has the server forget every plan of a connection that was used before.
    connection.commit()
    if value is None or value[0] == "off":
        raise RuntimeError("synchronous_commit is off: a commit could be lost after it was confirmed")


def says_busy(error: object) -> bool:
    """Tell whether a driver error means that the server had no room in time."""
    return isinstance(error, BUSY)
