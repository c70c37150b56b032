"""`waymark doctor` on broken installations: exactly that is named, with its mend; a healthy one gives nothing."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from app import cli
from app.doctor import commands, copies, examine
from app.doctor.examine import CHECKS, Check
from app.doctor.meanings import MEANINGS
from tests.gates.ailments import AILMENTS, BOTH, Ailment
from tests.gates.ward import (
    NOTES,
    PASSWORD,
    Installation,
    Neighbour,
    Ward,
    examined,
    named,
    neighbour,
    other_disk,
)
from tests.postgres import SUPERUSER, Cluster, PostgresMissing, running_cluster
from tests.quick_folder import quick_folder

ROOT = Path(__file__).resolve().parents[2]
FEWEST = 15
Wards = Callable[[str], Ward]
CASES = [(name, engine) for engine in BOTH for name, ailment in AILMENTS.items() if engine in ailment.engines]


@pytest.fixture(scope="module")
def laos(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Neighbour]:
    """The partner's installation, which runs."""
    with neighbour(tmp_path_factory.mktemp("la"), sqlite_template) as opened:
        yield opened


@pytest.fixture(scope="module")
def durable() -> Iterator[Cluster]:
    """A server that keeps what it confirms: that of the other tests does not, and the doctor says so.

    It waits for its disk as it should, and has it in memory: what is asked here is what it is told to do.
    """
    try:
        with ExitStack() as stack:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(tempfile, "tempdir", quick_folder())
                cluster = stack.enter_context(running_cluster(fsync=True))
            yield cluster
    except PostgresMissing as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture(scope="module")
def wards(laos: Neighbour, sqlite_template: Path, request: pytest.FixtureRequest) -> Iterator[Wards]:
    """One ward for each engine, made when it is asked for."""
    made: dict[str, Ward] = {}
    with tempfile.TemporaryDirectory(prefix="waymark-ward-", dir=quick_folder()) as here:
        folder = Path(here)
        with other_disk(folder) as other:

            def ward(engine: str) -> Ward:
                if engine not in made:
                    for each in (folder / engine, other / engine):
                        each.mkdir(mode=0o700)
                    cluster = request.getfixturevalue("durable") if engine == "postgresql" else None
                    made[engine] = Ward(
                        engine, folder / engine, other / engine, cluster, laos, sqlite_template
                    )
                return made[engine]

            yield ward


@pytest.fixture
def lent(wards: Wards, engine_kind: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """A healthy installation on each engine."""
    with wards(engine_kind).installation(monkeypatch) as one:
        yield one


def faults_of(name: str, code: int, report: Mapping[str, Any], secrets: tuple[str, ...]) -> list[str]:
    """What is wrong with what the doctor says of a broken installation."""
    ailment, found, faults = AILMENTS[name], named(report), []
    wanted = {(kind, about) for kind, about in ailment.named if about != "*"}
    loose = {kind for kind, about in ailment.named if about == "*"}
    if {each for each in found if each[0] not in loose} != wanted or loose - {kind for kind, _ in found}:
        faults.append(f"named {sorted(found)}, wanted {sorted(ailment.named)}")
    mends = [each["mend"] for each in report["findings"] if (each["name"], each["about"]) in found]
    if not any(ailment.mend in mend for mend in mends):
        faults.append(f"no mend says {ailment.mend!r}: {mends}")
    if code != ailment.code:
        faults.append(f"ended with {code}, wanted {ailment.code}")
    faults += [f"{each['name']} lacks a part" for each in report["findings"] if not all(
        each[part] for part in ("what", "why", "mend", "who", "level"))]  # fmt: skip
    said = json.dumps(report, ensure_ascii=False)
    faults += [f"a secret was told: {secret[:3]}..." for secret in secrets if secret in said]
    return faults


@pytest.mark.parametrize(("name", "engine"), CASES)
def test_what_is_broken_is_named_with_its_mend_and_nothing_else(
    wards: Wards, monkeypatch: pytest.MonkeyPatch, name: str, engine: str
) -> None:
    ailment = AILMENTS[name]
    with wards(engine).installation(monkeypatch) as one:
        ailment.spoil(one, monkeypatch)
        code, report = examined()
        assert not faults_of(name, code, report, one.secrets), "\n".join(faults_of(name, code, report, one.secrets))
        assert ("doctor.failed", "") not in {(each["name"], "") for each in report["findings"]}
        # The mutant: the doctor that does not make this check.
        with pytest.MonkeyPatch.context() as mutant:
            blind(mutant, ailment)
            code, report = examined()
        assert faults_of(name, code, report, ()), "a doctor that misses it went unnoticed"
    print(f"GATE doctor missed=0 limit=0 n={len(CASES)} mutant=1 case={name!r} engine={engine}")


def blind(patch: pytest.MonkeyPatch, ailment: Ailment) -> None:
    """Have the check of this ailment say nothing; what it opens for the others it opens."""
    if ailment.check == "variables":
        read = commands.environment.read
        patch.setattr(commands.environment, "read", lambda: (read()[0], []))
        return

    def mute(check: Check) -> Check:
        def look(ground: Any) -> tuple[()]:
            list(check.look(ground))
            return ()

        return replace(check, look=look)

    names = [check.name for check in CHECKS]
    assert ailment.check in names, ailment.check
    patch.setattr(examine, "CHECKS", tuple(mute(each) if each.name == ailment.check else each for each in CHECKS))


def test_the_table_is_long_enough_for_each_engine() -> None:
    for engine in ("sqlite", "postgresql"):
        kinds = {kind for each in AILMENTS.values() if engine in each.engines for kind, _ in each.named}
        assert len(kinds) >= FEWEST, engine
    assert {check for check in (each.check for each in AILMENTS.values())} >= {
        check.name for check in CHECKS
    } - {"libraries"}


def state_of(one: Installation) -> dict[str, Any]:
    """All of an installation: every file with content, mode and moment, every row of its tables."""
    state: dict[str, Any] = {}
    for folder in (one.var, one.backups, one.checkpoints):
        for file in sorted([folder, *folder.rglob("*")]):
            told = file.stat()
            content = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
            state[str(file)] = (told.st_mode, told.st_mtime_ns, content)
    if one.cluster is not None:
        address = f"host={one.cluster.folder} user={SUPERUSER} dbname={one.database}"
        with psycopg.connect(address, autocommit=True) as line:
            tables = line.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            for (table,) in tables.fetchall():
                query = f'SELECT md5(string_agg(t::text, \'|\' ORDER BY t::text)), max(xmin::text) FROM "{table}" t'
                state[table] = line.execute(query.encode()).fetchone()
    return state


def test_a_healthy_installation_gives_nothing_and_stays_as_it_is(lent: Installation) -> None:
    before = state_of(lent)
    code, report = examined()
    assert (code, named(report), report["verdict"]) == (0, set(), "well"), report["findings"]
    assert {each["name"] for each in report["findings"]} == NOTES[lent.engine]
    assert report["not_looked_at"] == [] and len(report["looked_at"]) == len(CHECKS) + 1
    text = CliRunner().invoke(cli.app, ["doctor"])
    assert text.exit_code == 0 and text.stdout.rstrip().endswith("nothing is wrong."), text.stdout
    assert state_of(lent) == before, "something was changed"


def test_while_the_program_works_it_gives_nothing_either(lent: Installation) -> None:
    house = lent.house()
    with house.db.read() as session:
        house.system_desk(session, "TH")
        code, report = examined()
    house.db.dispose()
    assert (code, named(report)) == (0, set()), report["findings"]


def test_everything_that_is_broken_is_told_at_once(lent: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "plain http", "a port that is none", "no key-encryption key", "a key for everybody", "no backup of keys",
        "an old backup", "backups beside the data", "policies with a fault", "a partner's damaged file",
        "no database file" if lent.engine == "sqlite" else "no database server",
    ):  # fmt: skip
        AILMENTS[name].spoil(lent, monkeypatch)
    code, report = examined()
    wanted = {kind for kind, _ in named(report)}
    assert code == 2 and wanted >= {
        "settings.unsafe", "settings.unreadable", "keys.unsafe", "backups.none", "backups.late", "disk.shared",
        "policies.broken", "partners.file", "database.missing" if lent.engine == "sqlite" else "database.away",
    }, wanted  # fmt: skip
    assert "doctor.failed" not in wanted
    assert {each["check"] for each in report["not_looked_at"]} >= {"tables", "worker", "checkpoints", "letters"}
    assert not any(secret in json.dumps(report) for secret in lent.secrets)


def test_a_check_that_fails_is_a_finding_and_stops_no_other(
    lent: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError(PASSWORD)

    monkeypatch.setattr(copies, "backups", broken)
    AILMENTS["an old checkpoint"].spoil(lent, monkeypatch)
    code, report = examined()
    assert named(report) == {("doctor.failed", "backups"), ("checkpoints.late", "")} and code == 1
    said = json.dumps(report)
    assert "RuntimeError" in said and PASSWORD not in said and "Traceback" not in said


def test_offline_nobody_is_asked(lent: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    AILMENTS["a partner that does not answer"].spoil(lent, monkeypatch)
    code, report = examined("--offline")
    assert (code, named(report)) == (0, set())
    assert [each["check"] for each in report["not_looked_at"]] == ["partners' answers"]


def test_the_real_command_says_it_in_words_and_ends_with_its_code(
    lent: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a process of its own, as an operator or a timer calls it."""
    AILMENTS["plain http"].spoil(lent, monkeypatch)
    AILMENTS["an old backup"].spoil(lent, monkeypatch)
    done = subprocess.run(
        [sys.executable, "-c", "from app.cli import main; main()", "doctor"],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 2 and done.stderr == "", done.stderr
    heads = re.findall(r"^(BROKEN|ATTENTION|NOTE) (\S+): ", done.stdout, re.MULTILINE)
    assert [each for each in heads if each[0] != "NOTE"] == [
        ("BROKEN", "settings.unsafe"), ("ATTENTION", "backups.late")
    ]  # fmt: skip
    for head in ("Why", "Mend", "Who"):
        assert done.stdout.count(f"    {head}: ") == len(heads)
    assert "1 broken, 1 to be attended to." in done.stdout
    assert not any(secret in done.stdout for secret in lent.secrets)


def test_every_finding_is_explained_in_the_manual() -> None:
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    section = manual.partition("## Doctor")[2].partition("\n## ")[0]
    explained = set(re.findall(r"^\| `([a-z_.]+)` \|", section, re.MULTILINE))
    assert explained == set(MEANINGS), explained ^ set(MEANINGS)
    said = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "app" / "doctor").glob("*.py"))
    assert all(said.count(f'"{name}"') >= 2 for name in MEANINGS), "a meaning that nothing finds"
