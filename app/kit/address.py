"""Where the database is: one spelling for the addresses people write."""

from __future__ import annotations

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

__all__ = ["POSTGRESQL", "SQLITE", "address_of"]

SQLITE = "sqlite"
POSTGRESQL = "postgresql"
DRIVERS = {
    "sqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def address_of(url: str) -> URL:
    """Return `url` with the driver this program uses.

    Args:
        url: `sqlite:///path`, or `postgresql://`, `postgres://` or `postgresql+psycopg://`.

    Raises:
        ValueError: the text is no URL, names another engine, or is SQLite without a file: every
            connection to a database in memory would see an empty one of its own. The message does not
            hold the URL, for it may carry a password.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError("the database URL cannot be read; use sqlite:///path or postgresql://...") from None
    driver = DRIVERS.get(address.drivername)
    if driver is None:
        raise ValueError(
            f"the database engine {address.drivername!r} is not supported; use sqlite:/// or postgresql://"
        )
    if driver == SQLITE and _in_memory(address):
        raise ValueError("SQLite needs a file: sqlite:///relative/path or sqlite:////absolute/path")
    return address.set(drivername=driver)


def _in_memory(address: URL) -> bool:
    name = address.database or ""
    return name in ("", ":memory:") or name.startswith("file:")
