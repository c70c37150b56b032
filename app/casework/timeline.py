"""One line of everything that happened: a case's history and that of its referral copies, drawn from hashed bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, bindparam, func, select

from app.access.desk import Desk
from app.casework import fieldgroups, records
from app.casework.audience import EVERYBODY, Listener
from app.casework.held import CASE, PERSON, REFERRAL
from app.casework.history import check_chain, note_of
from app.casework.shapes import TimelineEntryOut
from app.kit.errors import Erased, Invalid
from app.kit.paging import Ask, encode_cursor
from app.models.history import HistoryEntry
from policies.model import FieldGroup

HISTORY: Final[Any] = HistoryEntry.__table__
# The shape of a line's cursors: one text with the number reached in each chain.
SHAPE: Final = (str,)
_POSITIONS: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9}){0,99}")
# Who writes down in the evening what happened in the morning is not late; who does so the day after next is.
LATE: Final = timedelta(hours=24)
BATCH: Final = 500
# A deadline happens when it passes; that the clock is read a little later is not somebody's late entry.
NEVER_LATE: Final = frozenset({"deadline", "attempt"})


@dataclass(frozen=True, slots=True)
class Subject:
    """One chain of a line: where it ends by what the subject's row says, and under which key its notes are."""

    kind: str
    id: str
    key_id: str
    count: int
    head: bytes


_CASE: Final = (
    select(CASE.c.id, PERSON.c.key_id, CASE.c.history_count, CASE.c.chain_head)
    .join(PERSON, PERSON.c.id == CASE.c.person_id)
    .where(CASE.c.id == bindparam("case_id"), CASE.c.country == bindparam("country"))
)
_COPIES: Final = (
    select(REFERRAL.c.id, REFERRAL.c.key_id, REFERRAL.c.history_count, REFERRAL.c.chain_head)
    .where(REFERRAL.c.case_id == bindparam("case_id"), REFERRAL.c.country == bindparam("country"))
    .order_by(REFERRAL.c.opened_at, REFERRAL.c.id)
)
_ENTRIES: Final = (
    select(HISTORY)
    .where(
        HISTORY.c.subject_id == bindparam("subject"),
        HISTORY.c.seq > bindparam("after"),
        HISTORY.c.seq <= bindparam("last"),
    )
    .order_by(HISTORY.c.seq)
)


def subjects_of_case(desk: Desk, case_id: str) -> list[Subject]:
    """The case itself and this country's copies of its referrals, oldest first."""
    which = {"case_id": case_id, "country": desk.actor.country}
    return [
        Subject(kind, row.id, row.key_id, row.history_count, row.chain_head)
        for kind, query in (("case", _CASE), ("referral", _COPIES))
        for row in desk.session.execute(query, which)
    ]


def line(
    desk: Desk,
    subjects: Sequence[Subject],
    ask: Ask,
    *,
    attempts: bool = False,
    notes: bool = False,
    newest_first: bool = False,
    only: ColumnElement[bool] | None = None,
) -> tuple[list[TimelineEntryOut], str | None]:
    """One page of the line in the order of recording, and the cursor of the next page.

    attempts: also the steps that were refused; notes: open what people wrote in their own words (the caller
    has checked that the actor may); only: a condition on the columns of HISTORY. Each chain is read by its
    numbers from where the last page ended, so that the hundredth page of ten thousand entries costs what the first
    one does.
    """
    reached = _positions(ask, subjects, newest_first)
    wanted = [] if attempts else [HISTORY.c.kind != "attempt"]
    wanted += [] if only is None else [only]
    chains = [_next_of(desk, each, reached[each.id], ask.limit + 1, wanted, newest_first) for each in subjects]
    merged = merge(*chains, key=lambda row: (row.recorded_at, row.subject, row.subject_id), reverse=newest_first)
    rows = list(islice(merged, ask.limit + 1))
    page = rows[: ask.limit]
    reached |= {row.subject_id: row.seq for row in page}
    following = (
        encode_cursor((".".join(str(reached[each.id]) for each in subjects),)) if len(rows) > len(page) else None
    )
    keys = {each.id: each.key_id for each in subjects}
    opened: dict[str, bytes] = {}
    listener = Listener(desk)
    items = [
        fieldgroups.entry(desk, entry_out(row, _note(desk, row, keys, opened, listener) if notes else None))
        for row in page
    ]
    return items, following


def beginning_at(desk: Desk, subjects: Sequence[Subject], at: datetime, limit: int) -> Ask:
    """A page of the newest-first line that begins with the last entry recorded at ``at`` or before."""
    ids = [each.id for each in subjects]
    query = (
        select(HISTORY.c.subject_id, func.max(HISTORY.c.seq).label("last"))
        .where(HISTORY.c.subject_id.in_(ids), HISTORY.c.recorded_at <= at)
        .group_by(HISTORY.c.subject_id)
    )
    last = {row.subject_id: row.last for row in desk.session.execute(query)}
    return Ask(limit, (".".join(str(last.get(each, 0) + 1) for each in ids),))


def _positions(ask: Ask, subjects: Sequence[Subject], newest_first: bool) -> dict[str, int]:
    """How far each chain has been shown: the number of its last entry on an earlier page, or where it begins.

    A chain that was added since the first page has nothing to show backwards, and all of it forwards.
    """
    if ask.key is None:
        return {each.id: each.count + 1 if newest_first else 0 for each in subjects}
    said = str(ask.key[0])
    if not _POSITIONS.fullmatch(said):
        raise Invalid("The cursor is not one that this list gave out.", code="bad_cursor")
    shown = [int(seq) for seq in said.split(".")]
    return {each.id: shown[number] if number < len(shown) else 0 for number, each in enumerate(subjects)}


def _next_of(
    desk: Desk, subject: Subject, reached: int, most: int, wanted: Sequence[ColumnElement[bool]], newest_first: bool
) -> Sequence[Row[Any]]:
    query = select(HISTORY).where(HISTORY.c.subject_id == subject.id)
    if newest_first:
        query = query.where(HISTORY.c.seq < reached).order_by(HISTORY.c.seq.desc())
    else:
        query = query.where(HISTORY.c.seq > reached).order_by(HISTORY.c.seq)
    query = query.where(*wanted)
    return desk.session.execute(query.limit(most)).all()


def entry_out(row: Row[Any], note: str | None = None) -> TimelineEntryOut:
    """An entry as everybody sees it, from the bytes that were hashed (never from the columns beside them)."""
    said = json.loads(row.canonical)
    return TimelineEntryOut(
        subject=said["subject"],
        subject_id=said["subject_id"],
        seq=said["seq"],
        kind=said["kind"],
        step=said["step"],
        actor=said["actor"],
        details=said["details"],
        happened_at=datetime.fromisoformat(said["happened_at"]),
        recorded_at=datetime.fromisoformat(said["recorded_at"]),
        late_entry=is_late(row.kind, row.happened_at, row.recorded_at),
        has_note=said["note"] is not None,
        note=note,
        hash=row.hash.hex(),
    )


def is_late(kind: str, happened_at: datetime, recorded_at: datetime) -> bool:
    """Whether an entry was written down more than a day after what it tells of."""
    return kind not in NEVER_LATE and recorded_at - happened_at > LATE


def entries_of(desk: Desk, subject: Subject, after: int = 0) -> Iterator[Row[Any]]:
    """The entries of one chain in order, up to the end that ``subject`` knows; a few at a time if there are many.

    Entries that were added since are left to the next look: those that are there do not change.
    """
    options = {"yield_per": BATCH} if subject.count - after > BATCH else {}
    which = {"subject": subject.id, "after": after, "last": subject.count}
    return iter(desk.session.execute(_ENTRIES, which, execution_options=options))


@dataclass(frozen=True, slots=True)
class Proof:
    """What a check of chains has found: entries there should be, entries checked and sound, the first fault."""

    entries: int
    checked: int
    sound: int
    fault: str | None

    @property
    def sentence(self) -> str:
        """The result in words, e.g. '118 of 118 entries verified'."""
        if self.fault is not None:
            return f"{self.sound} of {self.entries} entries verified. {self.fault}."
        if self.checked < self.entries:
            return f"The last {self.checked} of {self.entries} entries verified; the audit verifies all."
        return f"{self.sound} of {self.entries} entries verified"


def prove(desk: Desk, subjects: Sequence[Subject], last: int | None = None) -> Proof:
    """Check the chains of ``subjects``; ``last``: only so many entries of each, counted from its end."""
    entries = checked = sound = 0
    fault = None
    for subject in subjects:
        after = 0 if last is None else max(0, subject.count - last)
        good, wrong = check_chain(entries_of(desk, subject, after), subject.id, subject.count, subject.head, after)
        entries += subject.count
        checked += subject.count - after
        sound += good
        fault = fault or (f"{subject.kind} {wrong}" if wrong else None)
    return Proof(entries, checked, sound, fault)


def _note(
    desk: Desk, row: Row[Any], keys: dict[str, str], opened: dict[str, bytes], listener: Listener
) -> str | None:
    if row.sealed_note is None:
        return None
    said = json.loads(row.canonical)
    # What came in from a file of a field group that not everybody holds who reads notes stands in an entry of its own.
    group = said["details"].get("group") if said["kind"] == "imported" else None
    if group is not None and not fieldgroups.sees(desk, FieldGroup(group)):
        return None
    if not listener.hears(row.subject_id, said["details"].get("audience", EVERYBODY), said["actor"]["id"]):
        return None
    key_id = keys[row.subject_id]
    if key_id not in opened:
        try:
            opened[key_id] = records.key_of(desk, key_id)
        except Erased:
            # The line stays: who did what and when names nobody. The words are gone.
            return None
    return note_of(desk.keys, opened[key_id], row)
