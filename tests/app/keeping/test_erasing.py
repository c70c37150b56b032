"""Erasing a person: nothing of them can be read again, also not from an old backup; others and the chain stay whole."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.access import once
from app.access.desk import House
from app.backups import making, restoring
from app.backups.making import Store
from app.casework import burying, erasing, history, identity
from app.casework.held import CASE, hold_case
from app.casework.keeping import ERASURE
from app.casework.name_index import MARK, NAME
from app.casework.tombstones import FOLDER, TombstoneBroken
from app.kit.clock import Clock, SettableClock
from app.kit.crypto import KeyRing
from app.kit.db import Database
from app.kit.signing import SigningKeys, verify
from app.main import graves_of
from app.operations import finish_erasures
from app.oversight.rebuild import rebuild_facts
from app.oversight.verify import verify_all
from app.settings import Settings
from app.worker import Worker as Working
from tests.app.keeping.people import Known, erase, files_of, known_everywhere, left_of
from tests.conftest import Makers
from tests.factories.houses import make_house, put_offices
from tests.factories.staff import Staff, desk_of, hire_staff
from tests.inspect import reading
from tests.postgres import OWNER, SERVING


class Home:
    """An installation with its staff, and a folder for its backups."""

    def __init__(self, settings: Settings, database: Database, clock: SettableClock) -> None:
        owner = settings.database_url.replace(SERVING, OWNER)
        self.settings = settings.model_copy(
            update={"backup_target": settings.var / "backups", "owner_database_url": owner}
        )
        keys = KeyRing.from_file(settings.kek_file, create=True)
        signing = SigningKeys.from_folder(settings.signing_folder, create=True)
        signing.signer("TH")
        self.target = settings.var / "backups"
        self.target.mkdir(mode=0o700, parents=True)
        self.house: House = replace(make_house(database, clock, keys, signing), graves=graves_of(self.settings))
        put_offices(self.house)
        self.staff: Staff = hire_staff(self.house)

    def work(self) -> None:
        """Have the worker do what waits, and the last traces leave the files."""
        assert Working(self.house).drain() == 1
        finish_erasures(self.house, self.settings.owner_database_url)

    def left(self, known: Known) -> list[str]:
        return left_of(self.house, known, files_of(self.house))

    def backup(self) -> tuple[Path, Path]:
        store = Store(self.house.db, self.house.keys, self.house.signing, self.house.clock)
        data, keys = sorted(making.make(store, self.settings, self.target).files)
        return data, keys


@pytest.fixture
def home(settings: Settings, database: Database, clock: SettableClock) -> Home:
    return Home(settings, database, clock)


def register(house: House) -> list[Any]:
    with reading(house.db) as session:
        return list(session.execute(select(ERASURE).order_by(ERASURE.c.agreed_at)))


def opens(home: Home, case_id: str) -> bool:
    """Whether somebody else's name and records still open."""
    with desk_of(home.house, home.staff["case_manager"]) as desk:
        held = hold_case(desk, case_id, lock=False)
        return bool(identity.read(desk, held.row.person_id, held.key(desk)))


def test_nothing_of_the_person_is_left_and_everything_of_the_others_is(home: Home) -> None:
    other, known = known_everywhere(home.house, home.staff), known_everywhere(home.house, home.staff)
    before = home.left(known)
    assert {"row of name_key", "row of document", "row of draft", "row of tip", "row of notice"} <= set(before)
    assert set(known.keys) == {"data_key", "approval", "draft", "idempotency_key", "tip"}
    erase(home.house, home.staff, known.case_id)
    home.work()
    assert home.left(known) == []
    # Everything of the other is there: rows, keys and index.
    assert [each for each in home.left(other) if each.startswith("row")] == [
        each for each in before if each.startswith("row")
    ]
    assert opens(home, other.case_id)
    with reading(home.house.db) as session:
        assert verify_all(session).sound
        digests = session.execute(select(NAME.c.digest).where(NAME.c.person_id == other.person_id)).scalars().all()
        assert MARK in digests and len(digests) > 3
    assert rebuild_facts(home.house) == [], "the facts that name nobody stay as they were"
    (row,) = register(home.house)
    said = json.loads(row.tombstone)
    assert verify(home.house.signing.public("TH"), row.tombstone, row.signature)
    assert (said["person"], said["ground"], said["cases"]) == (known.person_id, "person_asked", [known.case_id])
    assert (said["asked_by"], said["agreed_by"]) == (
        home.staff["data_protection_officer"].id, home.staff["national_focal_point"].id,
    )  # fmt: skip
    assert said["destroyed"] == {
        "data_key": 1, "record": 2, "document": 1, "person_identity": 1, "person_link": 1, "approval": 1, "tip": 1,
        "notice": said["destroyed"]["notice"], "draft": 1, "idempotency_key": 1,
    }  # fmt: skip
    assert row.left_at is not None
    for folder in (home.settings.var, home.target):
        assert len(list((folder / FOLDER).glob("*.json"))) == 1
    # Once more: nothing is found, and nothing breaks.
    assert finish_erasures(home.house, home.settings.owner_database_url) == 0


LEFT_OUT: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "document": (erasing, "EMPTIED", lambda: erasing.EMPTIED[:1]),
    "record": (erasing, "EMPTIED", lambda: erasing.EMPTIED[1:]),
    "person_identity": (identity, "forget", lambda: lambda session, person: 0),
    "approval": (erasing, "_approvals", lambda: lambda session, found: []),
    "notice": (erasing, "_notices", lambda: lambda session, found, approvals: 0),
    "draft": (erasing, "_drafts", lambda: lambda session, names: 0),
    "idempotency_key": (once, "forget_naming", lambda: lambda session, keys, names: 0),
}


def test_one_place_left_out_is_found(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for table, (owner, name, less) in LEFT_OUT.items():
        known = known_everywhere(home.house, home.staff)
        erase(home.house, home.staff, known.case_id)
        with monkeypatch.context() as without:
            without.setattr(owner, name, less())
            home.work()
        assert f"row of {table}" in home.left(known), table
    # The index of names, and the key itself.
    known = known_everywhere(home.house, home.staff)
    with monkeypatch.context() as without:
        without.setattr("app.keeping.service.destroy_keys", lambda session, found: 0)
        without.setattr(erasing, "destroy_keys", lambda session, found: 0)
        erase(home.house, home.staff, known.case_id)
        home.work() if home.house.db.dialect == "sqlite" else None
    found = home.left(known)
    assert {"row of name_key", "row of data_key"} <= set(found)


def test_an_older_backup_gives_nobody_back(home: Home, databases: Makers, tmp_path: Path) -> None:
    other, known = known_everywhere(home.house, home.staff), known_everywhere(home.house, home.staff)
    data, old_keys = home.backup()
    home.house.clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]
    erase(home.house, home.staff, known.case_id)
    home.work()
    _, new_keys = home.backup()
    # With the keys of now, and with keys as old as the data: the tombstone beside the backups holds.
    for keys in (new_keys, old_keys):
        with databases.url(migrated=False) as url:
            to = Settings(
                environment="demo", var=tmp_path / keys.stem, owner_database_url=url,
                database_url=url.replace(OWNER, SERVING), kek_file=home.settings.kek_file,
                signing_folder=home.settings.signing_folder, token_key_file=home.settings.token_key_file,
            )  # fmt: skip
            done = restoring.restore(to, home.house.keys, home.house.signing, Clock(), data, keys)
            assert done.destroyed == 1
            back = Database(to.database_url)
            house = make_house(back, home.house.clock, home.house.keys, home.house.signing)
            assert left_of(house, known, files_of(house)) == []
            assert left_of(house, other, []) != []
            with reading(back) as session:
                assert verify_all(session).sound
            assert [row.person_id for row in register(house)] == [known.person_id], "the register knows of it"
            back.dispose()
    # A tombstone that somebody changed is named, never passed over.
    (stone,) = (home.target / FOLDER).glob("*.json")
    stone.write_text(stone.read_text().replace("person_asked", "time_over"))
    with databases.url(migrated=False) as url:
        to = to.model_copy(update={"owner_database_url": url, "database_url": url.replace(OWNER, SERVING)})
        with pytest.raises(TombstoneBroken, match=stone.name):
            restoring.restore(to, home.house.keys, home.house.signing, Clock(), data, new_keys)


@pytest.mark.parametrize("point", ["sweep", "_approvals", "body_of", "bury", "_written_back"])
def test_killed_in_the_middle_it_is_carried_on(home: Home, point: str) -> None:
    if home.house.db.dialect == "postgresql" and point == "_written_back":
        return
    known = known_everywhere(home.house, home.staff)
    erase(home.house, home.staff, known.case_id)
    owner = erasing if point == "_approvals" else burying
    home.house.db.dispose()
    killed(home.work, owner, point)
    # From the agreement on nobody opened anything; what was left goes now.
    with desk_of(home.house, home.staff["case_manager"]) as desk:
        assert hold_case(desk, known.case_id, lock=False).erased
    Working(home.house).drain()
    finish_erasures(home.house, home.settings.owner_database_url)
    assert home.left(known) == []
    (row,) = register(home.house)
    assert row.erased_at is not None and row.left_at is not None
    with reading(home.house.db) as session:
        assert verify_all(session).sound
        count = session.execute(select(CASE.c.history_count).where(CASE.c.id == known.case_id)).scalar_one()
    told = cases_told(home, known.case_id)
    assert told.count("erase") == 1 and len(told) == count


def cases_told(home: Home, case_id: str) -> list[str]:
    with reading(home.house.db) as session:
        return [row.step for row in history.entries(session, case_id)]


def killed(act: Callable[[], object], owner: Any, name: str) -> None:
    """Do ``act`` in a process of its own that is killed by signal 9 right after it used ``owner.name``."""
    child = os.fork()
    if child == 0:
        real = getattr(owner, name)

        def dying(*arguments: Any, **more: Any) -> Any:
            real(*arguments, **more)
            os.kill(os.getpid(), signal.SIGKILL)

        try:
            setattr(owner, name, dying)
            act()
        finally:
            os._exit(7)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, (name, status)
