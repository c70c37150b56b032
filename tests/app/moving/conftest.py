"""The old store and empty new ones, for every test of this folder."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from app.kit import migrate
from app.kit.db import Database
from tests.app.moving.old import Old, grown
from tests.postgres import OWNER, SERVING, Cluster
from tests.quick_folder import quick_folder


@dataclass
class New:
    """An empty PostgreSQL with all tables: how its owner reaches it, and who serves."""

    cluster: Cluster
    url: str

    @property
    def serving(self) -> str:
        """The same for the role that serves."""
        return self.url.replace(OWNER, SERVING)

    @property
    def name(self) -> str:
        """Of the database."""
        return str(make_url(self.url).database)

    def opened(self) -> Database:
        """The database as its owner; the caller disposes of it."""
        return Database(self.url)

    def cut(self) -> None:
        """Break every line to it."""
        self.cluster.command(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.name}'")


@pytest.fixture(scope="session")
def old(sqlite_template: Path) -> Iterator[Old]:
    """Grown once, and never written into: tests take a copy."""
    with (
        tempfile.TemporaryDirectory(prefix="waymark-old-", dir=quick_folder()) as folder,
        grown(Path(folder), sqlite_template) as made,
    ):
        yield made


@pytest.fixture
def new(postgres: Cluster) -> Iterator[New]:
    """An empty store at the newest revision, of its owner."""
    template = postgres.template("waymark_template", migrate.upgrade)
    with postgres.database(template, OWNER) as url:
        yield New(postgres, url)
