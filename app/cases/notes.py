"""Notes: somebody's own words in the history of a case, sealed and only ever added; a correction is a new one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.access.desk import Desk
from app.access.may import visible_case
from app.casework import fieldgroups, history, move, records
from app.casework.audience import CORRECTS_NOTE, EVERYBODY, Listener, knows
from app.casework.held import Held, hold_case
from app.casework.history import Event
from app.casework.reach import permit
from app.kit.errors import Forbidden, Invalid, NotFound
from app.kit.fields import at_field
from app.kit.words import mark
from policies.model import FieldGroup

__all__ = ["Note", "earlier", "write"]

NOTE: Final = "note"
_NOTHING: Final = mark("Write something here.")
_NOBODY: Final = mark("Choose for whom the note is.")
_NO_NOTE: Final = mark("There is no such note in this case.")
_NOT_ALONE: Final = mark("You would not read this note yourself. Choose an audience that you belong to.")


@dataclass(frozen=True, slots=True)
class Note:
    """A note that is there: its number in the history, for whom it is, and what it says."""

    seq: int
    audience: str
    text: str


def write(
    desk: Desk,
    case_id: str,
    text: str,
    happened_at: datetime | None,
    audience: str = EVERYBODY,
    corrects: int | None = None,
) -> int:
    """Keep ``text`` in the history of a case, for ``audience``; its number there.

    It changes nothing, so it meets no other change. corrects: the number of a note that it corrects, which stays.
    Forbidden without `record:write` on this case, or for roles that do not see what people tell. Invalid (422) for no
    words at all, a moment in the future, an audience that is none or not the writer's own, a note that is none or that
    the actor does not read.
    """
    permit(desk, "record:write", case_id, NOTE)
    fieldgroups.must_see(desk, FieldGroup.NARRATIVE)
    if not text.strip():
        raise _wrong("note", _NOTHING)
    if not knows(audience):
        raise _wrong("audience", _NOBODY)
    if not Listener(desk).hears(case_id, audience, ""):
        raise _wrong("audience", _NOT_ALONE)
    happened = move.moment(desk, happened_at)
    held = hold_case(desk, case_id)
    details: dict[str, Any] = {} if audience == EVERYBODY else {"audience": audience}
    if corrects is not None:
        try:
            details[CORRECTS_NOTE] = _read(desk, held, corrects).seq
        except (NotFound, Forbidden):
            raise _wrong("corrects", _NO_NOTE) from None
    move.remark(desk, held, Event(NOTE, NOTE, held.version, details, happened, text.strip()))
    return held.chain.count


def earlier(desk: Desk, case_id: str, seq: int) -> Note:
    """A note of this case, opened for whoever is about to correct it; the caller notes the look.

    NotFound if there is none of this number; Forbidden for somebody it was not written for.
    """
    visible_case(desk, "record:write", case_id)
    return _read(desk, hold_case(desk, case_id, lock=False), seq)


def _read(desk: Desk, held: Held, seq: int) -> Note:
    fieldgroups.must_see(desk, FieldGroup.NARRATIVE)
    row = history.entry(desk.session, held.id, seq)
    if row is None or row.kind != NOTE or row.sealed_note is None:
        raise NotFound()
    said = json.loads(row.canonical)
    audience = said["details"].get("audience", EVERYBODY)
    if not Listener(desk).hears(held.id, audience, said["actor"]["id"]):
        raise Forbidden("This note was written for others.", code="not_for_you")
    return Note(seq, audience, history.note_of(desk.keys, records.key_of(desk, held.key_id), row) or "")


def _wrong(field: str, said: str) -> Invalid:
    whole = "A note needs words." if field == "note" else "Some answers are missing or cannot be read."
    return Invalid(whole, extra=at_field(field, said))
