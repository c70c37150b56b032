"""Real installations to be examined: healthy ones, each made once and lent out as a copy that a test may spoil.

Everything in one is made by the program itself: keys, tables, accounts, a signed checkpoint that has left for another
disk, backups, and a partner whose own installation answers at its own address.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest
import uvicorn
from sqlalchemy import insert
from typer.testing import CliRunner

from app import cli
from app.access.desk import House
from app.backups.making import Store, make
from app.exchange import capabilities, cards, enrolling
from app.kit import migrate
from app.main import create_app, open_house
from app.models.base import new_id
from app.models.person import DataKey
from app.oversight import sealing
from app.settings import Settings
from tests.factories.houses import CHEAP, put_offices
from tests.factories.staff import hire_staff
from tests.inspect import writing
from tests.postgres import OWNER, SERVING, SUPERUSER, Cluster

PASSWORD = "nine-lanterns-42-quiet"
PUBLIC = "https://waymark.example"
# A checkpoint is late after twenty minutes; a healthy installation is made anew well before.
YOUNG = timedelta(minutes=9)
KEYS_OF_PEOPLE = 3
# What the doctor may say of the healthy one without anything being wrong.
NOTES = {"sqlite": {"settings.caution"}, "postgresql": set()}


@dataclass
class Installation:
    """One installation: where it is, and the variables it runs with."""

    engine: str
    folder: Path
    other_disk: Path
    database: str
    cluster: Cluster | None
    variables: dict[str, str]
    secrets: tuple[str, ...] = ()
    # Called when the test is over, last first.
    undo: list[Any] = field(default_factory=list)

    @property
    def var(self) -> Path:
        """Its own folder."""
        return self.folder / "var"

    @property
    def backups(self) -> Path:
        """The folder for backups."""
        return self.other_disk / "backups"

    @property
    def checkpoints(self) -> Path:
        """The folder for checkpoints."""
        return self.other_disk / "checkpoints"

    @property
    def key_folder(self) -> Path:
        """Where its keys are."""
        return self.var / "keys"

    @property
    def owner_url(self) -> str:
        """The database as the owner of its tables."""
        if self.cluster is None:
            return f"sqlite:///{self.var / 'waymark.db'}"
        return self.cluster.url(self.database, OWNER)

    @property
    def settings(self) -> Settings:
        """Its settings, as somebody who works on it has them."""
        return Settings(
            environment="demo", var=self.var, database_url=self.variables.get("DATABASE_URL", ""),
            backup_target=self.backups, checkpoint_target=self.checkpoints,
        )  # fmt: skip

    def house(self) -> House:
        """What its running program holds."""
        return open_house(self.settings, passwords=CHEAP)

    def sql(self, *statements: str) -> None:
        """Statements past everything: on PostgreSQL as the role that may do all, on SQLite without the program."""
        if self.cluster is None:
            import sqlite3

            with sqlite3.connect(self.var / "waymark.db", isolation_level=None) as database:
                for each in statements:
                    database.execute(each)
            database.close()
            return
        address = f"host={self.cluster.folder} user={SUPERUSER} dbname={self.database}"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            for each in statements:
                connection.execute(each.encode())

    def put(self, table: Any, **values: Any) -> None:
        """One row, as the program would write it."""
        house = self.house()
        with writing(house.db) as session:
            session.execute(insert(table), values)
        house.db.dispose()


@dataclass
class Ward:
    """Lends out copies of a healthy installation on one engine."""

    engine: str
    folder: Path
    other_disk: Path
    cluster: Cluster | None
    neighbour: Neighbour
    # A SQLite file at the newest revision.
    template: Path
    made_at: datetime | None = None
    secrets: tuple[str, ...] = ()

    @contextmanager
    def installation(self, patch: pytest.MonkeyPatch) -> Iterator[Installation]:
        """A healthy installation, and the variables of this process set as it runs with; gone afterwards."""
        now = datetime.now(UTC)
        if self.made_at is None or now - self.made_at > YOUNG:
            self._make()
            self.made_at = now
        self._clean()
        for live, kept in self._folders():
            shutil.copytree(kept, live)
        one = self._one(self.cluster.clone("healthy") if self.cluster else "")
        one.secrets = self.secrets
        for name in [name for name in os.environ if name.startswith("WAYMARK_") or name == "DATABASE_URL"]:
            patch.delenv(name)
        for name, value in one.variables.items():
            patch.setenv(name, value)
        try:
            yield one
        finally:
            for act in reversed(one.undo):
                act()
            if self.cluster is not None:
                self.cluster.drop(one.database)

    def _one(self, database: str) -> Installation:
        variables = {
            "WAYMARK_VAR": str(self.folder / "var"), "WAYMARK_PUBLIC_URL": PUBLIC,
            "WAYMARK_ALLOWED_HOSTS": "waymark.example",
            "WAYMARK_BACKUP_TARGET": str(self.other_disk / "backups"),
            "WAYMARK_CHECKPOINT_TARGET": str(self.other_disk / "checkpoints"),
        }  # fmt: skip
        if self.cluster is not None:
            url = self.cluster.url(database, SERVING).replace(f"{SERVING}@", f"{SERVING}:{PASSWORD}@")
            variables["DATABASE_URL"] = url
        return Installation(self.engine, self.folder, self.other_disk, database, self.cluster, variables)

    def _make(self) -> None:
        self._clean()
        for live, kept in self._folders():
            shutil.rmtree(kept, ignore_errors=True)
            live.mkdir(mode=0o700)
        if self.cluster is None:
            one = self._one("")
            shutil.copyfile(self.template, one.var / "waymark.db")
            (one.var / "waymark.db").chmod(0o600)
        else:
            with suppress(psycopg.Error):
                self.cluster.drop("healthy")
            self.cluster.template("waymark_template", migrate.upgrade)
            self.cluster.command(f'CREATE DATABASE healthy OWNER {OWNER} TEMPLATE waymark_template')
            one = self._one("healthy")
        self._fill(one)
        for live, kept in self._folders():
            shutil.copytree(live, kept)
        self.secrets = (PASSWORD, *_secrets(one))

    def _fill(self, one: Installation) -> None:
        house = one.house()
        for country in ("TH", "MM"):
            house.signing.signer(country)
            house.exchange.public(country)
        put_offices(house)
        for country in ("TH", "MM"):
            hire_staff(house, country)
        with writing(house.db) as session:
            for _ in range(KEYS_OF_PEOPLE):
                wrapped = house.keys.new_data_key()[1]
                row = {"id": new_id(), "country": "TH", "created_at": house.clock.now(), "wrapped": wrapped}
                session.execute(insert(DataKey), row)
        card = cards.read(cards.make(self.neighbour.house, "LA", self.neighbour.address))
        enrolling.add(house, card, card.fingerprint)
        capabilities.take_in(house, capabilities.make(self.neighbour.house, "LA"))
        assert sealing.round_of(house) == 1
        make(Store(house.db, house.keys, house.signing, house.clock), one.settings, one.backups)
        house.db.dispose()

    def _folders(self) -> tuple[tuple[Path, Path], ...]:
        kept = self.folder / "kept"
        kept.mkdir(exist_ok=True)
        live = (self.folder / "var", self.other_disk / "backups", self.other_disk / "checkpoints")
        return tuple((each, kept / each.name) for each in live)

    def _clean(self) -> None:
        for live, _ in self._folders():
            shutil.rmtree(live, ignore_errors=True)


def _secrets(one: Installation) -> Iterator[str]:
    """Key material, accounts and names: nothing of it may be said by the doctor."""
    for file in (one.key_folder / "kek", one.key_folder / "token"):
        yield from (line.split()[1] for line in file.read_text().splitlines() if not line.startswith("#"))
    for file in one.key_folder.rglob("*.pem"):
        yield file.read_text().splitlines()[1]
    from app.models.user import User
    from tests.inspect import reading

    house = one.house()
    with reading(house.db) as session:
        for row in session.query(User):
            yield from (row.login, row.display_name)
    house.db.dispose()


@dataclass
class Neighbour:
    """A partner's installation, which runs."""

    house: House
    address: str


@contextmanager
def neighbour(folder: Path, template: Path) -> Iterator[Neighbour]:
    """The installation of Laos, serving on this machine until the block ends; template: as in `Ward`."""
    url = f"sqlite:///{folder / 'la.db'}"
    shutil.copyfile(template, folder / "la.db")
    program = create_app(Settings(environment="demo", var=folder, database_url=url), passwords=CHEAP)
    house: House = program.state.house
    house.signing.signer("LA")
    house.exchange.public("LA")
    on = socket.socket()
    on.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(program, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [on]})
    thread.start()
    yield Neighbour(house, f"http://127.0.0.1:{on.getsockname()[1]}")
    server.should_exit = True
    thread.join()
    house.db.dispose()


@contextmanager
def answering(status: int, ahead: timedelta = timedelta(0)) -> Iterator[str]:
    """The address of something else, which answers everything with ``status`` and by a clock that is so far ahead."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def date_time_string(self, timestamp: float | None = None) -> str:
            moment = datetime.now(UTC) + ahead
            return super().date_time_string(int(moment.timestamp()))

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@contextmanager
def other_disk(beside: Path) -> Iterator[Path]:
    """A folder on another disk than ``beside``; a failure says what is missing if there is none."""
    for place in (tempfile.gettempdir(), "/var/tmp", "/dev/shm"):
        if os.access(place, os.W_OK) and Path(place).stat().st_dev != beside.stat().st_dev:
            with tempfile.TemporaryDirectory(prefix="waymark-ward-", dir=place) as folder:
                yield Path(folder)
            return
    pytest.fail("a healthy installation needs two disks: /tmp or /var/tmp, and /dev/shm in memory", pytrace=False)


def mounted(one: Installation, folder: Path, megabytes: int, options: str = "") -> None:
    """Put a small disk in memory under a folder, with what was in it; only root can."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a disk that is nearly full, or read-only")
    before = folder.with_name(f"{folder.name}-before")
    folder.rename(before)
    folder.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", str(folder)], check=True)
    one.undo.append(lambda: subprocess.run(["umount", str(folder)], check=True))
    one.undo.append(lambda: shutil.rmtree(before, ignore_errors=True))
    shutil.copytree(before, folder, dirs_exist_ok=True)
    folder.chmod(0o700)
    if options:
        subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


def examined(*options: str) -> tuple[int, dict[str, Any]]:
    """What `waymark doctor --json` says of the installation whose variables are set, and its exit code."""
    result = CliRunner().invoke(cli.app, ["doctor", "--json", *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    said: dict[str, Any] = json.loads(result.stdout)
    return result.exit_code, said


def named(report: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Name and subject of everything that is found wrong; notes are no faults."""
    return {(each["name"], each["about"]) for each in report["findings"] if each["level"] != "note"}
