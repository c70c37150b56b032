"""Proves histories and looks against the checkpoints that were signed earlier, and these against their copies.

A chain that somebody changed and hashed anew is sound by itself: only what was signed before, with a key that is not in
the database, tells (docs/decisions/0036).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from app.casework import epochs
from app.casework.checkpoints import CHECKPOINT, LOOKS, STORED_LOOK, digest_of_look, epoch_of, fault_of, whole_of
from app.casework.timeline import HISTORY
from app.kit.canonical import NotCanonical
from app.kit.places import Place, PlaceFault, has_left
from app.oversight.restored import Lost
from app.oversight.sealing import SLACK

__all__ = ["Witnessed", "check_witnessed", "has_witness"]

_CHUNK: Final = 400


@dataclass(frozen=True, slots=True)
class Witnessed:
    """How many checkpoints and lines of them were checked, up to which moment, and the first fault as a sentence."""

    checkpoints: int
    lines: int
    through: datetime | None
    fault: str | None
    # What restores took away that whoever checks knows of.
    notes: tuple[str, ...] = ()


class _Fault(Exception):
    """Something is not as it was witnessed; the text says what."""


@dataclass(slots=True)
class _Course:
    """What was seen on the way from one checkpoint to the next."""

    trusted: Mapping[bytes, datetime | None]
    # Moments up to the checkpoint before the first one that is checked belong to earlier ones.
    after: datetime | None = None
    last: Any = None
    checkpoints: int = 0
    lines: int = 0
    heads: dict[str, int] = field(default_factory=dict)
    looks: int = 0


def check_witnessed(
    session: Session,
    trusted: Mapping[bytes, datetime | None],
    places: Sequence[Place] = (),
    since: datetime | None = None,
    restored: int = epochs.FIRST,
) -> Witnessed:
    """Check every checkpoint (made from ``since`` on), each line under it, what has none, and the copies elsewhere.

    trusted: public keys that may have signed, as `fault_of` takes them. restored: the newest epoch that the caller
    knows a restore began; what an unknown one took away is a fault. Reads all rows, so the caller has opened all.
    """
    course, lost = _Course(trusted), Lost(session, trusted, restored)
    try:
        for row in _checkpoints(session, course, since):
            _check_one(course, row)
            _check_lines(session, course, row)
        _check_copies(session, places, course, since, lost)
        if course.last is not None:
            _check_extra(session, course)
    except _Fault as fault:
        return Witnessed(course.checkpoints, course.lines, None, str(fault))
    through = course.last.through if course.last else None
    return Witnessed(course.checkpoints, course.lines, through, None, tuple(lost.sentences()))


def has_witness(session: Session, held: bytes, lost: Lost) -> str | None:
    """Check a checkpoint that somebody else kept, whole or compact, such as a partner; the fault, or None.

    What it says is not read further: it is here byte for byte, or a restore that is known took it away.
    """
    try:
        kept = json.loads(held)
        body, signature = kept["body"].encode(), bytes.fromhex(kept["signature"])
        number, epoch = int(json.loads(body)["number"]), epoch_of(body)
    except (ValueError, KeyError, TypeError, AttributeError):
        return "the witness cannot be read as a checkpoint"
    here = select(CHECKPOINT.c.hash, CHECKPOINT.c.body).where(CHECKPOINT.c.number == number)
    row = session.execute(here).one_or_none()
    if row is None or epoch_of(row.body) != epoch:
        wrong = lost.explained(number, held)
        return f"checkpoint {number} is with the witness and not here: {wrong}" if wrong else None
    if row.hash != hashlib.sha256(body + signature).digest():
        return f"checkpoint {number} is not the one the witness holds"
    return None


def _checkpoints(session: Session, course: _Course, since: datetime | None) -> Iterator[Any]:
    query = select(CHECKPOINT).order_by(CHECKPOINT.c.number)
    if since is not None:
        earlier = select(func.max(CHECKPOINT.c.number)).where(CHECKPOINT.c.made_at < since)
        first = session.execute(earlier).scalar_one() or 0
        course.last = session.execute(select(CHECKPOINT).where(CHECKPOINT.c.number == first)).one_or_none()
        course.after = course.last.through if course.last else None
        query = query.where(CHECKPOINT.c.number > first)
    numbers = list(session.execute(query.with_only_columns(CHECKPOINT.c.number)).scalars())
    for number in numbers:
        yield session.execute(select(CHECKPOINT).where(CHECKPOINT.c.number == number)).one()


def _check_one(course: _Course, row: Any) -> None:
    expected = 1 if course.last is None else course.last.number + 1
    if row.number != expected:
        raise _Fault(f"checkpoint {expected} is missing (found {row.number})")
    previous = bytes(32) if course.last is None else course.last.hash
    wrong = fault_of(row, previous, course.trusted)
    if wrong:
        raise _Fault(f"checkpoint {row.number} {wrong}")
    course.last = row
    course.checkpoints += 1


def _check_lines(session: Session, course: _Course, row: Any) -> None:
    heads: list[tuple[str, str, int, str]] = []
    looks: list[tuple[str, str]] = []
    for line in row.leaves.decode().split("\n") if row.leaves else []:
        word, *said = line.split(" ")
        if word == "head":
            heads.append((said[0], said[1], int(said[2]), said[3]))
        else:
            looks.append((said[0], said[1]))
    for some in _chunks(heads):
        _check_heads(session, course, row, some)
    for few in _chunks(looks):
        _check_looks(session, course, row, few)
    course.lines += len(heads) + len(looks)


def _check_heads(session: Session, course: _Course, row: Any, heads: list[tuple[str, str, int, str]]) -> None:
    wanted = [(subject_id, seq) for _, subject_id, seq, _ in heads]
    query = select(HISTORY.c.subject_id, HISTORY.c.seq, HISTORY.c.hash).where(
        tuple_(HISTORY.c.subject_id, HISTORY.c.seq).in_(wanted)
    )
    found = {(its, seq): link for its, seq, link in session.execute(query)}
    for subject, subject_id, seq, link in heads:
        there = found.get((subject_id, seq))
        if not isinstance(there, bytes) or there.hex() != link:
            what = "is missing" if there is None else "is another one than"
            first = course.heads.get(subject_id, 0) + 1
            within = f" What was changed lies in entries {first} to {seq}" if there is not None and first < seq else ""
            saw = f"checkpoint {row.number} of {row.made_at:%Y-%m-%d %H:%M} UTC saw"
            told = f"{what}; {saw} it" if there is None else f"{what} {saw}"
            raise _Fault(f"{subject} {subject_id}: entry {seq} {told}.{within}".rstrip("."))
        course.heads[subject_id] = max(seq, course.heads.get(subject_id, 0))


def _check_looks(session: Session, course: _Course, row: Any, looks: list[tuple[str, str]]) -> None:
    query = select(*STORED_LOOK).where(LOOKS.c.id.in_([each for each, _ in looks]))
    found = {values[0]: values for values in session.execute(query)}
    for look_id, digest in looks:
        values = found.get(look_id)
        saw = f"checkpoint {row.number} of {row.made_at:%Y-%m-%d %H:%M} UTC"
        if values is None:
            raise _Fault(f"look {look_id} is missing; {saw} saw it")
        if _digest(values) != digest:
            raise _Fault(f"look {look_id} is not as {saw} saw it")
        course.looks += 1


def _digest(values: Sequence[Any]) -> str:
    try:
        return digest_of_look(values).hex()
    except NotCanonical:
        return "no text"


def _check_extra(session: Session, course: _Course) -> None:
    """What is old enough to stand in a checkpoint and stands in none was put there afterwards."""
    cutoff = course.last.through - SLACK
    newest: Any = func.max(HISTORY.c.seq)
    entries = select(HISTORY.c.subject, HISTORY.c.subject_id, newest).where(HISTORY.c.recorded_at <= cutoff)
    if course.after is not None:
        entries = entries.where(HISTORY.c.recorded_at > course.after)
    entries = entries.group_by(HISTORY.c.subject, HISTORY.c.subject_id).order_by(HISTORY.c.subject_id)
    for subject, subject_id, seq in session.execute(entries):
        if seq > course.heads.get(subject_id, 0):
            raise _Fault(f"{subject} {subject_id}: entry {seq} is dated before checkpoints that did not see it")
    old = LOOKS.c.at <= cutoff
    if course.after is not None:
        old &= LOOKS.c.at > course.after
    there = session.execute(select(func.count()).select_from(LOOKS).where(old)).scalar_one()
    if there > course.looks - _looks_outside(session, course, cutoff):
        raise _Fault(_surplus_look(session, course, old))


def _looks_outside(session: Session, course: _Course, cutoff: datetime) -> int:
    """How many of the looks that were found are newer than what must be in a checkpoint, or older than the first."""
    outside = LOOKS.c.at > cutoff
    if course.after is not None:
        outside |= LOOKS.c.at <= course.after
    return sum(
        session.execute(select(func.count()).select_from(LOOKS).where(LOOKS.c.id.in_(some), outside)).scalar_one()
        for some in _chunks(_witnessed_looks(session, course, cutoff))
    )


def _witnessed_looks(session: Session, course: _Course, from_moment: datetime | None = None) -> Iterator[str]:
    """The ids of the looks in the checkpoints that were checked (that reach beyond a moment)."""
    query = select(CHECKPOINT.c.leaves).where(CHECKPOINT.c.number > course.last.number - course.checkpoints)
    near = query if from_moment is None else query.where(CHECKPOINT.c.through >= from_moment)
    # Where the check began inside, the first one may hold late looks from before.
    if from_moment is not None and course.after is not None:
        near = query.where(
            (CHECKPOINT.c.through >= from_moment)
            | (CHECKPOINT.c.number == course.last.number - course.checkpoints + 1)
        )
    for leaves in session.execute(near.order_by(CHECKPOINT.c.number)).scalars():
        for line in leaves.decode().split("\n"):
            if line.startswith("look "):
                yield line.split(" ")[1]


def _surplus_look(session: Session, course: _Course, old: Any) -> str:
    known = set(_witnessed_looks(session, course))
    for look_id in session.execute(select(LOOKS.c.id).where(old).order_by(LOOKS.c.at, LOOKS.c.id)).scalars():
        if look_id not in known:
            return f"look {look_id} is dated before checkpoints that did not see it"
    return "there are more looks than the checkpoints saw"


def _check_copies(
    session: Session, places: Sequence[Place], course: _Course, since: datetime | None, lost: Lost
) -> None:
    """Every copy that can be read back is the one here; none is there that is not here, none missing that left."""
    first = 1 if course.last is None else course.last.number - course.checkpoints + 1
    for place in places:
        try:
            held = {(number, epoch): copy for number, epoch, copy in place.held()}
        except PlaceFault as fault:
            raise _Fault(str(fault)) from None
        if not held and not place.reads_back:
            continue
        for (number, epoch), copy in held.items():
            if number < first and since is not None:
                continue
            row = session.execute(select(CHECKPOINT).where(CHECKPOINT.c.number == number)).one_or_none()
            if row is None or epoch_of(row.body) != epoch:
                wrong = lost.explained(number, copy)
                if wrong:
                    raise _Fault(f"checkpoint {number} is in the {place.name} and not here: {wrong}")
            elif whole_of(row) != copy:
                raise _Fault(f"checkpoint {number} is not the one in the {place.name}")
        left = select(CHECKPOINT.c.number, CHECKPOINT.c.left_for, CHECKPOINT.c.body).where(
            CHECKPOINT.c.left_for.is_not(None), CHECKPOINT.c.number >= first
        )
        for number, left_for, body in session.execute(left.order_by(CHECKPOINT.c.number)):
            if (number, epoch_of(body)) not in held and has_left(left_for, place.name):
                raise _Fault(f"checkpoint {number} left for the {place.name} and is not there")


def _chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    walking = iter(items)
    while some := list(islice(walking, _CHUNK)):
        yield some
