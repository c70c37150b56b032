"""Indexes are built beside the work on PostgreSQL: no writer is held up, and what was left half built is mended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from psycopg import errors
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from app.kit import migrate
from app.kit.db import Database
from migrations.concurrently import BUILT, Built
from tests.postgres import Cluster

WAIT_SECONDS = 60
SOUND = text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
BUILDING = text("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%' AND state = 'active'")


def sound(engine: Engine, name: str) -> bool | None:
    with engine.connect() as connection:
        found = connection.execute(SOUND, {"name": name}).scalar_one_or_none()
    return None if found is None else bool(found)


def lock(table: str) -> str:
    """What every writer takes, for a table that may hold no row."""
    return f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE"


def held_up(engine: Engine, table: str, build: Callable[[], object]) -> bool:
    """Whether somebody who begins to write while an index is built has to wait for a writer who was there before."""
    building = threading.Thread(target=build)
    with engine.connect() as earlier:
        earlier.execute(text(lock(table)))
        building.start()
        with engine.connect() as looking:
            end = time.monotonic() + WAIT_SECONDS
            while not looking.execute(BUILDING).scalar_one() and time.monotonic() < end:
                looking.commit()
                time.sleep(0.02)
            looking.commit()
            assert building.is_alive(), "the build waits for the earlier writer"
            try:
                looking.execute(text("SET LOCAL lock_timeout = '300ms'"))
                looking.execute(text(lock(table)))
                waited = False
            except OperationalError as refused:
                assert isinstance(refused.orig, errors.LockNotAvailable)
                waited = True
            looking.rollback()
        earlier.rollback()
    building.join(WAIT_SECONDS)
    assert not building.is_alive()
    return waited


@pytest.mark.parametrize("each", BUILT, ids=lambda built: built.name)
def test_whoever_writes_is_not_held_up_and_half_built_ones_are_mended(postgres: Cluster, each: Built) -> None:
    with postgres.database() as url:
        migrate.upgrade(url)
        database = Database(url)
        engine = database.engine
        migrate.downgrade(url, f"{int(each.revision) - 1:03}")
        assert sound(engine, each.name) is None
        assert not held_up(engine, each.table, lambda: migrate.upgrade(url))
        assert sound(engine, each.name) is True
        if each.instead_of is not None:
            assert sound(engine, each.instead_of[0]) is None
        postgres.command(
            f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{each.name}'::regclass",
            database=str(engine.url.database),
        )
        assert sound(engine, each.name) is False
        migrate.upgrade(url)
        assert sound(engine, each.name) is True

        def the_plain_way() -> None:
            with engine.begin() as connection:
                connection.execute(text(f"CREATE INDEX plain ON {each.table} ({', '.join(each.columns)})"))

        assert held_up(engine, each.table, the_plain_way), "an index that is built the plain way would be noticed"
        database.dispose()
