"""Where the database is: one spelling for the addresses people write."""

from __future__ import annotations

import re

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

__all__ = ["POSTGRESQL", "SQLITE", "address_of", "has_several_hosts", "hosts_of"]

SQLITE = "sqlite"
POSTGRESQL = "postgresql"
DRIVERS = {
    "sqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
# Several hosts as the programs of PostgreSQL write them: //user:password@one:5432,two:5432/database
_HOSTS = re.compile(
    r"^(?P<scheme>postgres\w*(?:\+\w+)?://)(?P<user>[^/?#]*@)?(?P<hosts>[^/?#@]*,[^/?#@]*)(?P<rest>[/?#].*)?$"
)
# libpq's word for which of several hosts is meant; the URL may say another.
ONE_THAT_WRITES = "target_session_attrs"
_HAS_PORT = re.compile(r":\d*$")


def address_of(url: str) -> URL:
    """Return `url` with the driver this program uses; of several hosts, the one that takes writes is meant.

    Args:
        url: `sqlite:///path`, or `postgresql://`, `postgres://` or `postgresql+psycopg://`. PostgreSQL may have
            several hosts, each with its port: `//user@one:5432,two:5432/database`, or `?host=one,two`.

    Raises:
        ValueError: the text is no URL, names another engine, or is SQLite without a file: every
            connection to a database in memory would see an empty one of its own. The message does not
            hold the URL, for it may carry a password.
    """
    hosts = _HOSTS.match(url)
    try:
        address = _of_several(hosts) if hosts else make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError("the database URL cannot be read; use sqlite:///path or postgresql://...") from None
    driver = DRIVERS.get(address.drivername)
    if driver is None:
        raise ValueError(
            f"the database engine {address.drivername!r} is not supported; use sqlite:/// or postgresql://"
        )
    if driver == SQLITE and _in_memory(address):
        raise ValueError("SQLite needs a file: sqlite:///relative/path or sqlite:////absolute/path")
    address = address.set(drivername=driver)
    if driver != SQLITE and has_several_hosts(address) and ONE_THAT_WRITES not in address.query:
        address = address.update_query_dict({ONE_THAT_WRITES: "read-write"})
    return address


def _in_memory(address: URL) -> bool:
    name = address.database or ""
    return name in ("", ":memory:") or name.startswith("file:")


def hosts_of(address: URL) -> tuple[str, ...]:
    """The servers it names, sockets by their folder; one empty name where it names none."""
    hosts = address.query.get("host", address.host or "")
    return hosts if isinstance(hosts, tuple) else tuple(hosts.split(","))


def has_several_hosts(address: URL) -> bool:
    """Tell whether it names more than one server, one of which takes writes."""
    return len(hosts_of(address)) > 1


def _of_several(url: re.Match[str]) -> URL:
    """The hosts and ports as SQLAlchemy and libpq both read them: in the query."""
    address = make_url(f"{url['scheme']}{url['user'] or ''}{url['rest'] or ''}")
    pairs = [each.rpartition(":") if _HAS_PORT.search(each) else (each, "", "") for each in url["hosts"].split(",")]
    ports = {"port": ",".join(port for _, _, port in pairs)} if any(port for _, _, port in pairs) else {}
    return address.update_query_dict({"host": ",".join(host.strip("[]") for host, _, _ in pairs), **ports})
