"""A database of PostgreSQL that was used and emptied is what a fresh clone is, to the last row of every catalogue."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from app.kit import migrate
from app.kit.clock import SettableClock
from app.kit.db import Database
from app.settings import Settings
from tests.conftest import START
from tests.factories.cases import bring_case
from tests.factories.towns import open_town
from tests.inspect import as_owner, rows_seen, writing
from tests.lending import Lending
from tests.postgres import SERVING, SUPERUSER, Cluster

# What PostgreSQL notes about sizes is no part of a database's state.
_SIZES = {"relpages", "reltuples", "relallvisible", "relfrozenxid", "relminmxid"}
SPOILS = [
    "CREATE TABLE mine (id int)",
    "ALTER TABLE record ADD COLUMN mine int",
    "ALTER TABLE record DISABLE ROW LEVEL SECURITY",
    f"GRANT DELETE ON history_entry TO {SERVING}",
    "DROP POLICY {policy} ON record",
    "CREATE SEQUENCE mine",
    "UPDATE alembic_version SET version_num = 'mine'",
    "ALTER DATABASE {name} SET synchronous_commit = off",
    "ALTER DATABASE {name} OWNER TO pg_monitor",
    "CREATE TABLE mine (id int); DROP TABLE mine",
]


@pytest.fixture
def template(postgres: Cluster) -> str:
    """The template that all tests use."""
    return postgres.template("waymark_template", migrate.upgrade)


def _name(url: str) -> str:
    return url.rpartition("?")[0].rpartition("/")[2]


def _whole(cluster: Cluster, url: str) -> dict[str, list[str]]:
    """Every row of every table of the database with its place among the versions; catalogues too."""
    with psycopg.connect(f"host={cluster.folder} user={SUPERUSER} dbname={_name(url)}") as connection:
        tables = connection.execute(
            "SELECT c.oid::regclass::text, array_agg(quote_ident(attname)::text) FROM pg_class c "
            "JOIN pg_attribute a ON attrelid = c.oid WHERE relkind IN ('r', 'S') AND NOT relisshared "
            "AND NOT attisdropped AND attname NOT IN ('cmin', 'cmax', 'tableoid') AND relname <> 'pg_statistic' "
            "GROUP BY c.oid"
        ).fetchall()
        found = {}
        for table, columns in tables:
            shown = ", ".join(sorted(f"t.{column}::text" for column in columns if column not in _SIZES))
            rows = connection.execute(f"SELECT ({shown})::text FROM {table} t")
            found[table] = sorted(row[0] for row in rows)
    return found


def _dirty(url: str, folder: Path) -> None:
    """Cases, their books and records, through the program itself."""
    settings = Settings(environment="demo", var=folder / "var", database_url=url)
    with open_town(settings, SettableClock(START)) as town:
        bring_case(town.house, town.th, to="identified")
        assert town.get(town.th["supervisor"], "/cases").status_code == 200


def test_used_and_emptied_it_is_like_a_fresh_clone(
    postgres: Cluster, lending: Lending, template: str, tmp_path: Path
) -> None:
    with lending.database(template) as url:
        _dirty(url, tmp_path / "first")
        used = url
    with lending.database(template) as again, postgres.database(template, SERVING) as fresh:
        assert again == used, "it was thrown away, and nothing is proved"
        emptied, new = _whole(postgres, again), _whole(postgres, fresh)
        assert len(new) > 90 and emptied.keys() == new.keys()
        assert [table for table in new if emptied[table] != new[table]] == []
        # And its walls stand: a stranger sees nothing, the history cannot be changed.
        _dirty(again, tmp_path / "second")
        database = Database(again)
        with database.read() as session:
            assert not rows_seen(session, "person")
        with pytest.raises(Exception, match="permission denied"), writing(database) as session:
            session.connection().exec_driver_sql("DELETE FROM history_entry")
        database.dispose()


@pytest.mark.parametrize("spoil", SPOILS)
def test_what_cannot_be_emptied_is_thrown_away(
    postgres: Cluster, lending: Lending, template: str, spoil: str
) -> None:
    with lending.database(template) as url:
        used = _name(url)
        with psycopg.connect(f"host={postgres.folder} user={SUPERUSER} dbname={used}") as connection:
            policy = connection.execute("SELECT polname FROM pg_policy WHERE polrelid = 'record'::regclass").fetchone()
            assert policy is not None
            connection.execute(spoil.format(name=used, policy=policy[0]))
    with lending.database(template) as url:
        assert _name(url) != used


def test_a_change_that_was_taken_back_costs_a_new_one_too(lending: Lending, template: str) -> None:
    with lending.database(template) as url:
        used, database = url, Database(url)
        owner = as_owner(database)
        with pytest.raises(ZeroDivisionError), owner.write() as session:
            session.connection().exec_driver_sql("CREATE TABLE mine (id int)")
            raise ZeroDivisionError
        owner.dispose()
        database.dispose()
    with lending.database(template) as url:
        assert url != used


def test_who_stays_is_sent_away_and_what_is_kept_begins_anew(lending: Lending, template: str) -> None:
    with lending.database(template) as url:
        used, left, kept = url, Database(url), Database(url)
        staying = left.engine.connect()
        staying.exec_driver_sql("SELECT pg_advisory_lock(7)")
        with kept.write() as session:
            session.connection().exec_driver_sql("SELECT pg_advisory_lock(8)")
            session.connection().exec_driver_sql("SET lock_timeout = '1s'")
            first = session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        kept.dispose()
    with lending.database(template) as url:
        assert url == used
        again = Database(url)
        with again.read() as session:
            ask = session.connection().exec_driver_sql
            assert ask("SELECT pg_backend_pid()").scalar_one() == first, "a new connection: nothing is proved"
            assert ask("SHOW lock_timeout").scalar_one() == "10s"
            assert ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").scalar_one() == 0
        again.dispose()
    staying.invalidate()
    staying.close()
    left.dispose()
