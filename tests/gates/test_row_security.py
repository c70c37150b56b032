"""G29: PostgreSQL as the second wall: the serving role, closed without a context, nothing carried over, equal rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import Desk, House
from app.kit import migrate
from app.kit.clock import SettableClock
from app.kit.db import Database
from app.kit.powers import powers
from app.models.base import Base
from migrations.walls.policies import ALL_RULES as RULES
from tests.factories.houses import make_house
from tests.factories.staff import Worker
from tests.gates.chart import Chart, draw_chart, expected
from tests.inspect import acting_as, as_owner, reading, rows_seen, see_all
from tests.postgres import SERVING, SUPERUSER, Cluster

TABLES = ("case_file", "referral", "task")
USERS, CHARTS = 1000, 3


@pytest.fixture
def served(postgres: Cluster) -> Iterator[Database]:
    """A migrated database as the role that serves, over one single pooled connection."""
    template = postgres.template("waymark_template", migrate.upgrade)
    with postgres.database(template, SERVING) as url:
        opened = Database(url)
        opened.engine.pool._pool.maxsize, opened.engine.pool._max_overflow = 1, 0
        yield opened
        opened.dispose()


@pytest.fixture
def house(served: Database, clock: SettableClock, keys: Any, signing: Any) -> House:
    return make_house(served, clock, keys, signing)


def said(name: str, value: int, limit: int, n: int) -> bool:
    print(f"GATE g29 {name}={value} limit={limit} n={n}")
    return value <= limit and n > 0


def desk_of(house: House, session: Session, worker: Worker) -> Desk:
    return Desk(session, worker.actor, house.clock.now(), house.policies, house.keys, house.signing, "gate",
                worker.office_id)  # fmt: skip


def counted(session: Session) -> int:
    return sum(session.execute(select(func.count()).select_from(Base.metadata.tables[name])).scalar_one()
               for name in RULES)  # fmt: skip


def test_the_serving_role_has_no_power_over_the_walls(served: Database) -> None:
    assert said("powers_of_the_serving_role", len(powers(served)), 0, 1), powers(served)
    owner = as_owner(served)
    assert len(powers(owner)) == 3, "the owner of the tables is told from the role that serves"
    with owner.write() as session:
        session.execute(text("ALTER TABLE case_file NO FORCE ROW LEVEL SECURITY"))
    owner.dispose()
    assert powers(served) == [
        "the database role is not bound on case_file, where row security is switched off"
    ], "the mutant: one table without its wall"


def test_every_table_about_persons_is_guarded_and_every_view_asks_as_its_reader(served: Database) -> None:
    with reading(served) as session:
        guarded = {
            row.relname
            for row in session.execute(
                text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind = 'r'")
            )
        }
        bare = session.execute(
            text("SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
                 " WHERE relkind IN ('v', 'm') AND nspname = 'public'"
                 " AND NOT coalesce(reloptions @> ARRAY['security_invoker=true'], false)")
        ).scalars().all()  # fmt: skip
    assert said("unguarded_tables", len(set(RULES) - guarded), 0, len(RULES))
    assert bare == []


def test_without_a_context_there_is_nothing(house: House) -> None:
    draw_chart(house, 1)
    seen, asked = 0, 0
    owner = as_owner(house.db)
    for database in (house.db, owner):
        with database.read() as session:
            seen += counted(session)
        with database.read() as session:
            rows.enter_as_nobody(session)
            seen += counted(session)
        with database.read() as session:  # what a transaction leaves behind: empty, not absent
            assert session.execute(text("SELECT current_setting('waymark.kind', true)")).scalar_one() == ""
            seen += counted(session)
        with database.write() as session:
            for name in RULES:
                seen += len(session.execute(text(f'SELECT 1 FROM "{name}" LIMIT 1')).all())
        asked += 4 * len(RULES)
    assert said("rows_without_context", seen, 0, asked)
    with reading(house.db) as session:
        assert counted(session) > 100, "the mutant: with a context the same rows are there"
    with owner.engine.begin() as connection:
        see_all(connection)
        assert connection.execute(text("SELECT count(*) FROM case_file")).scalar_one() == 30
    owner.dispose()


def foreign_rows(house: House, chart: Chart, users: int) -> int:
    """Rows of another country, or without any context, that users met who took turns on one connection."""
    country = {case["id"]: case["country"] for case in chart.cases}
    query = text("SELECT id FROM case_file")
    leaked = 0
    for number in range(users):
        worker = chart.workers[number % len(chart.workers)]
        with house.db.write() as session:  # a commit keeps what is set for a connection; a roll-back would undo it
            desk_of(house, session, worker)
            leaked += sum(country[each] != worker.country for each in session.execute(query).scalars())
        with house.db.read() as session:  # somebody who forgot to say who asks
            leaked += len(session.execute(query).all())
    return leaked


def test_a_pooled_connection_carries_nothing_over(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    chart = draw_chart(house, 2)
    assert said("foreign_rows_over_one_connection", foreign_rows(house, chart, USERS), 0, USERS)
    assert house.db.engine.pool.checkedin() == 1
    names = (*rows._NAMES,)
    session_wide = select(
        *(func.set_config(f"waymark.{name}", rows.bindparam(name), False).label(name) for name in names),
        func.set_config("waymark.us", func.waymark_stands_for(), False).label("us"),
    )
    monkeypatch.setattr(rows, "_ENTER", session_wide)
    assert foreign_rows(house, chart, 20) > 0, "the mutant: a setting for the whole connection leaks"


def differences(house: House, chart: Chart) -> tuple[int, int, list[str]]:
    """How often row security and the application's predicates differ, how many rows were seen, and where."""
    seen, where = 0, []
    unbound = acting_as(house.db, SUPERUSER)
    for worker in chart.workers:
        with house.db.read() as session, unbound.read() as everything:
            desk_of(house, session, worker)
            desk = desk_of(house, everything, worker)
            for table in TABLES:
                wanted, there = expected(desk, table), rows_seen(session, table)
                seen += len(there)
                if wanted != there:
                    where.append(f"{sorted(worker.roles)} {worker.office} {table}: -{wanted - there} +{there - wanted}")
    unbound.dispose()
    return len(where), seen, where


def test_row_security_and_the_predicates_agree(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong, seen, where = 0, 0, []
    for seed in range(CHARTS):
        chart = draw_chart(house, 10 + seed)
        found = differences(house, chart)
        wrong, seen, where = wrong + found[0], seen + found[1], where + found[2]
    assert said("differences", wrong, 0, seen), "\n".join(where)
    owner = as_owner(house.db)
    with owner.write() as session:
        session.execute(text("CREATE OR REPLACE FUNCTION waymark_blocked_persons() RETURNS SETOF text LANGUAGE sql"
                             " STABLE AS $$ SELECT NULL::text WHERE false $$"))  # fmt: skip
    owner.dispose()
    house.db.dispose()
    assert differences(house, chart)[0] > 0, "the mutant: a wall that forgets blocks"
