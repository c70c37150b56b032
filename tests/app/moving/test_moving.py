"""A whole office is moved and goes on as if nothing had been; a move that breaks leaves everything as it was."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, insert, select, text
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

from app import cli
from app.access import drafts
from app.casework import epochs, jobs
from app.kit import migrate, moved
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.moved import HasMoved
from app.models.access_log import AccessEntry
from app.models.job import Job
from app.models.outbox import OutboxRow
from app.moving import back, copying, moving
from app.moving.comparing import tables
from app.moving.moving import Done
from app.moving.refused import MoveRefused
from app.oversight.proving import open_seals, prove
from app.oversight.rebuild import rebuild_facts
from app.settings import Settings
from tests.app.moving.conftest import New
from tests.app.moving.old import DRAFT_AT, ONCE, TYPED, Old
from tests.app.moving.pictures import Quiet, nothing_there, of_file, picture
from tests.factories import referrals
from tests.factories.programs import program
from tests.factories.staff import desk_of
from tests.factories.towns import API
from tests.inspect import reading
from tests.postgres import OWNER, SERVING, SUPERUSER, Cluster

# Tables that the story leaves empty. Rows of each go the same way in test_rows.py; a new table is put here, or better
# into the story of old.py.
UNTOLD = {
    "contact", "contact_answer", "contact_told", "epoch", "login_attempt", "partner_replay", "witness_finding",
    "witnessed_checkpoint", "access_block", "correspondence", "corridor_meeting", "meeting", "shelter_visit",
    "approval", "bulk_act", "corridor_decision", "incident", "operation", "recovery_code", "saved_list", "seal_name",
    "second_factor", "shelter_visit_part", "bed_request", "case_export", "case_transfer", "emergency_access",
    "fund_movement", "fund_request", "incident_case", "incident_offender", "inquiry", "legal_hold", "meeting_case",
    "microdata_made", "operation_reserve", "person_link", "refresh_token", "released_table", "reveal", "tip",
    "document_error", "erasure", "imported_case", "shelter_beds", "case_service",
}  # fmt: skip
VOLATILE = re.compile(r'(name="(csrf|act)" value=|"correlation": ?)"[^"]*"')


@pytest.fixture
def here(old: Old, tmp_path: Path) -> Settings:
    """A copy of the old store."""
    return old.copy(tmp_path / "here")


def go(old: Old, settings: Settings, url: str, shows: Quiet | None = None, **more: Any) -> Done:
    return moving.move(old.house(settings), settings, url, shows or Quiet(), **more)


def test_an_office_moves_and_is_proven_and_its_work_goes_on(old: Old, here: Settings, new: New) -> None:
    before, _, _ = of_file(here)
    empty = {name for name, rows in before.items() if not rows}
    assert empty == UNTOLD, (empty - UNTOLD, UNTOLD - empty)
    shows = Quiet()
    done = go(old, here, new.url, shows)
    assert shows.parts == ["Copying", "Comparing every row", "Proving chains, seals and facts"]
    lines = len(old.house(here).signing.countries)
    assert not done.proof.faults and done.rows == sum(map(len, before.values())) + lines
    told = " ".join(done.proof.checked)
    assert re.search(r"(\d\d+) of \1 entries verified", told) and re.search(r"[1-9]\d* checkpoints", told)
    assert re.search(r"[1-9]\d* data keys and [1-9]\d* seals opened", told) and "0 differ" in told

    there = old.settings(new.serving)
    assert prove(there).faults == () and not open_seals(there).broken
    house = old.house(there)
    assert rebuild_facts(house) == []
    assert picture(house.db, ("access_entry",)) == {k: v for k, v in before.items() if k != "access_entry"}
    with house.db.read() as session:
        # Who serves sees nothing without saying who asks, as before.
        assert session.execute(select(func.count()).select_from(AccessEntry)).scalar_one() == 0
    with reading(house.db) as session:
        loose = "SELECT count(*) FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity"
        assert session.execute(text(loose)).scalar_one() == 0
        # Nothing was lost, so no epoch begins and partners have nothing to tell again.
        assert epochs.current(session) is None
        waiting = session.execute(select(func.count()).select_from(OutboxRow).where(OutboxRow.done_at.is_(None)))
        assert waiting.scalar_one() > 0
        assert session.execute(select(Job.state)).scalars().all().count("waiting") == 1
    with desk_of(house, old.workers["social_worker"]) as desk:
        assert dict(drafts.kept(desk, DRAFT_AT) or {}) == TYPED
    # What waited in the outbox is delivered from there, and the work that waited is done.
    referrals.post(house)
    assert referrals.pair_of(house, old.ids["waiting_referral"]).arrived
    with program(there, old.clock()) as app, TestClient(app, base_url="http://localhost") as client:
        while jobs.work_once(app.state.house):
            pass
        headers = old.headers["case_manager"]
        found = client.get(f"{API}/imports/{old.ids['waiting_import']}", headers=headers).json()
        assert found["state"] == "checked"
        # Somebody who asks again with the same key gets the answer of the old store, and nothing is done twice.
        headers = {**old.headers["social_worker"], "Idempotency-Key": ONCE}
        again = client.post(f"{API}/cases/{old.ids['case_id']}/notes", json={"note": "Slept well."}, headers=headers)
        assert (again.status_code, again.json()) == (old.answer.status_code, old.answer.json())
        app.state.house.db.dispose()
    house.db.dispose()


def test_every_page_and_route_answers_as_before(old: Old, tmp_path: Path, new: New) -> None:
    stays, goes = old.copy(tmp_path / "stays"), old.copy(tmp_path / "goes")
    go(old, goes, new.url)
    first, second = asked(old, stays), asked(old, old.settings(new.serving))
    assert sum(status == 200 for status, _ in first.values()) > 60, len(first)
    differing = {
        path: list(unified_diff(first[path][1].split("\n"), second[path][1].split("\n"), n=0))[3:9]
        for path in first
        if first[path] != second[path]
    }
    assert not differing, differing


def asked(old: Old, settings: Settings) -> dict[str, tuple[int, str]]:
    """What every route and page that can be asked for says to several people, without what is new each time."""
    clock = old.clock()
    with program(settings, clock) as app, TestClient(
        app, base_url="http://localhost", raise_server_exceptions=False, follow_redirects=False
    ) as client:
        found = {}
        for route in sorted(app.state.routes, key=lambda each: each.path):
            wanted = set(re.findall(r"{(\w+)", route.path))
            if "GET" not in route.methods or not wanted <= set(old.ids) or route.open_because:
                continue
            path = re.sub(r"{(\w+)[^}]*}", lambda hit: old.ids[hit[1]], route.path)
            for role in ("social_worker", "supervisor"):
                sent = {"Cookie": f"demo-waymark={old.cookies[role]}"} if route.html else old.headers[role]
                # Looks of one moment have no order.
                clock.advance(timedelta(seconds=1))
                answer = client.get(path, headers=sent)
                found[f"{role} {path}"] = answer.status_code, VOLATILE.sub("", answer.text)
        app.state.house.db.dispose()
        return found


def test_the_old_store_says_where_it_went_and_takes_nothing_any_more(
    old: Old, here: Settings, new: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Somebody who looked at the revision before the move, and comes to write after it.
    late = Database(here.database_url)
    secret = new.url.replace(OWNER, f"{OWNER}:a-long-secret-word")
    told = command(old, here, monkeypatch, "migrate-to", secret)
    assert told.exit_code == 0, told.output
    where = moved.place_of(make_url(new.url))
    assert where in told.output and "on both sides" in told.output and "no epoch begins" in told.output
    before = of_file(here)
    with pytest.raises(HasMoved), late.write() as session:
        session.execute(insert(AccessEntry), {})
    late.dispose()
    for arguments in (["serve"], ["worker"], ["migrate"], ["backup"], ["audit", "verify"], ["offices", "sync"]):
        refused = command(old, here, monkeypatch, *arguments)
        assert refused.exit_code == 1 and f"this store has moved to {where}" in refused.output, refused.output
        assert "secret" not in refused.output and OWNER not in refused.output
    assert of_file(here) == before and before[1:] == (f"moved:{migrate.head()} {where}", moved.LATCH)
    again = command(old, here, monkeypatch, "migrate-to", secret)
    assert again.exit_code == 1 and f"has moved to {where} already" in again.output

    # Nobody has written there yet, so the way back is open; and then it goes again.
    other = command(old, here, monkeypatch, "migrate-to", "--back", new.url.replace(new.name, "another"))
    assert other.exit_code == 1 and "not to" in other.output
    returned = command(old, here, monkeypatch, "migrate-to", "--back", secret)
    assert returned.exit_code == 0 and "is served from here again" in returned.output, returned.output
    assert nothing_there(new)
    rows, said, latch = of_file(here)
    assert (said, latch) == (migrate.head(), 0) and sum("store_came_back" in row for row in rows["access_entry"]) > 0
    assert command(old, here, monkeypatch, "audit", "verify").exit_code == 0
    assert "has not moved" in command(old, here, monkeypatch, "migrate-to", "--back", secret).output
    assert command(old, here, monkeypatch, "migrate-to", secret).exit_code == 0


def test_there_is_no_way_back_over_what_was_written_there(old: Old, here: Settings, new: New) -> None:
    go(old, here, new.url)
    there = old.house(old.settings(new.serving))
    with pytest.raises(MoveRefused, match="somebody is connected to"), there.db.read() as session:
        session.execute(text("SELECT 1"))
        back.bring_back(old.house(here), here, new.url)
    with desk_of(there, old.workers["social_worker"]) as desk:
        drafts.keep(desk, "/cases/other", TYPED)
    there.db.dispose()
    before = of_file(here)
    with pytest.raises(MoveRefused, match=r"draft has 1 rows here and 2 there; draft \S+ is there alone"):
        back.bring_back(old.house(here), here, new.url)
    assert of_file(here) == before and not nothing_there(new)


def command(old: Old, settings: Settings, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Any:
    """Run a command over the old store."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    places = {"ENVIRONMENT": "demo", "VAR": settings.var, "DATABASE_URL": settings.database_url}
    for name, value in places.items():
        monkeypatch.setenv(f"WAYMARK_{name}", str(value))
    result = CliRunner().invoke(cli.app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def refused(old: Old, settings: Settings, url: str) -> str:
    """What a move that is refused says; the old store is as it was."""
    before = of_file(settings)
    with pytest.raises(MoveRefused) as found:
        go(old, settings, url)
    assert of_file(settings) == before
    return str(found.value)


def test_a_new_store_that_is_not_as_it_has_to_be_is_refused(
    old: Old, here: Settings, new: New, postgres: Cluster
) -> None:
    assert "moved to PostgreSQL" in refused(old, here, here.database_url)
    for role, words in ((SERVING, "may make no tables there"), (SUPERUSER, "passes row security")):
        assert words in refused(old, here, new.url.replace(OWNER, role))
    told = refused(old, here, new.url.replace(new.name, "nowhere"))
    assert "cannot be used: OperationalError" in told and "Nothing was moved" in told
    lonely = here.model_copy(update={"app_role": "nobody_serves"})
    assert "there is no role nobody_serves beside" in refused(old, lonely, new.url)

    there = new.opened()
    for revision, words in (("999", "revision 999, which this program does not know"), ("restoring:041", "a restore")):
        with there.write() as session:
            kept = session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
            session.execute(text("UPDATE alembic_version SET version_num = :said"), {"said": revision})
        assert words in refused(old, here, new.url)
        with there.write() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :said"), {"said": kept})
    assert nothing_there(new)
    with there.write() as session:
        session.execute(text("INSERT INTO login_attempt VALUES ('somebody', 1, now())"))
    there.dispose()
    assert "is not empty: login_attempt have rows" in refused(old, here, new.url)
    with postgres.database() as bare:
        stranger = Database(bare)
        with stranger.write() as session:
            session.execute(text("CREATE TABLE shopping (what text)"))
        stranger.dispose()
        assert "holds tables of something else: shopping" in refused(old, here, bare)


def test_a_new_store_without_tables_or_behind_is_brought_up_first(old: Old, here: Settings, postgres: Cluster) -> None:
    with postgres.database() as bare:
        migrate.upgrade(bare, migrate.revisions()[-2])
        assert go(old, here, bare).rows > 500
        assert migrate.current(bare) == migrate.head()
        serving = Database(bare.replace(OWNER, SERVING))
        with reading(serving) as session:
            assert session.execute(text("SELECT count(*) FROM case_file")).scalar_one() > 0
        serving.dispose()


def test_an_old_store_that_is_not_as_it_has_to_be_is_refused(
    old: Old, here: Settings, new: New, tmp_path: Path
) -> None:
    file = Path(here.database_url.removeprefix("sqlite:///"))
    for revision, words in (("999", "install the program that they are of"), ("040", "run `waymark migrate` first")):
        said(file, revision)
        assert words in refused(old, here, new.url)
    said(file, str(migrate.head()))
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE shopping (what text)")
        database.commit()
    assert "holds tables that this program does not know: shopping" in refused(old, here, new.url)
    nowhere = old.settings(f"sqlite:///{tmp_path / 'nowhere.db'}")
    with pytest.raises(MoveRefused, match="there is no store at"):
        moving.file_of(nowhere)
    assert not (tmp_path / "nowhere.db").exists()
    with pytest.raises(MoveRefused, match="names PostgreSQL already"):
        moving.file_of(old.settings(new.serving))
    assert nothing_there(new)


def said(file: Path, revision: str) -> None:
    """Have the old store say that it is at another revision."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        database.commit()


def test_a_store_with_faults_of_its_own_is_moved_only_when_that_is_asked_for(
    old: Old, here: Settings, new: New
) -> None:
    database = Database(here.database_url)
    with database.write() as session:
        session.execute(text("UPDATE history_entry SET sealed_note = x'00' WHERE sealed_note IS NOT NULL"))
        session.execute(text("UPDATE case_facts SET nationality = 'ID'"))
    database.dispose()
    told = refused(old, here, new.url)
    assert "the old store has these faults itself" in told and "column nationality" in told and "history_entry" in told
    assert nothing_there(new)
    done = go(old, here, new.url, with_faults=True)
    assert done.proof.faults and done.rows > 500


def test_a_program_that_has_the_old_store_open_keeps_it_where_it_is(old: Old, here: Settings, new: New) -> None:
    environment = {
        **os.environ, "WAYMARK_ENVIRONMENT": "demo", "WAYMARK_VAR": str(here.var), "WAYMARK_PORT": "0",
        "WAYMARK_DATABASE_URL": here.database_url,
    }  # fmt: skip
    command = [sys.executable, "-c", "from app.cli import main; main()", "serve"]
    served = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        assert served.stderr is not None
        assert any("Waymark listens on" in line for line in served.stderr)
        wait_until_open(Path(here.database_url.removeprefix("sqlite:///")), served)
        with pytest.raises(MoveRefused, match="is open in another program: stop `waymark serve`"):
            go(old, here, new.url)
    finally:
        served.terminate()
        served.communicate(timeout=120)
    assert nothing_there(new) and migrate.current(here.database_url) == migrate.head()
    # What was served has sealed checkpoints by the clock of today.
    house = replace(old.house(here), clock=Clock())
    assert moving.move(house, here, new.url, Quiet()).rows > 500


def wait_until_open(file: Path, served: subprocess.Popen[str]) -> None:
    """Until the worker inside has looked into the store for the first time: from then on it holds it open."""
    side = file.with_name(f"{file.name}-wal")
    end = time.monotonic() + 300
    while not side.exists() and time.monotonic() < end:
        assert served.poll() is None
        time.sleep(0.1)


def test_nobody_writes_into_the_old_store_while_it_moves(old: Old, here: Settings, new: New) -> None:
    tried: list[str] = []

    def write() -> None:
        with closing(sqlite3.connect(here.database_url.removeprefix("sqlite:///"), timeout=0.1)) as other:
            try:
                other.execute("DELETE FROM notice")
            except sqlite3.OperationalError as error:
                tried.append(str(error))

    go(old, here, new.url, Quiet("Comparing every row", write))
    assert tried == ["database is locked"]


@pytest.mark.parametrize("part", ["Copying", "Comparing every row", "Proving chains, seals and facts"])
def test_a_line_that_breaks_on_the_way_leaves_both_as_they_were(part: str, old: Old, here: Settings, new: New) -> None:
    before = of_file(here)
    with pytest.raises(MoveRefused, match=r"stopped answering as it should .*Nothing was moved"):
        go(old, here, new.url, Quiet(part, new.cut))
    assert nothing_there(new) and of_file(here) == before


def test_a_line_that_breaks_at_the_very_end_is_looked_after(
    old: Old, here: Settings, new: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, look = moved.mark, moving._beside

    def cut(transaction: Any, told: Any) -> None:
        real(transaction, told)
        if not told.finished:
            new.cut()

    monkeypatch.setattr(moved, "mark", cut)
    # The new store answers again at once: it kept nothing, so the old one is served as before.
    with pytest.raises(MoveRefused, match="Nothing was moved"):
        go(old, here, new.url)
    assert nothing_there(new) and of_file(here)[1:] == (migrate.head(), 0)

    # It does not answer: nobody knows, so nobody is served.
    def silent(*_arguments: Any) -> Any:
        raise MoveRefused("nobody answers")

    monkeypatch.setattr(moving, "_beside", silent)
    with pytest.raises(MoveRefused, match="whether it kept what it was given is not known"):
        go(old, here, new.url)
    assert of_file(here)[1].startswith("moving:")
    told = command(old, here, monkeypatch, "serve")
    assert told.exit_code == 1 and "how it ended is not known: run the same" in told.output
    monkeypatch.setattr(moving, "_beside", look)
    monkeypatch.setattr(moved, "mark", real)
    done = go(old, here, new.url)
    assert not done.finished_only and done.rows > 500 and of_file(here)[1].startswith("moved:")


def killed(act: Callable[[], object], owner: Any, name: str, *, after: bool) -> None:
    """Do ``act`` in a process of its own that is killed by signal 9 before or after its first use of ``owner.name``."""
    child = os.fork()
    if child == 0:
        real = getattr(owner, name)

        def dying(*arguments: Any, **more: Any) -> Any:
            if after:
                real(*arguments, **more)
            os.kill(os.getpid(), signal.SIGKILL)

        try:
            setattr(owner, name, dying)
            act()
        finally:
            os._exit(7)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, (name, status)


DEATHS = {
    "with all rows copied": (copying, "copy_all", True, "old"),
    "with the mark made and nothing kept": (moved, "mark", True, "old"),
    "with both kept and nothing said": (migrate, "settle_move", False, "moving"),
}


@pytest.mark.parametrize("when", DEATHS)
def test_a_move_that_is_killed_is_run_again(when: str, old: Old, here: Settings, new: New) -> None:
    owner, name, after, then = DEATHS[when]
    before = of_file(here)
    killed(lambda: go(old, here, new.url), owner, name, after=after)
    now = of_file(here)
    assert now == before if then == "old" else now[1].startswith("moving:")
    done = go(old, here, new.url)
    assert done.finished_only == (then == "moving") and all(each.same for each in done.tables)
    assert of_file(here)[1].startswith("moved:") and len(done.tables) == len(tables())
