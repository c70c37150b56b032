"""Somebody at work over a database whose disk fills up: a small file system in memory, filled and made room on."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.access.desk import House
from app.kit.clock import Clock, SettableClock
from app.models.history import HistoryEntry
from app.settings import Settings
from tests import postgres
from tests.conftest import START
from tests.factories.cases import bring_case, version_of
from tests.factories.forms import form
from tests.factories.houses import put_offices
from tests.factories.programs import program
from tests.factories.staff import Worker, hire_staff, token_for
from tests.inspect import reading
from tests.journeys import proof
from tests.journeys.hands import API

HISTORY: Final[Any] = HistoryEntry.__table__
_MEGABYTE: Final = 1 << 20


@dataclass(frozen=True)
class SmallDisk:
    """A file system of its own that holds little."""

    folder: Path

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    def fill(self, leave: int = 0) -> None:
        """Leave about so many bytes free; 0: none that is not taken already."""
        with self._ballast.open("wb", buffering=0) as ballast, suppress(OSError):
            while (free := shutil.disk_usage(self.folder).free) > leave:
                ballast.write(bytes(min(free - leave, _MEGABYTE)))

    def make_room(self) -> None:
        """Take away what `fill` put there."""
        self._ballast.unlink()


@contextmanager
def small_disk(megabytes: int) -> Iterator[SmallDisk]:
    """A small disk that PostgreSQL's account may write to; only root can make one, others skip the test."""
    folder = Path(tempfile.mkdtemp(prefix="waymark-small-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "waymark-small", folder],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        folder.rmdir()
        pytest.skip(f"a small disk cannot be made here: {mounted.stderr.strip()}")
    try:
        account = postgres._account()
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        yield SmallDisk(folder)
    finally:
        # Lazily: whoever still holds a file there is ending.
        subprocess.run(["umount", "--lazy", folder], check=False)
        folder.rmdir()


@dataclass
class AtWork:
    """One social worker at the JSON door, with one case; ``told``: the versions that were confirmed."""

    house: House
    client: TestClient
    clock: Clock
    token: str
    case: str
    version: int
    began: int
    who: Worker
    told: list[int] = field(default_factory=list)
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)

    def move(self, key: str | None = None) -> httpx2.Response:
        """Move the person to another place; what was confirmed is noted. A key of before sends the same again."""
        path, key = f"{API}/cases/{self.case}/steps/move_placement", key or uuid.uuid4().hex
        body = self.sent.setdefault(key, {"seen_version": self.version, "record": form(self.house, "placement")})
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        answer = self.client.post(path, json=body, headers=headers)
        if answer.status_code == 200 and "Idempotency-Replayed" not in answer.headers:
            self.version = int(answer.json()["version"])
            self.told.append(self.version)
        return answer

    def until_refused(self, most: int) -> tuple[str, httpx2.Response]:
        """Move on until an answer is no more a yes; the key of that request and its answer."""
        for _ in range(most):
            key = uuid.uuid4().hex
            answer = self.move(key)
            if answer.status_code != 200:
                return key, answer
        pytest.fail(f"{most} steps, and the disk is not full")

    def holds(self) -> None:
        """What was confirmed is there, nothing else is, the chains continue and the facts follow from them."""
        with reading(self.house.db) as session:
            query = select(HISTORY.c.version).where(
                HISTORY.c.subject_id == self.case, HISTORY.c.version > self.began, HISTORY.c.kind == "step"
            )
            assert sorted(session.execute(query).scalars()) == self.told
        proof.chains_hold(self.house)
        proof.facts_follow_from_history(self.house)


@contextmanager
def at_work(url: str, var: Path, clock: Clock | None = None) -> Iterator[AtWork]:
    """The program over that migrated database, and somebody at work in it."""
    settings = Settings(environment="demo", var=var, database_url=url)
    with (
        program(settings, clock or SettableClock(START)) as built,
        TestClient(built, base_url="http://localhost", raise_server_exceptions=False) as client,
    ):
        house: House = built.state.house
        put_offices(house)
        staff = hire_staff(house, "TH")
        case = bring_case(house, staff, "sheltered")
        version = version_of(house, case)
        who = staff["social_worker"]
        yield AtWork(house, client, house.clock, token_for(house, who), case, version, version, who)
        house.db.dispose()


__all__ = ["AtWork", "SmallDisk", "at_work", "small_disk"]
