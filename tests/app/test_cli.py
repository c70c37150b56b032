"""The command line: what it does, what it says when it cannot, and its exit codes."""

from __future__ import annotations

import shutil
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from typer.testing import CliRunner

import app.demo.once
import policies.load
from app import cli
from app.demo.figures import Figures
from app.demo.place import Built, settings_of
from app.kit.db import Database
from app.main import open_house
from app.models.office import Office
from app.models.person import DataKey
from app.models.user import User, UserRole
from app.settings import Settings
from tests.inspect import reading, writing

# Runs a command and gives back what it printed and its exit code.
Run = Callable[..., Any]
GOOD = "lantern quiet river seven"
ADMIN = ("user", "create", "chief", "--name", "Chief", "--office", "th-datip", "--role", "administrator")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command with a var folder of its own and in the demo environment."""
    monkeypatch.setenv("WAYMARK_ENVIRONMENT", "demo")
    monkeypatch.setenv("WAYMARK_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def run(*arguments: str, **more: str) -> Any:
        result = CliRunner().invoke(cli.app, list(arguments), **more)  # type: ignore[arg-type]
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        return result

    return run


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """The database of `run`."""
    return Database(f"sqlite:///{tmp_path / 'var' / 'waymark.db'}")


def test_policies_that_are_sound_are_counted(run: Run) -> None:
    result = run("policies", "check")
    assert result.exit_code == 0
    assert "6 countries" in result.output and "no problem found" in result.output


def test_each_problem_of_the_policies_is_a_line_with_its_place(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "policies"
    shutil.copytree(policies.load.HERE, broken, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    file = broken / "countries" / "th.yaml"
    file.write_text(file.read_text().replace("code: TH\n", "code: TH\nsurprise: 1\n", 1))
    result = run("policies", "check", str(broken))
    assert result.exit_code == 1
    assert "countries/th.yaml:2: " in result.output
    assert run("policies", "check", str(tmp_path / "nowhere")).exit_code == 1


def test_migrate_twice_changes_nothing_the_second_time(run: Run) -> None:
    assert "at revision" in run("migrate").output
    second = run("migrate")
    assert second.exit_code == 0 and "Nothing to do" in second.output


@pytest.mark.parametrize("command", [("audit", "verify"), ("rebuild-facts",), ("offices", "sync"), ("serve",), ADMIN])
def test_without_tables_a_command_says_what_to_do(run: Run, command: tuple[str, ...]) -> None:
    result = run(*command)
    assert result.exit_code == 1 and "waymark migrate" in result.output


def test_offices_are_brought_in_once_and_kept_like_the_policies(run: Run, database: Database) -> None:
    run("migrate")
    assert "0 changed" in run("offices", "sync").output
    with writing(database) as session:
        session.execute(text("UPDATE office SET name = 'old' WHERE code = 'th-datip'"))
        session.execute(text("UPDATE office SET code = 'th-closed' WHERE code = 'th-hotline'"))
    result = run("offices", "sync")
    assert "1 offices added, 1 changed" in result.output and "th-closed" in result.output
    last = run("offices", "sync")
    assert last.exit_code == 0 and "0 offices added, 0 changed" in last.output
    with reading(database) as session:
        assert session.execute(select(Office.name).where(Office.code == "th-datip")).scalar_one() != "old"
    database.dispose()


def test_a_first_account_can_be_made(run: Run, database: Database) -> None:
    run("migrate")
    run("offices", "sync")
    result = run(*ADMIN, "--password-stdin", input=f"{GOOD}\n")
    assert result.exit_code == 0, result.output
    assert GOOD not in result.output
    with reading(database) as session:
        row = session.execute(select(User.id, User.password_hash).where(User.login == "chief")).one()
        assert row.password_hash.startswith("$argon2id$")
        assert session.execute(select(UserRole.role)).scalars().all() == ["administrator"]
        noted = session.execute(text("SELECT action FROM access_entry WHERE subject_id = :id"), {"id": row.id})
        assert noted.scalars().all() == ["account_opened"]
    database.dispose()
    asked = run(*ADMIN[:2], "second", *ADMIN[3:], input=f"{GOOD}\n{GOOD}\n")
    assert asked.exit_code == 0 and GOOD not in asked.output


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"chief": "chief"}, "another account has this login name"),
        ({GOOD: "short"}, "15 characters"),
        ({GOOD: "passwordpassword1"}, "easy to guess"),
        ({"th-datip": "th-nowhere"}, "no office"),
        ({"administrator": "king"}, "not in the policies"),
        ({"chief": "no blanks please"}, "match"),
    ],
)
def test_a_bad_account_is_refused_in_a_sentence(run: Run, change: dict[str, str], words: str) -> None:
    run("migrate")
    run("offices", "sync")
    run(*ADMIN, "--password-stdin", input=f"{GOOD}\n")
    command = [change.get(word, word) for word in ("user", "create", "chief", *ADMIN[3:], "--password-stdin")]
    if "chief" not in change:
        command[2] = "other"
    result = run(*command, input=f"{change.get(GOOD, GOOD)}\n")
    assert result.exit_code == 1 and words in result.output.lower()


def test_production_without_keys_is_a_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYMARK_ENVIRONMENT", "production")
    result = run("serve")
    assert result.exit_code == 1 and "production does not start" in result.output


def test_from_nothing_to_a_production_start(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WAYMARK_ENVIRONMENT", "production")
    made = run("keys", "create", "--country", "TH", "--country", "MM")
    assert made.exit_code == 0 and "Keep a copy" in made.output and "MM signs with the key" in made.output
    keys = tmp_path / "var" / "keys"
    assert {file.name for file in keys.rglob("*") if file.is_file()} == {
        "kek", "token", "TH.pem", "MM.pem", "TH.pub", "MM.pub", "TH.exchange", "MM.exchange",
        "checkpoint.pem", "checkpoint.pub",
    }  # fmt: skip
    assert "checkpoints are signed with the key" in made.output
    assert all(file.stat().st_mode & 0o077 == 0 for file in keys.rglob("*"))
    before = {file: file.read_bytes() for file in keys.rglob("*") if file.is_file()}
    for command in (("migrate",), ("offices", "sync"), ADMIN + ("--password-stdin",)):
        assert run(*command, input=f"{GOOD}\n").exit_code == 0
    again = run("keys", "create", "--country", "TH")
    assert again.exit_code == 0 and "made" not in again.output
    assert before == {file: file.read_bytes() for file in keys.rglob("*") if file.is_file()}
    assert open_house(Settings()).signing.countries == ("MM", "TH")


def test_no_new_key_takes_the_place_of_a_lost_one(run: Run, database: Database, tmp_path: Path) -> None:
    assert run("keys", "create", "--country", "TH").exit_code == 0
    assert run("migrate").exit_code == 0
    with writing(database) as session:
        session.add(DataKey(country="TH", wrapped=b"sealed", created_at=datetime(2026, 11, 23, tzinfo=UTC)))
    (tmp_path / "var" / "keys" / "kek").unlink()
    refused = run("keys", "create", "--country", "TH")
    assert refused.exit_code == 1 and "Bring that key back" in refused.output
    assert "no policies for XX" in run("keys", "create", "--country", "XX").output


def test_a_database_nobody_knows_is_a_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://user:secret@host/db")
    result = run("migrate")
    assert result.exit_code == 1 and "not supported" in result.output and "secret" not in result.output


def test_draw_writes_the_diagrams(run: Run, tmp_path: Path) -> None:
    result = run("draw", str(tmp_path / "docs" / "workflows"))
    assert result.exit_code == 0
    pages = {Path(line).name for line in result.output.split()}
    assert pages >= {"identification.md", "care.md", "referral.md"}


def test_an_empty_installation_verifies(run: Run) -> None:
    run("migrate")
    assert run("audit", "verify").output == "0 chains, 0 entries verified\n"
    assert "are what the histories say" in run("rebuild-facts").output


def test_the_worker_runs_until_it_is_told_to_end(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    handlers: dict[int, Any] = {}
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    stopped: list[bool] = []

    def work(_self: object, stop: threading.Event) -> None:
        handlers[signal.SIGTERM](signal.SIGTERM, None)
        stopped.append(stop.is_set())

    monkeypatch.setattr("app.worker.Worker.run", work)
    run("migrate")
    assert run("worker").exit_code == 0
    assert stopped == [True] and set(handlers) == {signal.SIGTERM, signal.SIGINT}


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demonstration that nobody changes: to build one takes longer than all the commands of this file."""
    from app.demo.figures import sample
    from app.demo.place import logging_in, make

    folder = tmp_path_factory.mktemp("demonstration")
    with logging_in(folder):
        make(folder, Figures((), sample(20).returns[:1], whole=False)).house.db.dispose()
    return folder


@pytest.fixture
def spoilt(run: Run, tmp_path: Path, demonstration: Path) -> Callable[[str], Run]:
    """Put a small demonstration into the var folder of `run`, and change it with one statement."""

    def spoil(statement: str) -> Run:
        folder = tmp_path / "var"
        shutil.copytree(demonstration, folder)
        database = Database(settings_of(folder).database_url)
        with writing(database) as session:
            session.execute(text(statement))
        database.dispose()
        return run

    return spoil


def test_a_touched_history_is_named(spoilt: Callable[[str], Run]) -> None:
    run = spoilt("UPDATE history_entry SET canonical = CAST(canonical || ' ' AS BLOB) WHERE seq = 3")
    result = run("audit", "verify")
    assert result.exit_code == 1 and "entry 3" in result.output


def test_a_changed_look_is_named_by_a_checkpoint_and_an_auditor_is_served(
    run: Run, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.worker import Worker

    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setenv("WAYMARK_CHECKPOINT_TARGET", str(tmp_path / "elsewhere"))
    run("migrate")
    run("offices", "sync")
    assert run(*ADMIN, "--password-stdin", input=f"{GOOD}\n").exit_code == 0
    assert "no checkpoint for a bundle" in run("audit", "export", str(tmp_path / "bundle")).output
    assert not (tmp_path / "bundle").exists()
    assert Worker(open_house(Settings())).seal() == 1
    kept = tmp_path / "elsewhere" / "checkpoint-0000000001.json"
    sound = run("audit", "verify", "--witness", str(kept))
    assert sound.exit_code == 0 and "1 checkpoints with 1 heads and looks verified" in sound.output, sound.output
    assert "1 witnesses asked" in sound.output
    written = run("audit", "export", str(tmp_path / "bundle"), "--since", "2020-01-01")
    assert written.exit_code == 0 and "1 checkpoints, 0 chains" in written.output, written.output
    assert (tmp_path / "bundle").stat().st_mode & 0o077 == 0
    assert run("audit", "export", str(tmp_path / "bundle")).exit_code == 1, "nothing is written over"
    assert "no day such as" in run("audit", "verify", "--since", "lately").output
    with writing(database) as session:
        session.execute(text("UPDATE access_entry SET subject_id = 'other'"))
    told = run("audit", "verify")
    assert told.exit_code == 1 and "is not as checkpoint 1 of" in told.output
    with writing(database) as session:
        session.execute(text("DELETE FROM checkpoint"))
    told = run("audit", "verify", "--witness", str(kept))
    assert told.exit_code == 1 and told.output.count("checkpoint 1 is ") == 2, told.output
    database.dispose()


def test_facts_that_differ_are_told_and_repaired_on_demand(spoilt: Callable[[str], Run]) -> None:
    run = spoilt("UPDATE case_facts SET sex = 'X' WHERE country = 'TH'")
    told = run("rebuild-facts")
    assert told.exit_code == 1 and "nothing was changed" in told.output and "sex" in told.output
    assert "1 repaired" in run("rebuild-facts", "--repair").output
    assert run("rebuild-facts").exit_code == 0
    assert run("audit", "verify").exit_code == 0


@pytest.fixture(scope="module")
def built_before(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[Figures, Built]]]:
    """Where the first `waymark demo --once` of this file leaves a copy of what it built, and of what."""
    return tmp_path_factory.mktemp("once") / "built", []


@pytest.mark.parametrize("spoil", [None, "UPDATE case_facts SET sex = 'X' WHERE channel = 'shelter'"])
def test_demo_once_ends_with_one_when_a_figure_differs(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    built_before: tuple[Path, list[tuple[Figures, Built]]],
    spoil: str | None,
) -> None:
    make = app.demo.once.make
    copy, before = built_before

    def made(folder: Path, figures: Figures, progress: object = None) -> Built:
        if not before:
            built = make(folder, figures)
            built.house.db.dispose()
            shutil.copytree(folder, copy)
            before.append((figures, built))
        else:
            # The same people again: the same demonstration, in the folder of this run.
            assert before[0][0] == figures
            shutil.copytree(copy, folder, dirs_exist_ok=True)
            built = replace(before[0][1], house=open_house(settings_of(folder), before[0][1].house.clock))
        if spoil:
            with writing(built.house.db) as session:
                session.execute(text(spoil))
        return built

    monkeypatch.setattr(app.demo.once, "make", made)
    result = run("demo", "--once", "--people", "22")
    assert result.exit_code == (1 if spoil else 0), result.output
    assert ("DIFFERENT" in result.output) == bool(spoil)
    folder = tmp_path / "var" / "demo-once"
    database = Database(settings_of(folder).database_url)
    with reading(database) as session:
        assert session.execute(select(func.count()).select_from(User)).scalar_one() > 80
    database.dispose()


def test_the_demonstration_is_built_once_and_then_only_served(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import app.demo.serve

    served: list[tuple[Path, int]] = []
    monkeypatch.setattr(app.demo.serve, "serve", lambda folder, port: served.append((folder, port)))
    first = run("demo", "--people", "20", "--port", "0")
    assert first.exit_code == 0 and "Building" in first.output
    password = (tmp_path / "var" / "demo" / "password").read_text()
    assert "Building" not in run("demo", "--people", "20").output
    assert (tmp_path / "var" / "demo" / "password").read_text() == password
    assert "Building" in run("demo", "--people", "20", "--fresh").output
    assert (tmp_path / "var" / "demo" / "password").read_text() != password
    assert served == [(tmp_path / "var" / "demo", 0), *[(tmp_path / "var" / "demo", 8000)] * 2]


def test_a_key_is_turned_only_with_an_approval(run: Run, tmp_path: Path) -> None:
    assert run("keys", "create", "--country", "TH").exit_code == 0
    assert run("migrate").exit_code == 0
    refused = run("keys", "rotate", "--approval", "3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77")
    assert refused.exit_code == 1 and "no approval of a key operation" in refused.output
    early = run("keys", "retire")
    assert early.exit_code == 1 and "tokens live 15 minutes" in early.output
    assert "there is one token key" in run("keys", "retire", "--at-once").output
    assert (tmp_path / "var" / "keys" / "token").read_text().count("\n") == 2


def test_a_server_of_production_says_all_that_is_unsafe(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("keys", "create", "--country", "TH").exit_code == 0
    monkeypatch.setenv("WAYMARK_ENVIRONMENT", "production")
    assert run("migrate").exit_code == 0, "what an operator does first needs keys and hosts only"
    for command in ("serve", "worker"):
        result = run(command)
        assert result.exit_code == 1 and "production does not start" in result.output
        for name in ("WAYMARK_PUBLIC_URL", "WAYMARK_BACKUP_TARGET", "WAYMARK_CHECKPOINT_TARGET"):
            assert name in result.output
