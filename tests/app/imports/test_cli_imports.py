"""`waymark import cases`: tried out, brought in, and reported, by somebody who signs in at the terminal."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from app import cli
from app.casework.held import CASE
from app.kit.db import Database
from app.models.session import LoginSession
from tests.app.imports.registers import BROKEN, FIRST, SECOND, table
from tests.inspect import reading

GOOD = "lantern quiet river seven"
Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command with a var folder of its own, in which a case manager has an account."""
    monkeypatch.setenv("WAYMARK_ENVIRONMENT", "demo")
    monkeypatch.setenv("WAYMARK_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def run(*arguments: str, **more: str) -> Any:
        result = CliRunner().invoke(cli.app, list(arguments), **more)  # type: ignore[arg-type]
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        return result

    assert run("migrate").exit_code == 0 and run("offices", "sync").exit_code == 0
    account = ("user", "create", "nang", "--name", "Nang", "--office", "th-shelter-tak", "--role", "case_manager")
    made = run(*account, "--password-stdin", input=f"{GOOD}\n")
    assert made.exit_code == 0, made.output
    return run


def cases_in(tmp_path: Path) -> int:
    with reading(Database(f"sqlite:///{tmp_path / 'var' / 'waymark.db'}")) as session:
        assert session.execute(
            select(func.count()).select_from(LoginSession.__table__).where(LoginSession.ended_at.is_(None))
        ).scalar_one() == 0, "the sign-in ends with the command"  # fmt: skip
        return int(session.execute(select(func.count()).select_from(CASE)).scalar_one())


def test_a_register_is_tried_out_brought_in_and_brought_in_again(run: Run, tmp_path: Path) -> None:
    file, report = tmp_path / "register.csv", tmp_path / "report.csv"
    file.write_bytes(table(FIRST, SECOND, BROKEN))
    command = ("import", "cases", str(file), "--mapping", "example-table", "--as", "nang", "--secrets-stdin")
    wrong = run(*command, "--dry-run", input="not the password\n\n")
    assert wrong.exit_code == 1 and "do not open an account" in wrong.output
    tried = run(*command, "--dry-run", "--report", str(report), input=f"{GOOD}\n\n")
    assert tried.exit_code == 1 and "1 rows cannot come in like this" in tried.output, tried.output
    assert "Trial run:" in tried.output and cases_in(tmp_path) == 0
    rows = list(csv.DictReader(report.read_text(encoding="utf-8").splitlines()))
    assert [(row["line"], row["outcome"], row["column"], row["rule"]) for row in rows[:3]] == [
        ("2", "new", "", ""), ("3", "new", "Form of exploitation", "unknown_code"),
        ("4", "refused", "Date of birth", "no_such_day"),
    ]  # fmt: skip
    assert not any(word in report.read_text(encoding="utf-8") for word in ("Zaw", "Chantha", "Somsri", "bonded"))
    file.write_bytes(table(FIRST, SECOND, {**BROKEN, "Date of birth": "28/2/2540"}))
    done = run(*command, "--report", str(tmp_path / "report.json"), input=f"{GOOD}\n\n")
    assert done.exit_code == 0 and cases_in(tmp_path) == 3, done.output
    told = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert told["stage"] == "bring" and [item["outcome"] for item in told["items"]] == ["opened"] * 3
    again = run(*command, input=f"{GOOD}\n\n")
    assert again.exit_code == 0 and "3  Came in before, and is unchanged" in again.output and cases_in(tmp_path) == 3


def test_a_mapping_of_ones_own_is_checked_with_its_lines(run: Run, tmp_path: Path) -> None:
    file, mapping = tmp_path / "register.csv", tmp_path / "mine.yaml"
    file.write_bytes(table(FIRST))
    mapping.write_text("version: 1\ntitel: x\nsource_system: x\nname: x\nrecord: No.\ncolumns: {}\n", encoding="utf-8")
    command = ("import", "cases", str(file), "--as", "nang", "--secrets-stdin")
    refused = run(*command, "--mapping", str(mapping), input=f"{GOOD}\n\n")
    assert refused.exit_code == 1 and f"{mapping}:2: 'titel' is not a known key" in refused.output, refused.output
    unknown = run(*command, "--mapping", "nobodys", input=f"{GOOD}\n\n")
    assert unknown.exit_code == 1 and "example-table" in unknown.output


def test_a_file_that_cannot_be_read_says_where(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "register.csv"
    file.write_bytes(table(FIRST) + b'R-9,"Open,\n')
    command = ("import", "cases", str(file), "--mapping", "example-table", "--as", "nang", "--secrets-stdin")
    refused = run(*command, input=f"{GOOD}\n\n")
    assert refused.exit_code == 1 and "line 3: " in refused.output, refused.output
    assert run("jobs", "run", "3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77").exit_code == 1
