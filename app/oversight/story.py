"""The timeline of a case as a page tells it: entries in words, looks between them, silence, and what should have been.

The line itself is `app.casework.timeline.line`; here it is only told. Duties that were missed stand where they should
have been done, not where somebody noticed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, or_

from app.access.desk import Desk
from app.access.log import looked
from app.access.may import case_by_reference, within_reach
from app.casework import fieldgroups, timeline
from app.casework.audience import CORRECTS_NOTE
from app.casework.shapes import TimelineEntryOut
from app.casework.tasks import PASSING
from app.casework.timeline import HISTORY, Proof, Subject
from app.kit.errors import NotFound
from app.kit.paging import Ask, ask, encode_cursor
from app.kit.words import mark
from app.oversight import queries, story_queries
from app.oversight.grouping import Looks, grouped
from app.oversight.wording import CONSENTS, Told, Who, anchor_of, people_in, tell, who_of
from policies.model import FieldGroup

__all__ = ["CHIPS", "Chip", "Correction", "Shown", "Story", "told"]

READ: Final = "timeline:read"
WRITE: Final = "record:write"
AUDIT: Final = "audit:read"
ATTEMPTS: Final = "attempt:read"
PAGE: Final = 25
# Longer histories are proved from their end on a page; the audit proves all of them.
PROVED: Final = 2000
_CASE_KINDS: Final = ("opened", "step", "linked", "repaired", "task")


@dataclass(frozen=True, slots=True)
class Chip:
    """One way to narrow the line: its word, the permission it needs beside reading, and its condition."""

    name: str
    title: str
    needs: str | None = None
    only: ColumnElement[bool] | None = None


def _of(*kinds: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = HISTORY.c.kind.in_(kinds)
    return found


_RECORDED: Final = HISTORY.c.kind == "record"
CHIPS: Final = (
    Chip("all", mark("All"), only=HISTORY.c.kind != "deadline"),
    Chip("steps", mark("Steps"), only=and_(HISTORY.c.subject == "case", _of(*_CASE_KINDS))),
    Chip("referral", mark("Referral and handover"), only=HISTORY.c.subject == "referral"),
    Chip(
        "records",
        mark("Records"),
        only=or_(and_(_RECORDED, HISTORY.c.step.not_in(CONSENTS)), _of("identity", "document")),
    ),
    Chip("consent", mark("Consent"), only=_RECORDED & HISTORY.c.step.in_(CONSENTS)),
    Chip("people", mark("Team and access"), only=_of("assigned", "team", "seal", "block", "reveal")),
    Chip("emergency", mark("Emergency access"), only=_of("emergency")),
    Chip("late", mark("Deadlines passed"), only=_of("deadline")),
    Chip("looks", mark("Looks"), needs=AUDIT),
    Chip("refused", mark("Refused"), needs=ATTEMPTS, only=_of("attempt")),
)


@dataclass(frozen=True, slots=True)
class Correction:
    """The way from a record or note to the one that corrects it, or back: where its entry stands, and when."""

    anchor: str
    at: datetime
    corrected: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One row of the page: ``kind`` is entry, looks, gap or overdue, and ``what`` the thing itself."""

    kind: str
    at: datetime
    what: Any
    who: Who | None = None
    days: int = 0
    links: Sequence[Correction] = ()
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """One page of a case's timeline. ``next`` and ``before`` lead to the following one."""

    case: Row[Any]
    proof: Proof
    chip: str
    chips: Sequence[Chip]
    rows: Sequence[Shown]
    next: str | None
    before: datetime | None
    writes: bool = False


def told(
    desk: Desk, reference: str, chip: str, cursor: str | None, before: datetime | None, at: datetime | None = None
) -> Story:
    """One page of the timeline of the case with this reference, newest first; the look is noted.

    ``chip``: the name of one of CHIPS. ``before``: the moment the page before ended with. ``at``: begin with what was
    recorded then. NotFound for a case out of sight and for a chip that is unknown or not the actor's.
    """
    case = case_by_reference(desk, READ, reference)
    chips = [each for each in CHIPS if each.needs is None or within_reach(desk, each.needs, case.id)]
    chosen = next((each for each in chips if each.name == chip), None)
    if chosen is None:
        raise NotFound()
    subjects = timeline.subjects_of_case(desk, case.id)
    open_to = {each.needs for each in chips}
    if chosen.needs == AUDIT:
        rows, following, ends = _looks_alone(desk, subjects, before or at)
    else:
        asked = ask(PAGE, cursor, timeline.SHAPE)
        if at is not None and cursor is None:
            asked = timeline.beginning_at(desk, subjects, at, PAGE)
        rows, following, ends = _page(desk, case, subjects, chosen, asked, before or at, open_to)
    count = sum(each.count for each in subjects)
    proof = timeline.prove(desk, subjects, PROVED if count > PROVED else None)
    looked(desk, "timeline_read", "case", case.id)
    writes = within_reach(desk, WRITE, case.id)
    return Story(case, proof, chosen.name, chips, rows, following, ends, writes)


def _page(
    desk: Desk, case: Row[Any], subjects: list[Subject], chip: Chip, asked: Ask, before: datetime | None,
    open_to: set[str | None],
) -> tuple[list[Shown], str | None, datetime | None]:
    notes = fieldgroups.sees(desk, FieldGroup.NARRATIVE)
    items, following = timeline.line(
        desk, subjects, asked, attempts=ATTEMPTS in open_to, notes=notes, newest_first=True, only=chip.only
    )
    ends = items[-1].recorded_at if items else None
    rows = _entries(desk, subjects, items)
    if chip.name == "all":
        # The last page goes back to the beginning of time, every other to its own last entry.
        after = ends if following else None
        if AUDIT in open_to:
            rows += _looks(desk, subjects, after, before)
        rows += [
            Shown(
                "overdue", task.due_at, task, days=((task.done_at or desk.now) - task.due_at).days,
                passing=task.kind in PASSING,
            )
            for task in story_queries.overdue_between(desk, case.id, after, before)
        ]  # fmt: skip
        rows.sort(key=lambda row: row.at, reverse=True)
        rows = list(_with_gaps(rows, before or _until(desk, case), desk.policies.safeguards.watching.gap_days))
    return rows, following, ends


def _until(desk: Desk, case: Row[Any]) -> datetime | None:
    """Up to when silence counts: until now, unless the case is closed."""
    return None if case.care == "closed" else desk.now


def _entries(desk: Desk, subjects: list[Subject], items: list[TimelineEntryOut]) -> list[Shown]:
    people = queries.people(desk, people_in(items))
    words = [tell(desk, item, people) for item in items]
    links = _links(desk, subjects, words) | _note_links(desk, words)
    return [
        Shown("entry", each.entry.recorded_at, each, each.who, links=links.get(each.record or each.anchor, ()))
        for each in words
    ]


def _note_links(desk: Desk, words: list[Told]) -> dict[str, list[Correction]]:
    """For each note on the page, by its anchor: what it corrects, and what corrects it."""
    found: dict[str, list[Correction]] = {}
    for case_id in sorted({each.entry.subject_id for each in words if each.entry.kind == "note"}):
        notes = {row.seq: row for row in story_queries.notes(desk, case_id)}
        for row in notes.values():
            older = notes.get(json.loads(row.canonical)["details"].get(CORRECTS_NOTE))
            if older is not None:
                here, there = (anchor_of(case_id, each.seq) for each in (row, older))
                found.setdefault(here, []).append(Correction(there, older.recorded_at, corrected=False))
                found.setdefault(there, []).append(Correction(here, row.recorded_at, corrected=True))
    return found


def _links(desk: Desk, subjects: list[Subject], words: list[Told]) -> dict[str, list[Correction]]:
    """For each record on the page: what it corrects, and what corrects it."""
    ids = sorted({each.record for each in words if each.record} | {each.corrects for each in words if each.corrects})
    if not ids:
        return {}
    known = {row.id: row for row in story_queries.corrections(desk, subjects, ids)}
    found: dict[str, list[Correction]] = {}
    for row in known.values():
        older = known.get(row.corrects_id)
        if older is not None:
            found.setdefault(row.id, []).append(Correction(f"r-{older.id}", older.recorded_at, corrected=False))
            found.setdefault(older.id, []).append(Correction(f"r-{row.id}", row.recorded_at, corrected=True))
    return found


def _looks(desk: Desk, subjects: list[Subject], after: datetime | None, before: datetime | None) -> list[Shown]:
    found = story_queries.looks_between(desk, subjects, after, before)
    apart = timedelta(minutes=desk.policies.safeguards.watching.group_minutes)
    return _named(desk, grouped(found, apart))


def _named(desk: Desk, runs: list[Looks]) -> list[Shown]:
    people = queries.people(desk, sorted({run.actor_id for run in runs}))
    rows = []
    for run in runs:
        actor = {"id": run.actor_id, "country": desk.actor.country, "system": run.actor_id not in people}
        rows.append(Shown("looks", run.last, run, who_of(desk, actor, people)))
    return rows


def _looks_alone(
    desk: Desk, subjects: list[Subject], before: datetime | None
) -> tuple[list[Shown], str | None, datetime | None]:
    found = story_queries.looks_between(desk, subjects, None, before)
    apart = timedelta(minutes=desk.policies.safeguards.watching.group_minutes)
    runs = grouped(found, apart)
    page = runs[:PAGE]
    if len(runs) <= PAGE and len(found) < story_queries.MOST_LOOKS:
        return _named(desk, page), None, None
    ends = page[-1].first - timedelta(microseconds=1)
    return _named(desk, page), encode_cursor((ends.isoformat(),)), ends


def _with_gaps(rows: list[Shown], until: datetime | None, days: int) -> Iterator[Shown]:
    """The rows, newest first, with a row of its own wherever nothing was done for so many days.

    Looking is not doing, and neither is a deadline that passes: only entries end a silence.
    """
    newer = until
    for row in rows:
        if row.kind == "entry":
            if newer is not None and newer - row.at >= timedelta(days=days):
                yield Shown("gap", row.at, None, days=(newer - row.at).days)
            newer = row.at
        yield row
