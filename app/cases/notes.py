"""Notes: somebody's own words in the history of a case, sealed and only ever added."""

from __future__ import annotations

from datetime import datetime

from app.access.desk import Desk
from app.casework import fieldgroups, move
from app.casework.held import hold_case
from app.casework.history import Event
from app.casework.reach import permit
from app.kit.errors import Invalid
from app.kit.words import mark
from policies.model import FieldGroup


def write(desk: Desk, case_id: str, text: str, happened_at: datetime | None) -> None:
    """Keep ``text`` in the history of a case; it changes nothing, so it meets no other change.

    Forbidden without `record:write` on this case, or for roles that do not see what people tell. Invalid (422) for no
    words at all, and for a moment in the future.
    """
    permit(desk, "record:write", case_id, "note")
    fieldgroups.must_see(desk, FieldGroup.NARRATIVE)
    if not text.strip():
        said = mark("Write something here.")
        raise Invalid("A note needs words.", extra={"errors": [{"field": "note", "rule": said, "sentence": said}]})
    happened = move.moment(desk, happened_at)
    held = hold_case(desk, case_id)
    move.remark(desk, held, Event("note", "note", held.version, {}, happened, text.strip()))
