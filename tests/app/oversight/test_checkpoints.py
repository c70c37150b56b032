"""Checkpoints: sealed when due, brought off the machine, and every tampering told by one that was made before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.access.desk import House
from app.casework.checkpoints import CHECKPOINT, EVERY, LOOKS, compact_of, latest_compact, newest, overdue
from app.casework.held import CASE
from app.casework.timeline import HISTORY
from app.kit.places import Folder, Place, PlaceFault, Witness
from app.kit.signing import known_publics, own_signer
from app.models.base import new_id
from app.oversight.restored import Lost
from app.oversight.sealing import round_of, seal_now, send_off
from app.oversight.verify import verify_all
from app.oversight.witnessed import Witnessed, check_witnessed, has_witness
from app.worker import Worker
from tests.factories import cases, referrals
from tests.factories.towns import Town
from tests.inspect import reading, tampering


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder off the machine."""
    folder = tmp_path / "elsewhere"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def house(town: Town, tmp_path: Path, place: Path) -> House:
    """The town's house with a key for checkpoints, and some work in it."""
    witness = Witness(own_signer(tmp_path / "keys" / "checkpoint.pem", create=True), (Folder(place),))
    cases.bring_case(town.house, town.th, "sheltered")
    referrals.bring_referral(town.house, town.th, town.mm, "sent")
    town.get(town.th["supervisor"], "/audit/verify")
    return replace(town.house, witness=witness)


def trusted(house: House) -> dict[bytes, datetime | None]:
    assert house.witness is not None
    return {house.witness.signer.public: None}


def check(house: House, places: tuple[Place, ...] = (), since: Any = None) -> Witnessed:
    with reading(house.db) as session:
        return check_witnessed(session, trusted(house), places, since)


def later(town: Town, by: timedelta = EVERY) -> None:
    town.clock.set(town.clock.now() + by)


def test_the_worker_seals_when_it_is_due(town: Town, house: House, place: Path) -> None:
    worker = Worker(house)
    assert worker.seal() == 1
    with reading(house.db) as session:
        first = newest(session)
        entries = len(session.execute(select(HISTORY.c.seq)).all())
        looks = len(session.execute(select(LOOKS.c.id)).all())
    assert first is not None and first.left_at is not None and first.left_for == f"folder {place}"
    counts = json.loads(first.body)["counts"]
    assert (counts["entries"], counts["looks"]) == (entries, looks) and counts["chains"] == 4
    assert worker.seal() == 0, "asked a moment ago"
    later(town, timedelta(minutes=1))
    assert worker.seal() == 0, "neither time nor entries"
    later(town, EVERY)
    assert worker.seal() == 1, "time, though nothing is new"
    later(town, timedelta(minutes=1))
    cases.bring_case(house, town.th, "sheltered")
    cases.bring_case(house, town.th, "sheltered")
    while worker.seal() == 0:  # 100 entries and looks, long before the time
        later(town, timedelta(seconds=20))
        for _ in range(40):
            town.get(town.th["supervisor"], "/audit/verify")
    # A worker that was killed between sealing and sending leaves it to the next one.
    later(town)
    seal_now(house)
    assert Worker(house).seal() == 0
    found = check(house, house.witness.places if house.witness else ())
    assert found.fault is None and found.checkpoints == len(list(place.iterdir())) == 4
    with reading(house.db) as session:
        rows = session.execute(select(CHECKPOINT.c.leaves).order_by(CHECKPOINT.c.number)).scalars().all()
        entries = len(session.execute(select(HISTORY.c.seq)).all())
        looks = len(session.execute(select(LOOKS.c.id)).all())
        last = newest(session)
    assert last is not None
    lines = [line for leaves in rows for line in leaves.split(b"\n") if line]
    assert len(lines) == len(set(lines)), "nothing stands in two of them"
    counts = json.loads(last.body)["counts"]
    assert (counts["entries"], counts["looks"]) == (entries, looks)
    assert sum(line.startswith(b"look") for line in lines) == looks


def test_a_backlog_is_sealed_in_pieces(house: House, monkeypatch: pytest.MonkeyPatch, town: Town) -> None:
    monkeypatch.setattr("app.oversight.sealing.MOST_LINES", 2)
    later(town)
    assert round_of(house) > 1
    found = check(house)
    assert found.fault is None
    with reading(house.db) as session:
        last = newest(session)
        entries = len(session.execute(select(HISTORY.c.seq)).all())
        looks = len(session.execute(select(LOOKS.c.id)).all())
    assert last is not None
    counts = json.loads(last.body)["counts"]
    assert (counts["entries"], counts["looks"], counts["chains"]) == (entries, looks, 4)


def _rechained(session: Session, subject_id: str, change: Callable[[int, dict[str, Any]], None]) -> None:
    """What a database administrator does who knows the program: change an entry and hash everything after it anew."""
    chain = HISTORY.c.subject_id == subject_id
    previous, last = bytes(32), 0
    for row in session.execute(select(HISTORY).where(chain).order_by(HISTORY.c.seq)).all():
        said = json.loads(row.canonical)
        change(row.seq, said)
        canonical = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
        link = hashlib.sha256(previous + canonical).digest()
        values = {
            "canonical": canonical, "previous": previous, "hash": link, "step": said["step"],
            "actor_id": said["actor"]["id"],
        }  # fmt: skip
        session.execute(update(HISTORY).where(chain, HISTORY.c.seq == row.seq).values(values))
        previous, last = link, row.seq
    session.execute(update(CASE).where(CASE.c.id == subject_id).values(history_count=last, chain_head=previous))


def _cut(session: Session, subject_id: str) -> None:
    """Take the last entry away and tell the case that it never was."""
    rows = session.execute(
        select(HISTORY.c.seq, HISTORY.c.hash).where(HISTORY.c.subject_id == subject_id).order_by(HISTORY.c.seq)
    ).all()
    session.execute(delete(HISTORY).where(HISTORY.c.subject_id == subject_id, HISTORY.c.seq == rows[-1].seq))
    values = {"history_count": rows[-2].seq, "chain_head": rows[-2].hash}
    session.execute(update(CASE).where(CASE.c.id == subject_id).values(values))


def _look(session: Session, **values: Any) -> None:
    which = session.execute(select(LOOKS.c.id).order_by(LOOKS.c.id).limit(1)).scalar_one()
    session.execute(update(LOOKS).where(LOOKS.c.id == which).values(values))


def test_what_a_sound_chain_hides_an_earlier_checkpoint_tells(town: Town, house: House, place: Path) -> None:
    round_of(house)
    with reading(house.db) as session:
        some = session.execute(select(CASE.c.id).order_by(CASE.c.id)).scalars().all()
        sizes = {
            each: len(session.execute(select(HISTORY.c.seq).where(HISTORY.c.subject_id == each)).all())
            for each in some
        }
        kept = latest_compact(session)
    later(town, timedelta(hours=1))
    cases.bring_case(house, town.th, "sheltered")
    round_of(house)
    assert kept is not None and check(house).fault is None
    tried = found = 0

    def expect(tamper: Callable[[Session], object], words: str, *, sound: bool = True, copies: bool = False) -> None:
        nonlocal tried, found
        tried += 1
        with pytest.raises(ZeroDivisionError), tampering(house.db) as session:
            tamper(session)
            assert not sound or verify_all(session).sound, "the chain alone must not tell, or this shows nothing"
            places = house.witness.places if house.witness and copies else ()
            fault = check_witnessed(session, trusted(house), places).fault
            assert fault is not None and words in fault, (words, fault)
            found += 1
            raise ZeroDivisionError

    def another(seq: int) -> Callable[[int, dict[str, Any]], None]:
        return lambda at, said: said["actor"].update(id="somebody-else") if at == seq else None

    # Every entry of every case that was sealed, each changed and everything after it hashed anew.
    for case_id, size in sizes.items():
        for seq in range(1, size + 1):
            expect(
                lambda session, which=case_id, at=seq: _rechained(session, which, another(at)),  # type: ignore[misc]
                f"case {case_id}: entry {size} is another one than checkpoint 1",
            )
        expect(lambda session, which=case_id: _cut(session, which), f"case {case_id}: entry {size} is missing")  # type: ignore[misc]
    earlier = town.clock.now() - timedelta(minutes=50)
    for name in ("actor_id", "action", "subject_kind", "subject_id", "detail"):
        expect(lambda session, column=name: _look(session, **{column: "other"}), "is not as checkpoint 1")  # type: ignore[misc]
    expect(lambda session: _look(session, at=earlier), "is not as checkpoint 1")
    expect(lambda session: _look(session, country="XX"), "is not as checkpoint 1")
    expect(lambda session: _look(session, id=new_id()), "is missing; checkpoint 1")
    expect(lambda session: session.execute(delete(LOOKS)) and None, "is missing; checkpoint 1")
    again = {"id": new_id(), "at": earlier, "actor_id": "a", "country": "TH", "action": "x", "subject_kind": "case"}
    expect(
        lambda session: session.execute(insert(LOOKS), {**again, "subject_id": "-"}) and None,
        f"look {again['id']} is dated before checkpoints that did not see it",
    )
    expect(lambda session: session.execute(delete(CHECKPOINT).where(CHECKPOINT.c.number == 1)) and None, "1 is missing")
    newest_gone = delete(CHECKPOINT).where(CHECKPOINT.c.number == 2)
    expect(lambda session: session.execute(newest_gone) and None, "checkpoint 2 is in the folder", copies=True)
    for column in ("body", "leaves", "signature", "hash"):
        spoilt = update(CHECKPOINT).where(CHECKPOINT.c.number == 1).values({column: b"{}"})
        expect(lambda session, act=spoilt: session.execute(act) and None, "checkpoint 1 ")  # type: ignore[misc]
    moved = update(CHECKPOINT).where(CHECKPOINT.c.number == 1).values(through=earlier)
    expect(lambda session: session.execute(moved) and None, "checkpoint 1 says another number or moment")
    assert tried == found >= sum(sizes.values()) + 15
    # Whoever rewrites everything and signs with a key of their own is told by the key, and by whoever kept an old one.
    with reading(house.db) as session:
        assert check_witnessed(session, {bytes(32): None}).fault == (
            f"checkpoint 1 is signed with a key that is not known here ({next(iter(trusted(house))).hex()[:16]})"
        )
        lost = Lost(session, trusted(house), 1)
        assert has_witness(session, kept.encode(), lost) is None
        other = json.dumps({**json.loads(kept), "signature": "00" * 64}).encode()
        assert has_witness(session, other, lost) == "checkpoint 1 is not the one the witness holds"
        assert has_witness(session, b"{}", lost) == "the witness cannot be read as a checkpoint"
    next(place.glob("*1.json")).unlink()
    assert "checkpoint 1 left for the folder" in str(check(house, (Folder(place),)).fault)
    assert check(house, (Folder(place),), since=town.clock.now() - timedelta(minutes=1)).fault is None


def test_a_place_that_is_away_gets_everything_later_in_order(town: Town, house: House, place: Path) -> None:
    place.rmdir()
    round_of(house)
    later(town)
    round_of(house)
    with reading(house.db) as session:
        last = newest(session)
    assert last is not None and last.number == 2 and last.left_at is None
    assert not overdue(last, town.clock.now(), has_places=True)
    assert overdue(last, town.clock.now() + timedelta(minutes=6), has_places=True)
    assert not overdue(last, town.clock.now() + timedelta(minutes=6), has_places=False)
    assert overdue(last, town.clock.now() + timedelta(minutes=21), has_places=False) and overdue(
        None, town.clock.now(), has_places=False
    )
    place.mkdir()
    assert send_off(house) == 2 and sorted(file.name for file in place.iterdir()) == [
        "checkpoint-0000000001.json", "checkpoint-0000000002.json",
    ]  # fmt: skip
    # Nobody's checkpoint is written over, least of all an earlier life's of a restored database.
    with pytest.raises(PlaceFault, match="another checkpoint 1"):
        Folder(place).put(1, "", town.clock.now(), b"other", b"other")


def test_a_new_key_goes_on_and_the_old_one_is_still_believed(town: Town, house: House, tmp_path: Path) -> None:
    round_of(house)
    file = tmp_path / "keys" / "checkpoint.pem"
    assert known_publics(file) == trusted(house)
    file.rename(tmp_path / "old.pem")
    fresh = replace(house, witness=Witness(own_signer(file, create=True)))
    later(town)
    round_of(fresh)
    with reading(house.db) as session:
        assert check_witnessed(session, known_publics(file)).fault is None
        assert "not known here" in str(check_witnessed(session, trusted(fresh)).fault)
        row = newest(session)
    assert len(known_publics(file)) == 2 and len(compact_of(row)) < 1000
