"""A full disk under the database: a clear answer, nothing half-done, and work goes on as soon as there is room."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import httpx2
import pytest

from app.kit import migrate, postgresql, sqlite
from tests import postgres as server
from tests.gates.crowded import AtWork, SmallDisk, at_work, small_disk
from tests.postgres import OWNER, SERVING, Cluster
from tests.standby import Member, until

KILOBYTE = 1024


def _no_room(answer: httpx2.Response) -> None:
    said = answer.json()
    assert (answer.status_code, said["code"]) == (503, "no_room"), answer.text
    assert "make room" in said["detail"] and int(answer.headers["Retry-After"]) > 0


def _fills_and_is_emptied(disk: SmallDisk, somebody: AtWork, leave: int) -> None:
    assert somebody.move().status_code == 200
    disk.fill(leave)
    key, refused = somebody.until_refused(400)
    _no_room(refused)
    _no_room(somebody.move(key))
    assert somebody.client.get("/health").status_code == 200, "reading goes on"
    somebody.holds()
    disk.make_room()
    answer = somebody.move(key)
    assert answer.status_code == 200 and "Idempotency-Replayed" not in answer.headers
    assert somebody.move(key).headers["Idempotency-Replayed"] == "true"
    assert somebody.move().status_code == 200
    somebody.holds()
    print(f"GATE failover no_room lost=0 limit=0 n={len(somebody.told)} engine={somebody.house.db.dialect}")


def test_sqlite_on_a_full_disk(sqlite_template: Path, tmp_path: Path) -> None:
    with small_disk(64) as disk:
        path = disk.folder / "small.db"
        shutil.copyfile(sqlite_template, path)
        with at_work(f"sqlite:///{path}", tmp_path) as somebody:
            _fills_and_is_emptied(disk, somebody, 256 * KILOBYTE)


def test_tables_of_postgresql_on_a_full_disk(postgres: Cluster, tmp_path: Path) -> None:
    with small_disk(96) as disk:
        template = postgres.template("waymark_template", migrate.upgrade)
        place = disk.folder / "tables"
        place.mkdir()
        shutil.chown(place, *_account())
        postgres.command(f"CREATE TABLESPACE small LOCATION '{place}'")
        postgres.command(f'CREATE DATABASE waymark_small OWNER {OWNER} TEMPLATE "{template}" TABLESPACE small')
        try:
            with at_work(postgres.url("waymark_small"), tmp_path) as somebody:
                _fills_and_is_emptied(disk, somebody, 64 * KILOBYTE)
        finally:
            postgres.drop("waymark_small")
            postgres.command("DROP TABLESPACE small")


def test_the_log_of_postgresql_on_a_full_disk(tmp_path: Path) -> None:
    """Its server cannot go on and ends; what was confirmed is there when it is started again, with room."""
    with small_disk(256) as disk, tempfile.TemporaryDirectory(prefix="waymark-pg-") as short:
        folder = disk.folder / Path(short).name
        folder.mkdir()
        shutil.chown(folder, *_account())
        alone = Member("alone", folder, server.binaries(), folder, "on")
        server._initdb(alone.programs, alone.data, server._account())
        alone.start()
        try:
            for role in (OWNER, SERVING):
                alone.ask(f"CREATE ROLE {role} LOGIN")
            alone.ask(f"CREATE DATABASE small OWNER {OWNER}")
            address = f"/small?host={folder}"
            migrate.upgrade(f"postgresql+psycopg://{OWNER}@{address}")
            with at_work(f"postgresql+psycopg://{SERVING}@{address}", tmp_path) as somebody:
                assert somebody.move().status_code == 200
                disk.fill()
                # The log goes on in another file, for which there is no room.
                with pytest.raises(Exception, match=r"closed|terminat|No space"):
                    for _ in range(20):
                        alone.ask("SELECT pg_switch_wal()")
                        alone.ask("CREATE TABLE more AS SELECT generate_series(1, 100000) AS n; DROP TABLE more")
                key, answer = somebody.until_refused(400)
                assert answer.status_code == 503 and answer.json()["code"] in ("database_away", "outcome_unknown")
                until("the server to end", lambda: alone.server is not None and alone.server.poll() is not None)
                assert somebody.move(key).json()["code"] == "database_away"
                disk.make_room()
                alone.start()
                assert somebody.move(key).status_code == 200
                assert somebody.move().status_code == 200
                somebody.holds()
                print(f"GATE failover no_room_for_the_log lost=0 limit=0 n={len(somebody.told)}")
        finally:
            alone.stop()


def test_a_full_disk_that_has_no_name_is_noticed(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "says_full", lambda error: False)
    monkeypatch.setattr(postgresql, "says_full", lambda error: False)
    with small_disk(64) as disk:
        path = disk.folder / "small.db"
        shutil.copyfile(sqlite_template, path)
        with at_work(f"sqlite:///{path}", tmp_path) as somebody:
            disk.fill(256 * KILOBYTE)
            _, refused = somebody.until_refused(400)
            assert refused.status_code == 500
    print("GATE failover mutant=full_unnamed faults=1 expected=some n=1")


def _account() -> tuple[int, int]:
    account = server._account()
    assert account is not None, "only root makes a small disk"
    return account.pw_uid, account.pw_gid
