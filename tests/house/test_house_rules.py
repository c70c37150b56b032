"""Habits of the house that no linter knows, each shown able to find its fault."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ("app", "workflows", "policies", "migrations")
HARD_LIMIT = 400
EMPTY_NAMES = re.compile(r"(utils?|helpers?|common|manager|misc|stuff)")
# Put together from pieces, so that this file does not find itself.
UNFINISHED = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error", "X" * 3)))
# Spelled oddly for the same reason.
MACHINE_PATHS = re.compile(r"[\"'(=\s]/(ro{2}t/|ho{1}me/\w|wo{1}rk/|Us{1}ers/\w)")
PACKAGE_HOSTS = re.compile(
    "|".join(("pypi" + r"\.org", "python" + r"hosted", "deb" + r"ian\.org", "npm" + r"js\."))
)
TEXT_FILES = {".py", ".md", ".toml", ".txt", ".sh", ".yaml", ".yml", ".html", ".css", ".mako", ""}
SKIPPED_FOLDERS = {"var", "build", "__pycache__", "node_modules"}
# Loading something about a person is said in one kind of place: the queries of a room, casework, access. These few
# are neither, and read whole tables for the program itself, never for somebody at a desk.
LOADS_FOR_THE_PROGRAM = {
    "app/backups/contents.py": "a backup counts the rows of every table",
    "app/backups/making.py": "a backup holds the keys of persons, wrapped",
    "app/emergency/watching.py": "the worker rings what nobody has reviewed",
    "app/exchange/delivery.py": "the worker delivers messages by their row",
    "app/exchange/replaying.py": "a partner that went back to a backup is told the messages that both had",
    "app/exchange/witnessing.py": "keeps and compares what installations say of their logs, nothing of anybody",
    "app/keys/agreed.py": "the command line uses an approval of a key operation up",
    "app/keys/rewrapping.py": "the command line wraps stored keys anew",
    "app/keys/signing.py": "the command line counts what is on its way before a key is retired",
    "app/moving/comparing.py": "the command line compares whole tables of two stores",
    "app/moving/copying.py": "the command line copies whole tables from one store into another",
    "app/oversight/rebuild.py": "the command line folds every history again",
    "app/oversight/bundle.py": "writes what an auditor of all is given, for the command line",
    "app/oversight/seals.py": "the command line opens every seal once and keeps nothing of it",
    "app/oversight/sealing.py": "the worker seals what is new in every chain and in the book of looks",
    "app/oversight/witnessed.py": "proves all that checkpoints saw, for the command line",
    "app/oversight/verify.py": "proves chains within a condition that its caller gives, or all of them",
    "app/operations.py": "the command line keeps offices and keys",
    "app/statistics/counting.py": "counts within a condition that its caller gives",
    "app/statistics/tables.py": "names the condition by which two copies of one return are counted once",
    "app/worker.py": "the outbox and its lines",
}
LOADS = re.compile(r"app/(access|casework|models|kit|demo)/|app/\w+/(\w+/)?(\w+_)?queries\.py")
# The only places that end a transaction; everybody else leaves that to Database.write().
ENDS_TRANSACTIONS = {"app/kit/db.py", "app/kit/migrate.py", "app/kit/postgresql.py"}

Fault = tuple[str, str]
Finder = Callable[[str, str], Iterable[str]]


def program_files() -> list[Path]:
    return sorted(
        file for top in PROGRAM for file in (ROOT / top).rglob("*.py") if "__pycache__" not in file.parts
    )


def text_files() -> list[Path]:
    """Return every text file of the project, hidden and built folders left out."""
    found = []
    for file in ROOT.rglob("*"):
        parts = file.relative_to(ROOT).parts
        hidden = any(p in SKIPPED_FOLDERS or p.endswith(".egg-info") or _hidden(p) for p in parts)
        if not hidden and file.is_file() and file.suffix in TEXT_FILES:
            found.append(file)
    return sorted(found)


def _hidden(name: str) -> bool:
    return name.startswith(".") and name not in (".ci", ".dockerignore", ".gitignore")


def too_long(name: str, text: str) -> Iterable[str]:
    lines = text.count("\n")
    # A revision is a record of what was built, not a room to find one's way in.
    if lines > HARD_LIMIT and not name.startswith("migrations/versions/"):
        yield f"{name}: {lines} lines, more than {HARD_LIMIT}; split it by what it answers"


def says_what_it_is(name: str, text: str) -> Iterable[str]:
    docstring = ast.get_docstring(ast.parse(text))
    if text.strip() and not docstring:
        yield f"{name}: no module docstring; say in one sentence what room this is"


def name_says_nothing(name: str, _text: str) -> Iterable[str]:
    for part in Path(name).with_suffix("").parts:
        if EMPTY_NAMES.fullmatch(part):
            yield f"{name}: the name {part} explains nothing"


def unfinished(name: str, text: str) -> Iterable[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if UNFINISHED.search(line):
            yield f"{name}:{number}: unfinished"


def ends_a_transaction(name: str, text: str) -> Iterable[str]:
    if name in ENDS_TRANSACTIONS:
        return
    for node in ast.walk(ast.parse(text)):
        called = node.func if isinstance(node, ast.Call) and not node.args else None
        if isinstance(called, ast.Attribute) and called.attr in ("commit", "rollback"):
            yield f"{name}:{called.lineno}: .{called.attr}() outside app/kit; Database.write() does that"


def opens_its_own_database(name: str, text: str) -> Iterable[str]:
    if name.startswith("app/kit/"):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) in ("create_engine", "sessionmaker"):
            yield f"{name}:{node.lineno}: a second way to the database; use app.kit.db.Database"


def ties_to_one_machine(name: str, text: str) -> Iterable[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if MACHINE_PATHS.search(line):
            yield f"{name}:{number}: a path of one machine"


def ties_to_one_host(name: str, text: str) -> Iterable[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if PACKAGE_HOSTS.search(line):
            yield f"{name}:{number}: the name of a package host"


def loads_past_the_predicate(name: str, text: str) -> Iterable[str]:
    """Nothing is loaded by its bare id, and a SELECT stands where a room's predicate is applied (DESIGN 6)."""
    if not name.startswith("app/"):
        return
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        on = getattr(called, "value", None)
        of_session = getattr(on, "id", getattr(on, "attr", "")) == "session"
        if isinstance(called, ast.Attribute) and of_session and called.attr in ("get", "get_one", "query", "scalars"):
            yield f"{name}:{node.lineno}: session.{called.attr}() loads past the predicate; ask a query of the room"
        if getattr(called, "id", "") == "select" and not LOADS.match(name) and name not in LOADS_FOR_THE_PROGRAM:
            yield f"{name}:{node.lineno}: a SELECT outside queries.py; the room's queries say what is within reach"


IN_PROGRAM = {
    "long": (too_long, ("app/x.py", "x = 1\n" * 401)),
    "docstring": (says_what_it_is, ("app/x.py", "x = 1\n")),
    "name": (name_says_nothing, ("app/utils/x.py", "")),
    "unfinished": (unfinished, ("app/x.py", "# TO" + "DO later")),
    "commit": (ends_a_transaction, ("app/cases/service.py", "def f(s):\n    s.commit()\n")),
    "load": (loads_past_the_predicate, ("app/cases/service.py", "row = desk.session.get(Case, case_id)\n")),
    "select": (loads_past_the_predicate, ("app/cases/service.py", "q = select(CASE).where(CASE.c.id == x)\n")),
    "engine": (opens_its_own_database, ("app/cases/service.py", "e = create_engine('x')\n")),
}
EVERYWHERE = {
    "machine": (ties_to_one_machine, ("README.md", "see " + "/ro" + "ot/x")),
    "host": (ties_to_one_host, ("constraints.txt", "x @ https://files." + "python" + "hosted/x")),
}


@pytest.mark.parametrize("rule", IN_PROGRAM)
def test_the_program_keeps(rule: str) -> None:
    finder: Finder = IN_PROGRAM[rule][0]
    files = program_files()
    assert len(files) > 20
    faults = [
        fault
        for file in files
        for fault in finder(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8"))
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("rule", EVERYWHERE)
def test_every_text_keeps(rule: str) -> None:
    finder: Finder = EVERYWHERE[rule][0]
    files = text_files()
    assert len(files) > 40
    faults = [
        fault
        for file in files
        for fault in finder(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8"))
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("rule", [*IN_PROGRAM, *EVERYWHERE])
def test_each_rule_finds_its_fault(rule: str) -> None:
    finder, (name, text) = {**IN_PROGRAM, **EVERYWHERE}[rule]
    assert list(finder(name, text))
