"""The exchange of the key-encryption key: under load, killed and resumed, and no stored key left behind."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.backups import making
from app.backups.making import Store
from app.keys import rewrapping
from app.keys.rewrapping import left, places, rewrap
from app.kit.clock import Clock
from app.kit.crypto import KeyMissing, KeyRing
from app.kit.db import Database
from app.kit.errors import Conflict
from app.kit.keyfile import KEK, add_version, load_keys, retire_versions
from app.operations import retire_kek, rotate_kek
from app.settings import Settings
from tests.factories import cases
from tests.factories.approvals import decide, second_administrator
from tests.factories.towns import API, Town
from tests.inspect import as_owner, reading, tampering

ASK = {"operation": "rotate_kek", "note": "Yearly exchange, on Monday evening."}


def agreed(town: Town) -> str:
    second = second_administrator(town)
    answer = town.post(town.th["administrator"], "/keys/rotations", ASK)
    assert answer.status_code == 202, answer.text
    approval = str(answer.json()["id"])
    assert decide(town, second, approval).json()["state"] == "agreed"
    return approval


def versions(town: Town) -> dict[int, int]:
    """How many stored keys are under each version."""
    found: dict[int, int] = {}
    with reading(town.house.db) as session:
        for column in places():
            for wrapped in session.execute(select(column).where(func.length(column) > 0)).scalars():
                number = KeyRing.version_of(wrapped)
                found[number] = found.get(number, 0) + 1
    return found


@pytest.fixture
def owner(town: Town) -> Iterator[Database]:
    """The database as the owner of its tables, who may change every key."""
    if town.house.db.dialect != "postgresql":
        yield town.house.db
        return
    opened = as_owner(town.house.db)
    yield opened
    opened.dispose()


def file_a_note(town: Town, case_id: str, text: str) -> int:
    """Store something under the person's key and under a key of its own (the kept answer), and read it back."""
    answer = town.post(town.th["social_worker"], f"/cases/{case_id}/notes", {"note": text, "audience": "team"})
    read = town.client.get(f"{API}/cases/{case_id}/timeline", headers=town.headers(town.th["social_worker"]))
    return max(answer.status_code, read.status_code)


def test_two_persons_then_every_key_is_wrapped_anew_while_people_work(
    town: Town, settings: Settings, owner: Database
) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    approval = agreed(town)
    assert file_a_note(town, case_id, "Before the exchange.") < 300
    answers: list[int] = []
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            answers.append(file_a_note(town, case_id, f"Note {len(answers)} during the exchange."))

    worker = threading.Thread(target=work)
    worker.start()
    try:
        assert rotate_kek(town.house, settings.kek, approval) == 2
        done = rewrap(owner, settings.kek.ring())
        while len(answers) < 6:
            stop.wait(0.05)
    finally:
        stop.set()
        worker.join()
    assert not [status for status in answers if status >= 300], "no request failed"
    assert not done.unreadable and {"data_key", "approval", "idempotency_key"} <= set(done.done)
    # What a request had begun under the old version is found by the next run.
    rewrap(owner, settings.kek.ring())
    assert set(versions(town)) == {2} and left(owner, town.house.keys) == 0
    with pytest.raises(Conflict, match="used already"):
        rotate_kek(town.house, settings.kek, approval)


def test_an_old_key_goes_only_when_nothing_needs_it(
    town: Town, settings: Settings, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, place = cases.bring_case(town.house, town.th, "screening"), settings.kek
    backups = settings.var / "backups"
    backups.mkdir()
    town.house.signing.signer("TH")
    made = making.make(Store(town.house.db, town.house.keys, town.house.signing, town.clock), settings, backups)
    rotate_kek(town.house, place, agreed(town))
    now = Clock().now()
    monkeypatch.setattr(type(town.clock), "now", lambda _self: now + timedelta(minutes=1))
    with pytest.raises(Conflict, match="too young"):
        retire_kek(town.house, owner, place, backups)
    monkeypatch.setattr(type(town.clock), "now", lambda _self: now + timedelta(minutes=11))
    assert town.house.keys.new_data_key() and town.house.keys.current == 2
    with pytest.raises(Conflict, match="keys rewrap"):
        retire_kek(town.house, owner, place, backups)
    rewrap(owner, town.house.keys)
    with pytest.raises(Conflict, match="2 backups in"):
        retire_kek(town.house, owner, place, backups)
    for file in made.files:
        file.unlink()
    assert retire_kek(town.house, owner, place, backups) == (1,)
    assert retire_kek(town.house, owner, place, backups) == ()
    monkeypatch.undo()
    assert set(load_keys(place.file, create=False, purpose=KEK)) == {2}
    assert file_a_note(town, case_id, "After the exchange.") < 300


def test_killed_in_the_middle_it_goes_on(
    town: Town, settings: Settings, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        cases.bring_case(town.house, town.th, "screening")
    monkeypatch.setattr(rewrapping, "BATCH", 1)
    add_version(settings.kek_file, KEK)
    ring = settings.kek.ring()
    before = versions(town)
    url = owner.engine.url.render_as_string(hide_password=False)
    # The connections of the parent are not the child's.
    town.house.db.dispose()
    owner.dispose()
    for call in (2, 1):
        child = os.fork()
        if child == 0:
            _die_after(call)
            try:
                rewrap(Database(url), ring)
            finally:
                os._exit(7)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status)
    halfway = versions(town)
    assert halfway[1] and halfway[2] == 3, "what was committed stays, the rest is as it was"
    rewrap(owner, ring)
    assert versions(town) == {2: sum(before.values())}


def _die_after(calls: int) -> None:
    real: Any = rewrapping._put
    count = [0]

    def dying(*arguments: Any) -> int:
        done: int = real(*arguments)
        count[0] += 1
        if count[0] == calls:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    rewrapping._put = dying


def test_a_key_that_does_not_open_is_named_and_one_destroyed_stays_so(
    town: Town, settings: Settings, owner: Database
) -> None:
    lost, erased, sound = (cases.bring_case(town.house, town.th, "screening") for _ in range(3))
    keys = next(column for column in places() if column.table.name == "data_key")
    other = KeyRing({7: os.urandom(32)}, 7).new_data_key()[1]
    with tampering(town.house.db) as session:
        ids = session.execute(select(keys.table.c.id).order_by(keys.table.c.id)).scalars().all()
        assert len(ids) == 4, "those of three people, and that of the index of names"
        session.execute(update(keys.table).where(keys.table.c.id == ids[0]).values(wrapped=other))
        session.execute(update(keys.table).where(keys.table.c.id == ids[1]).values(wrapped=b""))
    add_version(settings.kek_file, KEK)
    found = rewrap(owner, settings.kek.ring())
    assert len(found.unreadable) == 1 and lost and erased and sound
    assert f"data_key {ids[0]}: version 7 of the key-encryption key is missing" in found.unreadable[0]
    assert found.done["data_key"] == 2
    with reading(town.house.db) as session:
        rest = dict(session.execute(select(keys.table.c.id, keys)).all())
    assert rest[ids[1]] == b"" and rest[ids[0]] == other


def test_every_table_with_a_wrapped_key_is_rewrapped() -> None:
    """A column for a wrapped key that has another name would be left behind: the program stores them in these."""
    assert {str(column) for column in places()} == {
        "data_key.wrapped", "approval.wrapped", "draft.wrapped", "idempotency_key.data_key", "incident.wrapped",
        "operation.wrapped", "saved_list.wrapped", "second_factor.data_key", "case_export.wrapped", "tip.wrapped",
        "corridor_meeting.wrapped", "shelter_visit.wrapped", "case_import.wrapped",
    }  # fmt: skip


def test_a_running_ring_takes_up_the_file_and_loses_nothing(tmp_path: Any) -> None:
    place = tmp_path / "kek"
    running = KeyRing.from_file(place, create=True)
    old = running.new_data_key()
    add_version(place, KEK)
    other = KeyRing.from_file(place).new_data_key()
    assert running.unwrap(other[1]) == other[0] and running.unwrap(old[1]) == old[0]
    assert KeyRing.version_of(running.new_data_key()[1]) == 2
    retire_versions(place, KEK)
    running.new_data_key()
    with pytest.raises(KeyMissing, match="version 1 of the key-encryption key is missing"):
        running.unwrap(old[1])
