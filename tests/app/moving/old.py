"""The old store of these tests: a SQLite file grown by the real services, once, and copied for whoever moves one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from app.access import drafts
from app.access.desk import House
from app.access.page_sessions import digest, new_value
from app.casework.move import Command, perform
from app.kit.clock import SettableClock
from app.kit.db import Database
from app.main import open_house
from app.models.base import new_id
from app.models.session import LoginSession
from app.oversight import sealing
from app.settings import Settings
from tests.app.imports.registers import FIRST, SECOND, bring_along, checked, table
from tests.conftest import START
from tests.factories import cases, referrals
from tests.factories.documents import put_document
from tests.factories.houses import CHEAP
from tests.factories.staff import Worker, desk_of
from tests.factories.towns import Town, open_town
from tests.factories.walls import stand_in
from tests.inspect import writing

# What somebody began to write about a case, in letters that two spellings could be made of.
TYPED = {"note": "ကျန်းမာရေး cafe\u0301 ỗ"}
DRAFT_AT = "/cases/new"
ONCE = "asked-once"


@dataclass
class Old:
    """The file as it was when everybody had gone home, who works there, and what paths are filled with."""

    folder: Path
    file: Path
    now: Any
    ids: dict[str, str] = field(default_factory=dict)
    workers: dict[str, Worker] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    answer: Any = None
    _house: House | None = None

    def clock(self) -> SettableClock:
        """A clock that stands where the story ended."""
        return SettableClock(self.now)

    def settings(self, url: str) -> Settings:
        """Settings with the keys of the story over the database at ``url``."""
        return Settings(environment="demo", var=self.folder / "var", database_url=url)

    def copy(self, folder: Path) -> Settings:
        """Settings over a copy of the file in ``folder``."""
        folder.mkdir(exist_ok=True)
        file = folder / "waymark.db"
        shutil.copyfile(self.file, file)
        return self.settings(f"sqlite:///{file}")

    def house(self, settings: Settings) -> House:
        """The house as the command line opens it; policies and keys are read once."""
        if self._house is None:
            self._house = open_house(settings, self.clock(), CHEAP)
        return replace(self._house, db=Database(settings.database_url), clock=self.clock())


@contextmanager
def grown(folder: Path, template: Path) -> Iterator[Old]:
    """The old store, its keys beside it in ``folder``; ``template``: a SQLite file with all tables."""
    file = folder / "story.db"
    shutil.copyfile(template, file)
    old = Old(folder, file, START)
    clock = SettableClock(START)
    with open_town(old.settings(f"sqlite:///{file}"), clock) as town:
        _story(town, old)
        clock.set(clock.now() + timedelta(minutes=40))
        assert sealing.round_of(town.house) >= 1
        for role in ("social_worker", "case_manager", "supervisor", "national_focal_point"):
            worker = town.th[role]
            old.workers[role], old.headers[role] = worker, town.headers(worker)
            old.cookies[role] = _cookie(town.house, worker)
        old.now = clock.now()
        town.house.db.dispose()
    yield old


def _story(town: Town, old: Old) -> None:
    """A referral that arrived, one that waits in the outbox, a case with a file, a draft, work that is under way."""
    house, worker = town.house, town.th["social_worker"]
    pair = referrals.bring_referral(house, town.th, town.mm, "received")
    case_id = cases.bring_case(house, town.th, "sheltered")
    waiting = referrals.bring_referral(house, town.th, town.mm, "approved").sent_from
    with desk_of(house, town.th["case_manager"]) as desk:
        perform(desk, Command("referral", "send", waiting, referrals.row_of(house, waiting).version))
    document = put_document(house, worker, case_id, b"%PDF-1.7 \x00\xff bytes of every kind", note="who brought it")
    with desk_of(house, worker) as desk:
        drafts.keep(desk, DRAFT_AT, TYPED)
    stand_in(house, town.th["case_manager"], town.th["supervisor"])
    done = checked(town, town.th["case_manager"], table(FIRST))
    left = bring_along(town, town.th["case_manager"], table(SECOND))
    assert left.status_code == 201, left.text
    old.answer = town.post(worker, f"/cases/{case_id}/notes", {"note": "Slept well."}, key=ONCE)
    assert old.answer.status_code == 201, old.answer.text
    old.ids = {
        "case_id": case_id, "referral_id": pair.sent_from, "document_id": document, "import_id": done["id"],
        "waiting_import": left.json()["id"], "waiting_referral": waiting,
        "reference": town.get(worker, f"/cases/{case_id}").json()["reference"],
    }  # fmt: skip


def _cookie(house: House, worker: Worker) -> str:
    """The cookie of a page session."""
    value, now = new_value(), house.clock.now()
    row = {
        "id": new_id(), "user_id": worker.id, "token_version": 1, "kind": "page", "digest": digest(value),
        "started_at": now, "seen_at": now, "expires_at": now + timedelta(hours=10),
    }  # fmt: skip
    with writing(house.db) as session:
        session.execute(insert(LoginSession), row)
    return value
