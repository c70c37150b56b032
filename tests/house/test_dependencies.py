"""Dependencies: declared where they are used, pinned without naming a host, explained on one page."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OURS = {"app", "workflows", "policies", "migrations", "tests", "benchmarks"}
# Comes with what is declared and is meant to be imported through it.
COMES_WITH = {"pydantic_core": "pydantic", "anyio": "starlette"}
# The peer is a program of its own with packages of its own, which are not installed beside ours.
PEER = ROOT / "benchmarks" / "peer"
OF_THE_PEER = {
    "django": "django", "django_fsm": "django-fsm-2", "rest_framework": "djangorestframework",
    "simple_history": "django-simple-history",
}  # fmt: skip
# It runs them and never imports them: the server, and the driver that Django finds by itself.
RUN_BY_THE_PEER = {"gunicorn", "psycopg"}


def distribution(requirement: str) -> str:
    """Return the normalised name of a requirement."""
    return re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", requirement)[0]).lower()


EXTRAS = PROJECT["optional-dependencies"]
# What an installation may leave out is declared under a name of its own.
DECLARED = {
    distribution(entry)
    for entries in (PROJECT["dependencies"], *(them for name, them in EXTRAS.items() if name != "dev"))
    for entry in entries
}
FOR_DEVELOPERS = {distribution(entry) for entry in EXTRAS["dev"]}


def modules(files: Iterable[Path]) -> set[str]:
    """Return the first names of what Python files import, without our own and the standard library's."""
    found = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - OURS - set(sys.stdlib_module_names)


def imported(*tops: str) -> set[str]:
    """Return the distributions that the Python files below some folders import; the peer's are its own."""
    by_module = metadata.packages_distributions()
    files = (file for top in tops for file in (ROOT / top).rglob("*.py") if PEER not in file.parents)
    return {distribution(COMES_WITH.get(name) or by_module.get(name, [name])[0]) for name in modules(files)}


def test_the_program_imports_only_what_it_declares() -> None:
    assert imported("app", "workflows", "policies", "migrations") <= DECLARED


def test_the_tests_import_only_what_developers_get() -> None:
    assert imported("tests", "benchmarks") <= DECLARED | FOR_DEVELOPERS


def test_the_peer_imports_what_its_own_requirements_name() -> None:
    lines = (PEER / "requirements.txt").read_text().splitlines()
    named = {distribution(line) for line in lines if not line.startswith("#")}
    assert {OF_THE_PEER[name] for name in modules(PEER.rglob("*.py"))} | RUN_BY_THE_PEER == named
    # None of them but the driver is ours.
    assert named & (DECLARED | FOR_DEVELOPERS) == {"psycopg"}


def test_every_dependency_is_pinned_exactly_and_no_host_is_named() -> None:
    lines = [
        line
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    for line in lines:
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+", line), line
    pinned = {distribution(line) for line in lines}
    assert pinned >= DECLARED | FOR_DEVELOPERS
    assert lines == sorted(lines, key=str.lower)


def test_the_pins_satisfy_the_floors() -> None:
    # What runs here was installed under the constraints; so what is pinned is what was tested.
    pins = dict(
        line.split("==")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if line and not line.startswith("#")
    )
    for name, version in pins.items():
        try:
            assert metadata.version(name) == version, name
        except metadata.PackageNotFoundError:
            # Needed on other systems only.
            continue


def test_each_dependency_is_explained() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text()
    for name in sorted(DECLARED | FOR_DEVELOPERS):
        assert re.search(rf"^\| {re.escape(name)}\b", page, re.MULTILINE), (
            f"docs/dependencies.md does not explain {name}"
        )
