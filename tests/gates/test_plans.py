"""Hot questions are answered by their indexes: PostgreSQL's own plans say so, over a world in which it matters.

The long form is `python -m benchmarks.plans --cases 100000`. SQLite has other plans and no wall of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from fastapi.testclient import TestClient

from app.kit import migrate
from app.main import create_app
from app.settings import Settings
from benchmarks import hot
from benchmarks.plans import LARGE, Cost, costs, filled
from benchmarks.small_house import know_the_tables
from tests.factories.houses import CHEAP
from tests.inspect import as_owner
from tests.postgres import OWNER, SERVING, Cluster

# Enough that a whole table is dearer than an index; a long history of twenty pages.
CASES: Final = 2500
ENTRIES: Final = 1000
World = tuple[Any, TestClient, hot.Cast]
# An index without which an act is to turn red, and the table that is then read from end to end or too far.
MUTANTS: Final = {
    "ix_name_key_digest": ("name search", "name_key"),
    "ix_access_entry_subject": ("looks at a case", "access_entry"),
    "pk_history_entry": ("timeline", "history_entry"),
}


@pytest.fixture(scope="module")
def world(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A filled world and the program over it; its database is its own, since the mutants break it."""
    template = postgres.template("waymark_template", migrate.upgrade)
    with postgres.database(template, role=SERVING) as url:
        folder = tmp_path_factory.mktemp("plans")
        app = create_app(Settings(environment="demo", var=folder, database_url=url), passwords=CHEAP)
        house = app.state.house
        owner = house.db.engine.url.set(username=OWNER).render_as_string(hide_password=False)
        filled(house, CASES, owner)
        cast = hot.cast_of(house, ENTRIES)
        know_the_tables(house, owner)
        yield app, TestClient(app, base_url="http://localhost"), cast
        house.db.dispose()


@pytest.fixture(scope="module")
def asked(world: World) -> dict[str, Cost]:
    """Every hot act once: name -> what it came to."""
    return {cost.act: cost for cost in costs(*world)}


def test_no_hot_act_reads_a_large_table_or_looks_further_than_its_page(asked: dict[str, Cost]) -> None:
    assert len(asked) > 20 and all(cost.told for cost in asked.values())
    read = {scan.table for cost in asked.values() for told in cost.told for scan in told.scans}
    assert LARGE - read <= {"record", "message_receipt"}, "what is measured reads every large table but these"
    faults = [fault for cost in asked.values() for fault in cost.faults]
    assert not faults, "\n".join(faults)


def test_a_long_history_opens_like_a_short_one(asked: dict[str, Cost]) -> None:
    """Fifty entries are shown and proved of either; the short one may have some less."""
    for act in ("case page", "timeline"):
        short, long = asked[act], asked[f"long {act}"]
        assert len(long.told) == len(short.told)
        assert long.rows <= short.rows + 3 * 50 and long.pages <= short.pages * 1.2 + 3 * 50


@pytest.mark.parametrize("index", MUTANTS)
def test_a_missing_index_is_noticed(world: World, index: str) -> None:
    act, table = MUTANTS[index]
    behind = as_owner(world[0].state.house.db)
    with behind.engine.begin() as connection:
        what = connection.exec_driver_sql(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %(name)s", {"name": index}
        ).one_or_none()
        if what is not None:
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {index}")
        else:
            connection.exec_driver_sql(f"DROP INDEX {index}")
    behind.dispose()
    (cost,) = costs(*world, names={act})
    assert cost.faults and any(scan.table == table for told in cost.told for scan in told.scans), cost.told
