"""A small demonstration, built once for all tests of this folder, and copies of it to spoil."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.access.desk import House
from app.demo.build import last_moment
from app.demo.figures import Figures, sample
from app.demo.place import logging_in, make, settings_of
from app.demo.report import sections
from app.demo.story import Said
from app.kit.clock import SettableClock
from app.main import open_house
from tests.inspect import writing

PEOPLE = 26


@dataclass(frozen=True)
class Small:
    """A built demonstration: where it lies, what it had to show, what was said when steps were refused."""

    folder: Path
    figures: Figures
    said: Said
    acts: int


@dataclass(frozen=True)
class Copy:
    """A copy of it that a test may spoil."""

    folder: Path
    house: House
    figures: Figures
    said: Said

    def spoil(self, statement: str, *values: str) -> int:
        """Change the database behind the program's back; how many rows."""
        with writing(self.house.db) as session:
            return session.connection().exec_driver_sql(statement, values).rowcount

    def faults(self) -> list[str]:
        """What the report finds wrong."""
        return [fault for part in sections(self.house, self.figures, self.said) for fault in part.faults]


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """The small demonstration; nobody changes it."""
    folder = tmp_path_factory.mktemp("demo") / "small"
    with logging_in(folder):
        built = make(folder, sample(PEOPLE))
        built.house.db.dispose()
    return Small(folder, sample(PEOPLE), built.stage.said, built.stage.acts)


@pytest.fixture
def copy(small: Small, tmp_path: Path) -> Iterator[Copy]:
    """A copy for one test, open at the end of the play."""
    folder = tmp_path / "demo"
    shutil.copytree(small.folder, folder)
    house = open_house(settings_of(folder), SettableClock(last_moment()))
    yield Copy(folder, house, small.figures, small.said)
    house.db.dispose()
