"""What changed while somebody was typing: who did it, when, in words, and the newer record of the same kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from app.access.desk import Desk
from app.casework import fieldgroups, records
from app.casework.held import Held
from app.casework.phrases import phrase_of
from app.kit.errors import StaleVersion
from app.kit.words import mark
from app.models.record import Record
from app.models.user import User
from workflows.engine import MACHINES

__all__ = [
    "ABOUT_CAUSES", "ABOUT_TASKS", "DECIDED", "Change", "Conflict", "Theirs", "conflict_of", "theirs_called", "what_of",
]  # fmt: skip

_RECORD: Final[Any] = Record.__table__
_USER: Final[Any] = User.__table__


# Kinds of entry whose step is a kind of task, and those whose step is the cause of a stop.
ABOUT_TASKS: Final = frozenset({"deadline", "priority", "task", "escalated", "stopped", "resumed", "extended"})
ABOUT_CAUSES: Final = frozenset({"frozen", "thawed"})
# Entries whose step is what two countries decided at a meeting.
DECIDED: Final = "decided"


@dataclass(frozen=True, slots=True)
class Change:
    """One change since the page was opened: a marked sentence, who did it, of which office, when.

    The sentence may hold %(what)s: a code of ``what_list``, or a marked word where that is empty.
    """

    phrase: str
    what: str
    what_list: str
    by: str
    office: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Theirs:
    """The record of the same kind that somebody wrote meanwhile: its id, and its body as plain JSON."""

    id: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Conflict:
    """What the reader has to know before the same form is sent again with ``version``."""

    version: int
    changes: tuple[Change, ...]
    theirs: Theirs | None


def conflict_of(desk: Desk, held: Held, error: StaleVersion, kind: str | None = None) -> Conflict:
    """The conflict behind ``error``; ``kind``: the record kind of the form that was sent, if it has one.

    The newer record is opened only for those who see its field group, which the caller notes as a look.
    """
    told = error.extra.get("changes", [])
    names = _names(desk, {each["by"] for each in told})
    changes = tuple(
        Change(
            phrase_of(each["kind"], each["what"]),
            *what_of(each["kind"], each["what"]),
            names.get(each["by"], ""),
            each["office"],
            datetime.fromisoformat(each["at"]),
        )
        for each in told
    )
    theirs = None
    if kind is not None and changes and not held.erased and fieldgroups.sees_record(desk, kind):
        theirs = theirs_of(desk, held, kind, min(each.at for each in changes))
    return Conflict(held.version, changes, theirs)


# Acts on a case that are no steps of a machine.
_ACTS = {"ask_bed": mark("Ask for a bed")}


def what_of(kind: str, step: str) -> tuple[str, str]:
    """What %(what)s of a timeline's sentence stands for: a code and its list, or the title of a step (marked)."""
    if kind in ABOUT_TASKS:
        return step, "task_kind"
    if kind in ABOUT_CAUSES:
        return step, "stop_cause"
    if kind == DECIDED:
        return step, "meeting_decision"
    found = next((spec.step(step) for spec in MACHINES.values() if spec.step(step)), None)
    return (found.title if found else _ACTS.get(step, step)), ""


def theirs_of(desk: Desk, held: Held, kind: str, since: datetime) -> Theirs | None:
    """The newest record of ``kind`` of this subject that was written at ``since`` or later."""
    query = (
        select(_RECORD)
        .where(_RECORD.c.subject_id == held.id, _RECORD.c.kind == kind, _RECORD.c.recorded_at >= since)
        .order_by(_RECORD.c.seq.desc())
        .limit(1)
    )
    row = desk.session.execute(query).one_or_none()
    return None if row is None else Theirs(row.id, records.opened(desk, row, held.key(desk)))


def theirs_called(desk: Desk, held: Held, record_id: str, kind: str) -> Theirs | None:
    """The record of that id, if it is one of ``kind`` of this subject and the reader may open it."""
    query = select(_RECORD).where(
        _RECORD.c.id == record_id, _RECORD.c.subject_id == held.id, _RECORD.c.kind == kind
    )
    row = desk.session.execute(query).one_or_none()
    if row is None or held.erased or not fieldgroups.sees_record(desk, kind):
        return None
    return Theirs(row.id, records.opened(desk, row, held.key(desk)))


def _names(desk: Desk, ids: set[str]) -> dict[str, str]:
    """Account id -> the name colleagues read."""
    if not ids:
        return {}
    query = select(_USER.c.id, _USER.c.display_name).where(_USER.c.id.in_(sorted(ids)))
    return {row.id: row.display_name for row in desk.session.execute(query)}
