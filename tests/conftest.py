"""What every test can ask for: migrated databases on both engines, a clock that stands still, keys."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as examples

from app.kit import migrate
from app.kit.clock import SettableClock
from app.kit.crypto import KeyRing
from app.kit.db import Database
from app.kit.signing import SigningKeys
from app.settings import Settings
from tests.lending import Lending
from tests.lines import Lines
from tests.postgres import Cluster, PostgresMissing, running_cluster
from tests.quick_engines import quick_engines
from tests.quick_folder import quick_folder
from tests.quick_heap import quick_heap

ENGINE_KINDS = ("sqlite", "postgresql")
# A Monday morning in Bangkok; tests that care about the date set their own.
START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
# The kind of an engine -> the URL of a fresh migrated database and an empty folder for keys, as long as a `with` lasts.
Grounds = Callable[[str], AbstractContextManager[tuple[str, Path]]]
LOOPBACK = ("127.", "::1", "localhost")
# How long an example takes says something of the machine, not of the program: benchmarks measure that.
examples.register_profile("waymark", deadline=None)
examples.load_profile("waymark")


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any, /) -> None:
        if self.family != getattr(socket, "AF_UNIX", None) and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError("a test tried to reach the network")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Have `tmp_path` in memory, and name a failure when it happens.

    Every commit of SQLite waits for its folder to be safe. With several workers pytest shows letters, and names only at
    the end.
    """
    if folder := quick_folder():
        # Read when the first folder is made; a worker's lies below that of the process that started it.
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder)
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_NamesFailures(reporter))


class _NamesFailures:
    """Prints one line for each test that fails, in whichever process it ran."""

    def __init__(self, reporter: pytest.TerminalReporter) -> None:
        self._reporter = reporter

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called in the process that was started, for each phase of each test."""
        if report.failed:
            self._reporter.write_line(f"\nFAILED {report.nodeid} ({report.when})", red=True)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays for the whole run."""
    quick_heap()


@pytest.fixture(autouse=True, scope="session")
def _quick_engines() -> Iterator[Lines]:
    """Have no test compile again what an earlier one compiled, nor PostgreSQL plan again what it planned."""
    lines = Lines()
    with quick_engines(lines):
        yield lines


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A real PostgreSQL server of this test process; if missing, tests fail and say what to install."""
    try:
        with running_cluster() as cluster:
            yield cluster
    except PostgresMissing as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture(scope="session")
def lending(postgres: Cluster, _quick_engines: Lines) -> Iterator[Lending]:
    """Databases of that server which one test after the other may use."""
    lent = Lending(postgres, _quick_engines)
    yield lent
    lent.close()


@pytest.fixture(params=ENGINE_KINDS)
def engine_kind(request: pytest.FixtureRequest) -> str:
    """The engine, one after the other: sqlite, postgresql."""
    return str(request.param)


@dataclass(frozen=True)
class Makers:
    """Makes fresh databases of one kind; each lives as long as its `with` block."""

    kind: str
    folder: Path
    # Asked for only when needed: the template of SQLite or the server of PostgreSQL, each made once.
    ask: Callable[[str], Any]

    @contextmanager
    def url(self, *, migrated: bool = True) -> Iterator[str]:
        """Hand out the URL of a new database: with all tables and for the role that serves, or empty for its owner."""
        if self.kind == "postgresql":
            cluster: Cluster = self.ask("postgres")
            if migrated:
                template = cluster.template("waymark_template", migrate.upgrade)
                with self.ask("lending").database(template) as url:
                    yield url
            else:
                with cluster.database() as url:
                    yield url
            return
        with tempfile.TemporaryDirectory(prefix="waymark-lite-", dir=quick_folder() or self.folder) as folder:
            path = Path(folder) / "test.db"
            if migrated:
                shutil.copyfile(self.ask("sqlite_template"), path)
            else:
                path.touch()
            yield f"sqlite:///{path}"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at the newest revision, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def databases(engine_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Makers:
    """A maker of databases of the present engine, for tests that need several (two countries)."""
    return Makers(engine_kind, tmp_path, request.getfixturevalue)


@pytest.fixture(scope="session")
def grounds(request: pytest.FixtureRequest) -> Grounds:
    """`tests.gates.ground.ground` over the template and the server that this process has already."""

    @contextmanager
    def made(kind: str) -> Iterator[tuple[str, Path]]:
        with tempfile.TemporaryDirectory(prefix="waymark-gate-", dir=quick_folder()) as name:
            folder = Path(name)
            with Makers(kind, folder, request.getfixturevalue).url() as url:
                yield url, folder

    return made


@pytest.fixture
def database_url(databases: Makers) -> Iterator[str]:
    """The URL of a fresh migrated database, on each engine; on PostgreSQL as the role that serves."""
    with databases.url() as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh migrated database, on each engine."""
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def empty_url(databases: Makers) -> Iterator[str]:
    """The URL of a database without any table, on each engine; on PostgreSQL as its owner."""
    with databases.url(migrated=False) as url:
        yield url


@pytest.fixture
def empty_database(empty_url: str) -> Iterator[Database]:
    """A database without any table, on each engine."""
    opened = Database(empty_url)
    yield opened
    opened.dispose()


@pytest.fixture
def clock() -> SettableClock:
    """A clock that stands at Monday 23 November 2026, 09:00 in Bangkok, until the test moves it."""
    return SettableClock(START)


@pytest.fixture(scope="session")
def keys() -> KeyRing:
    """A key ring with one version."""
    return KeyRing({1: bytes(range(7, 39))}, 1)


@pytest.fixture(scope="session")
def signing(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    """Signing keys that are made for whichever country is asked for."""
    return SigningKeys.from_folder(tmp_path_factory.mktemp("signing"), create=True)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Demo settings over the fresh database, with keys of their own."""
    return Settings(environment="demo", var=tmp_path / "var", database_url=database_url)
