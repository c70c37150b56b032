"""Imports point down: the contracts of pyproject.toml hold, and each of them can still say no."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFIGURED = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
CONTRACTS = {contract["id"]: contract["name"] for contract in CONFIGURED}

# A small tree of the same shape: only what the contracts need.
TREE = {
    "app/__init__.py": "",
    "app/main.py": "from app.accounts import api",
    "app/settings.py": "",
    "app/kit/__init__.py": "",
    "app/kit/db.py": "import sqlalchemy",
    "app/kit/pkcs11.py": "import pkcs11",
    "app/kit/object_store.py": "import botocore",
    "app/kit/workbook.py": "import xlsxwriter",
    "app/models/__init__.py": "",
    "app/models/base.py": "import sqlalchemy",
    "app/models/identity.py": "from app.models import base",
    "app/access/__init__.py": "",
    "app/access/tokens.py": "import jose",
    "app/access/provider.py": "import joserfc",
    "app/access/door.py": "import fastapi\nimport app.access.tokens",
    "app/casework/__init__.py": "",
    "app/casework/move.py": "from workflows import engine\nfrom app.models import base",
    "app/casework/identity.py": "from app.models import identity",
    "app/accounts/__init__.py": "",
    "app/accounts/api.py": "import fastapi\nfrom app.access import door\nfrom app.accounts import service",
    "app/accounts/service.py": "from app.casework import move",
    "app/cases/__init__.py": "",
    "workflows/__init__.py": "",
    "workflows/engine.py": "import transitions\nfrom policies import model",
    "workflows/guards.py": "from policies import model",
    "policies/__init__.py": "",
    "policies/model.py": "import pydantic",
    "policies/load.py": "import yaml, pathlib\nfrom policies import model",
}

# What -> (file, the line added to it, the contract that must break).
FAULTS = {
    "workflows import the app": ("workflows/guards.py", "import app.models.base", "storeys"),
    "policies import workflows": ("policies/model.py", "import workflows.guards", "storeys"),
    "a guard reads a policy file": ("workflows/guards.py", "import policies.load", "pure"),
    "a guard asks the database": ("workflows/guards.py", "import sqlalchemy", "pure"),
    "a guard opens a file": ("workflows/guards.py", "import pathlib", "pure"),
    "a policy type reads the clock": ("policies/model.py", "import time", "pure"),
    "the app parses a policy file": ("app/casework/move.py", "import yaml", "one-reader"),
    "a room imports a room": ("app/accounts/service.py", "import app.cases", "floors"),
    "the kit imports a model": ("app/kit/db.py", "import app.models.base", "floors"),
    "casework imports a room": ("app/casework/move.py", "import app.cases", "floors"),
    "a room nobody listed": ("app/surprise.py", "", "floors"),
    "a second user of jose": ("app/accounts/service.py", "import jose", "tokens"),
    "a second user of a security module": ("app/accounts/service.py", "import pkcs11", "key-service"),
    "a second user of an object store": ("app/accounts/service.py", "import botocore", "object-store"),
    "a second maker of workbooks": ("app/accounts/service.py", "import xlsxwriter", "workbook"),
    "a second user of joserfc": ("app/accounts/service.py", "import joserfc", "provider"),
    "a second reader of identities": ("app/casework/move.py", "from app.models import identity", "identity"),
    "a second user of transitions": ("workflows/guards.py", "import transitions", "machines"),
    "a service knows the web": ("app/accounts/service.py", "import starlette", "no-web-below-the-doors"),
    "a service knows the web by a detour": (
        "app/accounts/service.py",
        "from app.access import door",
        "no-web-below-the-doors",
    ),
    "a circle": ("app/models/base.py", "from app.models import other", "no-circles"),
}
AROUND_THE_CIRCLE = "from app.models import base"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    # The folder's own packages must win over the installed ones of the same name.
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, text in TREE.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n")
    return tmp_path


def test_the_contracts_hold() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_small_tree_keeps_them_too(tree: Path) -> None:
    result = lint(tree)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("fault", FAULTS)
def test_each_planted_fault_breaks_its_contract(tree: Path, fault: str) -> None:
    name, line, contract = FAULTS[fault]
    with (tree / name).open("a") as file:
        file.write(line + "\n")
    (tree / "app/models/other.py").write_text(AROUND_THE_CIRCLE + "\n")
    result = lint(tree)
    assert result.returncode != 0, result.stdout
    assert f"{CONTRACTS[contract]} BROKEN" in result.stdout, result.stdout + result.stderr


def test_every_contract_has_a_fault_that_it_finds() -> None:
    assert set(CONTRACTS) == {contract for _, _, contract in FAULTS.values()}
