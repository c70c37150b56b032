"""Checkpoints in an object store: caught up after it was away, and what a forgery meets that was hashed anew."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from app.access.desk import House
from app.casework.checkpoints import CHECKPOINT, newest
from app.casework.held import CASE
from app.kit import object_store
from app.kit.object_store import ObjectStore, StoreKey
from app.kit.places import Folder, LogHost, Place, Witness
from app.kit.signing import own_signer
from app.oversight.sealing import round_of, send_off
from app.oversight.verify import verify_all
from app.oversight.witnessed import check_witnessed
from app.worker import Worker
from tests import object_store as stores
from tests.app.oversight.test_checkpoints import _rechained, check, later, trusted
from tests.factories import cases
from tests.factories.towns import Town
from tests.inspect import reading, tampering
from tests.object_store import BUCKET, Store


@pytest.fixture(scope="module")
def server() -> Iterator[Store]:
    """A store that takes any key."""
    with stores.running() as store:
        yield store


@pytest.fixture
def store(server: Store) -> Iterator[Store]:
    """The same, emptied afterwards, also of what was not there any more."""
    yield server
    server.empty()


@pytest.fixture
def house(town: Town, tmp_path: Path, store: Store) -> House:
    """The town's house, whose checkpoints go into the store."""
    cases.bring_case(town.house, town.th, "sheltered")
    town.get(town.th["supervisor"], "/audit/verify")
    return witnessed(town, tmp_path, place_of(store, tmp_path))


def witnessed(town: Town, folder: Path, *places: Place) -> House:
    signer = own_signer(folder / "keys" / "checkpoint.pem", create=True)
    return replace(town.house, witness=Witness(signer, places))


def places_of(house: House) -> tuple[Place, ...]:
    assert house.witness is not None
    return house.witness.places


def place_of(store: Store, folder: Path) -> ObjectStore:
    return ObjectStore(store.url, StoreKey("WAYMARK_CHECKPOINT_STORE_KEY_FILE", store.key_file(folder)))


def test_what_a_sound_chain_hides_the_store_tells(town: Town, house: House, store: Store) -> None:
    """Whoever holds the database and the key that signs makes everything anew: only the copy elsewhere is left."""
    assert house.witness is not None
    round_of(house)
    later(town, timedelta(hours=1))
    cases.bring_case(house, town.th, "sheltered")
    round_of(house)
    places = house.witness.places
    assert check(house, places).fault is None and len(store.names()) == 2
    with reading(house.db) as session:
        last = newest(session)
        case = session.execute(select(CASE.c.id).order_by(CASE.c.id).limit(1)).scalar_one()
    assert last is not None and last.left_at is not None and last.left_for == places[0].name
    with pytest.raises(ZeroDivisionError), tampering(house.db) as session:
        _rechained(session, case, lambda at, said: said["actor"].update(id="somebody-else") if at == 1 else None)
        session.execute(delete(CHECKPOINT))
        session.flush()
        forged = replace(house, db=_within(session))
        assert round_of(replace(forged, witness=Witness(house.witness.signer))) >= 1
        assert verify_all(session).sound
        assert check_witnessed(session, trusted(house)).fault is None, "without the store nothing tells"
        fault = check_witnessed(session, trusted(house), places).fault
        assert fault == f"checkpoint 1 is not the one in the {places[0].name}"
        raise ZeroDivisionError
    # And what was taken out of the store is told.
    store.client().delete_object(Bucket=BUCKET, Key=store.names()[0])
    assert check(house, places).fault == f"checkpoint 1 left for the {places[0].name} and is not there"


def _within(session: object) -> Any:
    """A database whose every transaction is this one."""

    class Within:
        dialect = "within"

        @contextmanager
        def write(self) -> Iterator[object]:
            yield session

        read = write

    return Within()


def test_a_store_that_is_away_gets_everything_later_and_delays_no_other_place(
    town: Town, store: Store, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    place = place_of(store, tmp_path)
    house = witnessed(town, tmp_path, place, Folder(folder))
    store.stop()
    try:
        for round_number in range(1, 4):
            assert round_of(house) == 1
            assert len(list(folder.iterdir())) == round_number, "the other place waits for nothing"
            later(town)
        with reading(house.db) as session:
            waiting = session.execute(select(CHECKPOINT.c.left_at, CHECKPOINT.c.left_for)).all()
        assert waiting == [(None, f"folder {folder}")] * 3
        assert "does not answer" in str(check(house, places_of(house)).fault)
    finally:
        store.start()
    told = capfd.readouterr().err
    assert '"code": "store_away"' in told and "checkpoint_stays" in told
    assert store.secret not in told and store.access not in told
    assert send_off(house) == 3 and send_off(house) == 0
    assert [key.rpartition("/")[2] for key in store.names()] == sorted(each.name for each in folder.iterdir())
    assert check(house, places_of(house)).fault is None


def test_a_store_that_holds_another_one_is_never_written_over(town: Town, house: House, store: Store) -> None:
    round_of(house)
    (key,) = store.names()
    was = store.client().get_object(Bucket=BUCKET, Key=key)["Body"].read()
    store.client().put_object(Bucket=BUCKET, Key=key, Body=b"another life's")
    with tampering(house.db) as session:
        session.execute(update(CHECKPOINT).values(left_at=None, left_for=None))
    assert send_off(house) == 0
    assert store.client().get_object(Bucket=BUCKET, Key=key)["Body"].read() == b"another life's" != was
    assert "is not the one in the object store" in str(check(house, places_of(house)).fault)


def test_a_store_that_hangs_delays_nothing_else_of_the_worker(
    town: Town, house: House, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker's other rounds go on while the store takes its time; mutant: sealing in the same thread."""
    monkeypatch.setattr(object_store, "WAIT_SECONDS", 4)
    stop, rounds = threading.Event(), []

    class Counting(Worker):
        def watch(self) -> int:
            rounds.append(time.monotonic())
            return 0

    class Alone(Counting):
        """The mutant: what seals does so between the other rounds."""

        def _keep_sealing(self, stop: threading.Event) -> None:
            return

        def watch(self) -> int:
            self.seal()
            return super().watch()

    def longest_pause(kind: type[Worker]) -> float:
        rounds.clear()
        stop.clear()
        with tampering(house.db) as session:
            session.execute(update(CHECKPOINT).values(left_at=None, left_for=None))
        thread = threading.Thread(target=kind(house, pause=0.05).run, args=(stop,))
        with store.hanging():
            rounds.append(time.monotonic())
            thread.start()
            stop.wait(6)
        stop.set()
        thread.join(60)
        assert len(rounds) > 2 and not thread.is_alive()
        return max(after - before for before, after in zip(rounds, rounds[1:], strict=False))

    round_of(house)
    slow, fast = longest_pause(Alone), longest_pause(Counting)
    assert slow >= 3.5 > fast, (slow, fast)


def test_a_name_with_a_comma_is_one_place(town: Town, tmp_path: Path) -> None:
    folder = tmp_path / "this, and that"
    folder.mkdir()
    house = witnessed(town, tmp_path, Folder(folder))
    assert round_of(house) == 1 and send_off(house) == 0
    next(folder.iterdir()).unlink()
    assert "left for the folder" in str(check(house, (Folder(folder),)).fault)
    assert check(house, (LogHost("udp://127.0.0.1:9"),)).fault is None
