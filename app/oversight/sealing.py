"""Seals checkpoints: collects what is new since the last one, signs it, and brings it off the machine."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain as one_after_the_other
from typing import Any, Final

import structlog
from sqlalchemy import Row, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import House
from app.casework import epochs
from app.casework.checkpoints import (
    CHECKPOINT,
    EVERY,
    LOOKS,
    STORED_LOOK,
    Counts,
    Sealed,
    compact_of,
    digest_of_look,
    epoch_of,
    head_line,
    look_line,
    newest,
    seal,
    whole_of,
)
from app.casework.timeline import HISTORY
from app.kit.places import LONGEST_NAMES, Place, PlaceFault, has_left
from app.models.session import LoginAttempt

__all__ = ["SLACK", "due", "round_of", "seal_now", "send_off"]

AFTER_ENTRIES: Final = 100
# How long after its own moment a row may still be committed. PostgreSQL ends an idle transaction after 60 s and a
# statement after 30 s, SQLite makes writers wait for 30 s: this is far more.
SLACK: Final = timedelta(minutes=10)
# A first checkpoint over years of work is many, each of a size that is read and sent at once.
MOST_LINES: Final = 20_000
_ENTRY_WIDTH: Final = 6
_LOCK: Final = text("SELECT pg_advisory_xact_lock(22, 0)")
_ATTEMPTS: Final[Any] = LoginAttempt.__table__

log = structlog.get_logger("sealing")


def round_of(house: House) -> int:
    """One look of the worker: seal what is due, then bring off the machine what has not left; how many were sealed."""
    if house.witness is None:
        return 0
    sealed = 0
    with house.db.read() as session:
        rows.enter_everything(session)
        wanted = due(session, house.clock.now())
    while wanted:
        one = seal_now(house)
        if one is None:
            break
        sealed += 1
        wanted = one.through < one.made_at  # more of a backlog than one holds
    send_off(house)
    return sealed


def due(session: Session, now: datetime) -> bool:
    """Whether the newest checkpoint is 15 minutes old, or 100 entries and looks have come since."""
    last = newest(session)
    if last is None or now - last.made_at >= EVERY or last.through < last.made_at:
        return True
    since = 0
    for column in (HISTORY.c.recorded_at, LOOKS.c.at):
        query = select(column).where(column > last.through, column <= now).limit(AFTER_ENTRIES - since)
        since += len(session.execute(query).all())
    return since >= AFTER_ENTRIES


def seal_now(house: House) -> Sealed | None:
    """Seal one checkpoint over what is new, also if nothing is; None if another worker was doing it just then."""
    if house.witness is None:
        raise ValueError("this house has no key for checkpoints")
    now = house.clock.now()
    try:
        with house.db.write() as session:
            rows.enter_everything(session)
            if session.get_bind().dialect.name == "postgresql":
                session.execute(_LOCK)
            before = newest(session)
            found = _collect(session, before, now)
            epoch = epochs.current(session)
            made = seal(
                house.witness.signer, before, now, found.through, found.lines, found.counts, epoch.id if epoch else ""
            )
            session.execute(insert(CHECKPOINT), made.values())
    except IntegrityError:
        return None
    return made


def send_off(house: House) -> int:
    """Bring every checkpoint that has not left to every place, the oldest first; how many have left everywhere now.

    A place that does not take one is tried again at the next round; later ones wait for that place, so that no gap is
    made in it. The other places wait for nothing.
    """
    if house.witness is None or not house.witness.places:
        return 0
    for place in house.witness.places:
        try:
            _send_to(house, place)
        except _Stays as stays:
            log.warning("checkpoint_stays", count=stays.number, kind="PlaceFault", code=stays.code)
    return _all_left(house, house.witness.places)


class _Stays(Exception):
    """A place did not take this checkpoint."""

    def __init__(self, number: int, code: str) -> None:
        super().__init__(code)
        self.number, self.code = number, code


def _send_to(house: House, place: Place) -> None:
    """Bring what has not left for one place there; _Stays at the first that it does not take."""
    for number, left_for in _waiting(house):
        if has_left(left_for, place.name):
            continue
        with house.db.read() as session:
            rows.enter_everything(session)
            row = session.execute(select(CHECKPOINT).where(CHECKPOINT.c.number == number)).one()
        try:
            place.put(row.number, epoch_of(row.body), row.made_at, whole_of(row), compact_of(row))
        except PlaceFault as fault:
            raise _Stays(number, fault.code) from None
        _note_left(house, number, place.name)


def _waiting(house: House) -> list[tuple[int, str | None]]:
    """The numbers that have not left for every place, the oldest first, and for which places each has."""
    with house.db.read() as session:
        rows.enter_everything(session)
        query = select(CHECKPOINT.c.number, CHECKPOINT.c.left_for).where(CHECKPOINT.c.left_at.is_(None))
        return [(number, left_for) for number, left_for in session.execute(query.order_by(CHECKPOINT.c.number))]


def _note_left(house: House, number: int, name: str) -> None:
    mine = CHECKPOINT.c.number == number
    with house.db.write() as session:
        rows.enter_everything(session)
        # Another worker may be bringing it to another place just now.
        before = session.execute(select(CHECKPOINT.c.left_for).where(mine).with_for_update()).scalar_one()
        if not has_left(before, name):
            told = f"{before}, {name}" if before else name
            session.execute(update(CHECKPOINT).where(mine).values(left_for=told[:LONGEST_NAMES]))


def _all_left(house: House, places: Sequence[Place]) -> int:
    """Note the moment for what has left for every place there is; how many these were."""
    gone = [number for number, told in _waiting(house) if all(has_left(told, place.name) for place in places)]
    for number in gone:
        with house.db.write() as session:
            rows.enter_everything(session)
            mine = (CHECKPOINT.c.number == number) & CHECKPOINT.c.left_at.is_(None)
            session.execute(update(CHECKPOINT).where(mine).values(left_at=house.clock.now()))
    return len(gone)


@dataclass(slots=True)
class _New:
    """What is not in any checkpoint yet."""

    lines: list[bytes]
    counts: Counts
    through: datetime


@dataclass(slots=True)
class _Head:
    """The newest entry of one chain, and the number of the newest one that was sealed before."""

    subject: str
    seq: int
    link: bytes
    known: int


def _collect(session: Session, before: Row[Any] | None, now: datetime) -> _New:
    """The entries and looks of the time since the last checkpoint, and late ones of the slack before it."""
    start = None if before is None else before.through - SLACK
    known_heads, known_looks = _known(session, start)
    heads: dict[str, _Head] = {}
    looks: list[bytes] = []
    attempts = 0
    through = now
    with closing(_entries(session, start, now)) as all_entries, closing(_looks(session, start, now)) as all_looks:
        for row in _in_time(all_entries, all_looks):
            if len(heads) + len(looks) >= MOST_LINES:
                break
            through = row[0]
            if len(row) == _ENTRY_WIDTH:
                _, subject, subject_id, seq, link, kind = row
                head = heads.get(subject_id)
                known = known_heads.get(subject_id, seq - 1 if head is None else head.known)
                if seq > known:
                    attempts += kind == "attempt"
                    if head is None or seq > head.seq:
                        heads[subject_id] = _Head(subject, seq, link, min(known, head.known) if head else known)
            elif row[1] not in known_looks:
                looks.append(look_line(row[1], digest_of_look(row[1:])))
        else:
            through = now
    firsts = sum(1 for head in heads.values() if head.known == 0)
    entries = sum(head.seq - head.known for head in heads.values())
    lines = sorted(head_line(head.subject, its, head.seq, head.link) for its, head in heads.items()) + sorted(looks)
    last = Counts() if before is None else Counts(**json.loads(before.body)["counts"])
    buckets, failures = session.execute(
        select(func.count(), func.coalesce(func.sum(_ATTEMPTS.c.failures), 0)).select_from(_ATTEMPTS)
    ).one()
    counts = replace(
        last,
        chains=last.chains + firsts, entries=last.entries + entries, attempts=last.attempts + attempts,
        looks=last.looks + len(looks), sign_in_buckets=int(buckets), sign_in_failures=int(failures),
    )  # fmt: skip
    return _New(lines, counts, through)


def _entries(session: Session, start: datetime | None, now: datetime) -> Any:
    moment = HISTORY.c.recorded_at
    columns = (moment, HISTORY.c.subject, HISTORY.c.subject_id, HISTORY.c.seq, HISTORY.c.hash, HISTORY.c.kind)
    query = select(*columns).where(moment <= now).order_by(moment, HISTORY.c.subject_id, HISTORY.c.seq)
    return _streamed(session, query, moment, start)


def _looks(session: Session, start: datetime | None, now: datetime) -> Any:
    moment = LOOKS.c.at
    query = select(moment.label("sealed_at"), *STORED_LOOK).where(moment <= now).order_by(moment, LOOKS.c.id)
    return _streamed(session, query, moment, start)


def _streamed(session: Session, query: Any, moment: Any, start: datetime | None) -> Any:
    if start is not None:
        query = query.where(moment >= start)
    return session.execute(query, execution_options={"yield_per": 1000})


def _in_time(entries: Iterable[Any], looks: Iterable[Any]) -> Iterator[Any]:
    """Both streams as one, by their moments."""
    return iter(heapq.merge(entries, looks, key=lambda row: row[0]))


def _known(session: Session, start: datetime | None) -> tuple[dict[str, int], set[str]]:
    """What the checkpoints of the slack already hold: the newest sealed entry of each chain, and the looks."""
    heads: dict[str, int] = {}
    looks: set[str] = set()
    if start is None:
        return heads, looks
    query = select(CHECKPOINT.c.leaves).where(CHECKPOINT.c.through >= start).order_by(CHECKPOINT.c.number)
    found = session.execute(query).scalars()
    for line in one_after_the_other.from_iterable(each.split(b"\n") for each in found if each):
        word, *said = line.decode().split(" ")
        if word == "look":
            looks.add(said[0])
        else:
            heads[said[1]] = max(int(said[2]), heads.get(said[1], 0))
    return heads, looks
