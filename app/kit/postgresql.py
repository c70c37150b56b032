"""How a connection to PostgreSQL is set up: nothing in it waits for ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import errors
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL

__all__ = ["Privileges", "connect_args", "on_connect", "privileges_of", "says_busy"]

SETTINGS = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    # A transaction that does nothing holds its locks all the same.
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
}
CONNECT_SECONDS = 10

# "Not now" in PostgreSQL's words: lock or statement took too long, dead-lock, too many connections.
BUSY = (
    errors.LockNotAvailable,
    errors.QueryCanceled,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.TooManyConnections,
)


# What the role can be or become: membership counts, for SET ROLE turns it into the real thing.
_ROLE: Final = text(
    """
    SELECT current_user AS name,
           EXISTS (SELECT 1 FROM pg_roles r WHERE r.rolsuper AND pg_has_role(current_user, r.oid, 'MEMBER'))
               AS superuser,
           EXISTS (SELECT 1 FROM pg_roles r WHERE r.rolbypassrls AND pg_has_role(current_user, r.oid, 'MEMBER'))
               AS bypasses_row_security,
           EXISTS (SELECT 1 FROM pg_database d WHERE d.datname = current_database()
                   AND pg_has_role(current_user, d.datdba, 'MEMBER')) AS owns_database
    """
)
_OWNED: Final = text(
    """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname !~ '^(pg_|information_schema$)'
      AND pg_has_role(current_user, c.relowner, 'MEMBER')
    ORDER BY c.relname
    """
)


@dataclass(frozen=True, slots=True)
class Privileges:
    """What the role of a connection may do past row security; a role of the program has none of it."""

    role: str
    superuser: bool
    bypasses_row_security: bool
    owns_database: bool
    owned_tables: tuple[str, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        """What is too much, each as the end of the sentence "The role ..."."""
        found = []
        if self.superuser:
            found.append("is a superuser or can become one")
        if self.bypasses_row_security and not self.superuser:
            found.append("passes row security (BYPASSRLS)")
        if self.owns_database and not self.superuser:
            found.append("owns the database")
        if self.owned_tables and not self.superuser:
            some = ", ".join(self.owned_tables[:3])
            found.append(f"owns {len(self.owned_tables)} tables or views ({some} ...)")
        return tuple(found)


def privileges_of(connection: Connection) -> Privileges:
    """What the role this connection signed in as, or any role it is a member of, may do beyond an ordinary one."""
    row = connection.execute(_ROLE).one()
    owned = tuple(connection.execute(_OWNED).scalars())
    return Privileges(row.name, row.superuser, row.bypasses_row_security, row.owns_database, owned)


def connect_args(address: URL) -> dict[str, Any]:
    """Return the connection's settings, which travel with its first message; the URL's own come last.

    Args:
        address: may carry `?options=-c name=value` and `?connect_timeout=seconds` of its own.
    """
    own = address.query.get("options", "")
    settings = [f"-c {name}={value}" for name, value in SETTINGS.items()]
    extra = [own] if isinstance(own, str) else list(own)
    arguments: dict[str, Any] = {"options": " ".join([*settings, *extra]).strip()}
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
    value = connection.execute("SHOW synchronous_commit").fetchone()
    connection.rollback()
    if value is None or value[0] == "off":
        raise RuntimeError("synchronous_commit is off: a commit could be lost after it was confirmed")


def says_busy(error: object) -> bool:
    """Tell whether a driver error means that the server had no room in time."""
    return isinstance(error, BUSY)
