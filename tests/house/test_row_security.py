"""Every table is behind row security or says why not, every permission says which rows it opens, few may see all."""

from __future__ import annotations

import ast
from pathlib import Path

from app.access import rows
from app.models import load_all
from app.models.base import Base
from migrations.walls.grants import FIXED, ONLY_ADDED, REMOVED_FROM
from migrations.walls.policies import ALL_RULES as RULES
from policies.load import load_policies

ROOT = Path(__file__).resolve().parents[2]
# Tables without row security, each with its reason.
OPEN = {
    "office": "public bodies, no person",
    "user_account": "workers; signing in reads it before anybody is known",
    "user_role": "rights of workers; read to find out who asks",
    "login_session": "sign-ins of workers; read to find out who asks",
    "refresh_token": "digests of tokens; read before anybody is known",
    "second_factor": "of workers, sealed; read before anybody has come through a door",
    "recovery_code": "digests of workers' codes; read before anybody has come through a door",
    "epoch": "numbers and moments of the installation; nobody who serves writes it",
    "login_attempt": "counted before anybody is known; digests only",
}
# Who may open every row: operators' commands, and the worker's look at what is due. Never a room's door.
SEES_ALL = {
    "app/backups/making.py", "app/backups/restoring.py", "app/keys/rewrapping.py",
    "app/moving/proving.py", "app/moving/target.py",
    "app/keys/agreed.py", "app/keys/signing.py", "app/exchange/enrolling.py",
    "app/access/deciding.py", "app/access/mailing.py", "app/access/rows.py",
    "app/casework/burying.py", "app/casework/jobs.py", "app/casework/ringing.py", "app/casework/rounds.py",
    "app/casework/stopping.py", "app/imports/watching.py",
    "app/doctor/ground.py",
    "app/casework/withdrawing.py", "app/emergency/watching.py",
    "app/metrics/queries.py",
    "app/oversight/sealing.py", "app/oversight/watching.py", "app/referrals/watching.py",
    "app/demo/apart.py", "app/demo/pair_report.py", "app/demo/place.py", "app/demo/registers.py",
    "app/demo/report.py", "app/demo/world.py", "app/oversight/proving.py",
    "app/demo/serve.py", "app/demo/stage.py", "app/operations.py", "app/oversight/rebuild.py", "app/worker.py",
}  # fmt: skip

load_all()


def test_every_table_has_a_rule_or_a_reason() -> None:
    tables = set(Base.metadata.tables)
    assert tables == set(RULES) | set(OPEN), "a table needs a rule (migrations/walls/policies.py) or a reason here"
    assert not set(RULES) & set(OPEN)
    named = set(FIXED) | ONLY_ADDED | REMOVED_FROM
    assert named <= tables, "rights are given to tables that are not there"
    for table, columns in FIXED.items():
        assert columns <= {column.name for column in Base.metadata.tables[table].columns}, table


def test_every_permission_says_which_rows_it_opens() -> None:
    policies = load_policies()
    for permission in policies.permissions:
        part = permission.partition(":")[0]
        known = permission in rows.KINDS or part in rows.KINDS or part in rows.RIGHTS_WITHOUT_ROWS
        assert known, f"{permission}: say in app/access/rows.py which rows it opens"
    assert rows.kinds_of("unheard:of") == frozenset()


def calls_everything(text: str) -> bool:
    return any(
        isinstance(node, ast.Attribute | ast.Name)
        and getattr(node, "attr", getattr(node, "id", None)) == "enter_everything"
        for node in ast.walk(ast.parse(text))
    )


def test_few_may_see_every_row() -> None:
    found = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "app").rglob("*.py")
        if calls_everything(file.read_text(encoding="utf-8"))
    }
    assert found - {"app/access/rows.py"} == SEES_ALL - {"app/access/rows.py"}
    assert calls_everything("from app.access import rows\nrows.enter_everything(session)")
