"""Where a built demonstration lies: its folder, its settings, its password and its clock when it is opened again."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import func, select

from app.access import rows
from app.access.desk import House
from app.demo.build import build, first_moment, last_moment
from app.demo.figures import Figures
from app.demo.play import Progress
from app.demo.stage import Stage
from app.demo.world import new_password
from app.kit import log, migrate
from app.kit.clock import Clock, SettableClock, as_utc
from app.kit.keyfile import write_private
from app.main import open_house
from app.models.access_log import AccessEntry
from app.models.history import HistoryEntry
from app.settings import Settings

PASSWORD, NOTE = "password", "demo.json"


class OffsetClock(Clock):
    """A clock that reads ``start`` when it is made and runs on at the pace of the world."""

    def __init__(self, start: datetime) -> None:
        """start: aware."""
        self._start = as_utc(start)
        self._made = time.monotonic()

    def now(self) -> datetime:
        """The moment it is in the demonstration, in UTC."""
        return self._start + timedelta(seconds=time.monotonic() - self._made)


@dataclass(frozen=True, slots=True)
class Built:
    """A demonstration that was just built and is still open; the caller closes ``house.db``."""

    house: House
    stage: Stage
    password: str


def settings_of(folder: Path, *, port: int = 8000) -> Settings:
    """The settings of the demonstration in ``folder``: its own database and keys, whatever the environment says."""
    folder = folder.absolute()
    return Settings(
        environment="demo", var=folder, database_url=f"sqlite:///{folder / 'waymark.db'}",
        kek_file=folder / "keys" / "kek", token_key_file=folder / "keys" / "token",
        signing_folder=folder / "keys" / "signing",
        checkpoint_key_file=folder / "keys" / "checkpoint.pem", host="127.0.0.1", port=port,
    )  # fmt: skip


@contextmanager
def logging_in(folder: Path) -> Iterator[None]:
    """Keep what the program logs in ``folder`` (made if missing), and off the screen of who reads the report."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "log.jsonl").open("a", encoding="utf-8") as stream:
        log.configure(stream)
        try:
            yield
        finally:
            structlog.reset_defaults()


def make(folder: Path, figures: Figures, progress: Progress | None = None) -> Built:
    """Build the demonstration in ``folder``, which must be there and empty."""
    settings = settings_of(folder)
    migrate.upgrade(settings.database_url)
    clock = SettableClock(first_moment())
    house = open_house(settings, clock)
    for country in house.policies.countries:
        house.signing.signer(country)
    password = new_password()
    stage = build(house, clock, figures, password, progress)
    write_private(folder / PASSWORD, f"{password}\n".encode())
    write_private(folder / NOTE, json.dumps({"whole": figures.whole, "people": figures.people}).encode())
    return Built(house, stage, password)


def make_whole(folder: Path, figures: Figures, progress: Progress | None = None) -> int:
    """Build it beside ``folder`` and put it there only when it is complete; how many acts it took."""
    draft = folder.with_name(f"{folder.name}.building-{os.getpid()}")
    try:
        with logging_in(draft):
            built = make(draft, figures, progress)
            built.house.db.dispose()
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return built.stage.acts


def is_built(folder: Path) -> bool:
    """Whether a complete demonstration lies there."""
    return (folder / NOTE).is_file()


def password_of(folder: Path) -> str:
    """The password of every account of the demonstration in ``folder``."""
    return (folder / PASSWORD).read_text(encoding="utf-8").strip()


def running_clock(settings: Settings) -> OffsetClock:
    """A clock that goes on from the last thing that was recorded, or from the end of the play if that is later."""
    house = open_house(settings)
    try:
        with house.db.read() as session:
            rows.enter_everything(session)
            last = (
                session.execute(select(func.max(column))).scalar_one()
                for column in (HistoryEntry.recorded_at, AccessEntry.at)
            )
            return OffsetClock(max([last_moment(), *(moment for moment in last if moment is not None)]))
    finally:
        house.db.dispose()
