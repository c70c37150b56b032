"""Small house: one with people in shelter, built through the real services, over either engine."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from app.access.desk import House
from app.casework.held import CASE
from app.kit import migrate
from app.kit.db import Database
from app.main import create_app
from app.settings import Settings
from tests.factories.cases import bring_case, take
from tests.factories.forms import form
from tests.factories.houses import CHEAP, put_offices
from tests.factories.staff import Worker, hire_staff
from tests.inspect import reading
from tests.postgres import OWNER, SERVING, PostgresMissing, running_cluster

OWNER_URL = "WAYMARK_OWNER_DATABASE_URL"
ENGINES = ("auto", "postgresql", "sqlite")


class NotUsable(Exception):
    """The benchmark cannot run here as asked; the text says why."""


@dataclass(frozen=True)
class World:
    """The house, who works in it, and the cases each measurement has for itself."""

    app: Any
    house: House
    worker: Worker
    over_http: list[str]
    by_driver: list[str]


@contextmanager
def database(engine: str, folder: Path) -> Iterator[tuple[str, str]]:
    """The URL of an empty database with all its tables, and how durable it says it is.

    engine: one of ENGINES. With PostgreSQL: the database of DATABASE_URL, which must hold no case, else a server
    of our own that lives as long as the block. auto: PostgreSQL where that is possible, else SQLite.
    Raises NotUsable.
    """
    named = os.environ.get("DATABASE_URL", "")
    if engine == "sqlite":
        url = f"sqlite:///{folder / 'benchmark.db'}"
        migrate.upgrade(url)
        yield url, f"SQLite {sqlite3.sqlite_version}, WAL, synchronous=FULL"
    elif named.startswith("postgres"):
        _must_be_empty(named)
        migrate.upgrade(os.environ.get(OWNER_URL, named))
        yield named, durability(named)
    else:
        try:
            with running_cluster(fsync=True) as cluster, cluster.database() as url:
                migrate.upgrade(url)
                serving = make_url(url).set(username=SERVING).render_as_string(hide_password=False)
                yield serving, durability(serving)
        except PostgresMissing as missing:
            if engine == "postgresql":
                raise NotUsable(str(missing)) from None
            with database("sqlite", folder) as found:
                yield found


def build(url: str, folder: Path, cases: int, entries: int) -> World:
    """Open the house, hire its staff and bring people into shelter, twice ``cases`` of them.

    entries: how many entries the history of each case has before anything is measured.
    """
    app = create_app(Settings(environment="demo", var=folder, database_url=url), passwords=CHEAP)
    house: House = app.state.house
    put_offices(house)
    staff = hire_staff(house, "TH")
    worker = staff["social_worker"]
    brought = [_grown(house, worker, bring_case(house, staff, "sheltered"), entries) for _ in range(2 * cases)]
    return World(app, house, worker, brought[:cases], brought[cases:])


def _grown(house: House, worker: Worker, case_id: str, entries: int) -> str:
    with reading(house.db) as session:
        here = session.execute(select(CASE.c.history_count).where(CASE.c.id == case_id)).scalar_one()
    for _ in range(entries - here):
        take(house, worker, case_id, "move_placement", form(house, "placement"))
    return case_id


def _must_be_empty(url: str) -> None:
    if migrate.current(url) is None:
        return
    opened = Database(url)
    with reading(opened) as session:
        cases = cases_in(session)
    opened.dispose()
    if cases:
        raise NotUsable(f"DATABASE_URL holds {cases} cases; the benchmark writes, so give it an empty database")


def durability(url: str) -> str:
    """What the server of a database says of itself: version, fsync, synchronous_commit."""
    opened = Database(url)
    with reading(opened) as session:
        said = {
            name: session.execute(text(f"SHOW {name}")).scalar_one()
            for name in ("server_version", "fsync", "synchronous_commit")
        }
    opened.dispose()
    version = str(said.pop("server_version")).split()[0]
    return f"PostgreSQL {version}, " + ", ".join(f"{name}={value}" for name, value in said.items())


def owner_of(url: str) -> str:
    """How to reach a database that `database` gave as the owner of its tables; empty where it is reached so already."""
    if not url.startswith("postgres"):
        return ""
    named = os.environ.get(OWNER_URL, "")
    if named or os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return named
    return make_url(url).set(username=OWNER).render_as_string(hide_password=False)


def know_the_tables(house: House, owner_url: str = "") -> None:
    """Have the database look over its tables, as it does by itself in the night; their owner alone may ask for it."""
    if house.db.dialect != "postgresql":
        with house.db.write() as session:
            session.execute(text("ANALYZE"))
        return
    owner = Database(owner_url or house.db.engine.url.render_as_string(hide_password=False))
    with owner.engine.connect() as connection:
        # Outside any transaction, as PostgreSQL asks for it.
        plain = connection.execution_options(isolation_level="AUTOCOMMIT")
        plain.execute(text("SET statement_timeout = 0"))
        plain.execute(text("VACUUM (ANALYZE)"))
    owner.dispose()


def cases_in(session: Session) -> int:
    """How many cases a store holds."""
    return int(session.execute(select(func.count()).select_from(CASE)).scalar_one())
