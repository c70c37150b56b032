"""`waymark microdata`: one asks at the terminal, another agrees, and the file is made with a bar and written."""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyotp
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from app import cli, main
from app.access import deciding, factors
from app.cli_imports import at_the_terminal
from app.main import open_house
from app.models.user import User
from app.settings import Settings
from app.statistics.microdata import noise
from policies.load import load_policies
from policies.microdata import Budget
from tests.factories import cases
from tests.factories.staff import add_user
from tests.inspect import writing
from workflows.facts import DecisionFacts

GOOD = "lantern quiet river seven"
YEAR = 2025
DECISION = DecisionFacts(date(YEAR, 5, 4), "trafficked", "th-mdt", "TH", "x", 3, True, True, True, True, None, True)
Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command with a var folder of its own; its files may be of few people, with hardly any noise."""
    monkeypatch.setenv("WAYMARK_ENVIRONMENT", "demo")
    monkeypatch.setenv("WAYMARK_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    policies = load_policies()
    file = policies.microdata.files["identified"].model_copy(update={"smallest": 11, "budget": Budget(epsilon=20)})
    told = policies.microdata.model_copy(update={"files": {"identified": file}, "budget": Budget(epsilon=20)})
    lenient = policies.model_copy(update={"microdata": told})
    monkeypatch.setattr(main, "load_policies", lambda *_, **__: lenient)

    def run(*arguments: str, **more: str) -> Any:
        result = CliRunner().invoke(cli.app, list(arguments), **more)  # type: ignore[arg-type]
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        return result

    assert run("migrate").exit_code == 0 and run("offices", "sync").exit_code == 0
    return run


def codes_of(run: Run, login: str, role: str) -> list[str]:
    """An account with an authenticator; its codes for when that is lost, each good once."""
    account = ("user", "create", login, "--name", login.title(), "--office", "th-datip", "--role", role)
    assert run(*account, "--password-stdin", input=f"{GOOD}\n").exit_code == 0
    house = open_house(Settings())
    now = house.clock.now()
    with writing(house.db) as session:
        user_id = session.execute(select(User.id).where(User.login == login)).scalar_one()
        secret = factors.begin(session, house.keys, user_id, now)
        codes = factors.confirm(session, house.keys, user_id, pyotp.TOTP(secret).at(now), now)
    house.db.dispose()
    assert codes
    return codes


def agree(monkeypatch: pytest.MonkeyPatch, login: str, code: str, approval: str) -> None:
    """Agree, as somebody else who signs in."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{GOOD}\n{code}\n"))
    with at_the_terminal(Settings(), login, True, "statistics:release") as (_, door), door.write() as desk:
        assert deciding.agree(desk, approval).state == "agreed"


def test_one_asks_another_agrees_and_the_file_is_made(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks, agrees = codes_of(run, "nang", "national_focal_point"), codes_of(run, "dao", "data_protection_officer")
    house = open_house(Settings())
    worker = add_user(house, "th-shelter-tak", "social_worker")
    for _ in range(14):
        facts: Any = {"identification": "identified", "exploited_in": "TH", "opened_on": date(YEAR, 2, 1)}
        cases.open_case(house, worker, identity={}, decision=DECISION, **facts)
    house.db.dispose()
    there = tmp_path / "records.zip"
    command = ("microdata", "make", "identified", str(YEAR), "--as", "nang", "--secrets-stdin", "--to", str(there))

    def make(*more: str) -> Any:
        return run(*command, *more, input=f"{GOOD}\n{asks.pop()}\n")

    asked = make()
    assert asked.exit_code == 0 and "A second person has to agree" in asked.output and not there.exists()
    approval = asked.output.split("approval ")[1].split(".")[0]
    assert f"approval {approval}." in make().output, "the same is not asked for twice"
    agree(monkeypatch, "dao", agrees.pop(), approval)
    done = make()
    assert done.exit_code == 0 and "Making synthetic records" in done.output, done.output
    content = there.read_bytes()
    assert hashlib.sha256(content).hexdigest() in done.output
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == ["README.txt", "about.json", "records.csv"]
    there.unlink()
    assert make().exit_code == 0 and there.read_bytes() == content, "it is made once"
    refused = make("--why", "Two came late.")
    assert refused.exit_code == 1 and "20 in all, 20 spent, 20 needed" in refused.output
    budget = run("microdata", "budget", "--as", "nang", "--secrets-stdin", input=f"{GOOD}\n{asks.pop()}\n")
    assert "2025: epsilon 20 of 20 spent, 0 left" in budget.output
    assert "release 1: epsilon 20, released" in budget.output
    wrong = run("microdata", "make", "nothing", str(YEAR), "--as", "nang", "--secrets-stdin",
                input=f"{GOOD}\n{asks.pop()}\n")  # fmt: skip
    assert wrong.exit_code == 1 and "There are: identified." in wrong.output


def test_without_the_library_it_says_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noise, "installed", lambda: False)
    answer = run("microdata", "make", "identified", str(YEAR), "--as", "nang", "--secrets-stdin", input="x\n\n")
    assert answer.exit_code == 1 and noise.EXTRA in answer.output
