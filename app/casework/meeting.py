"""Meetings as the minutes of a case need them: the one that is named, who was there, and that a case was discussed."""

from __future__ import annotations

import json
from typing import Any, Final

from sqlalchemy import Row, insert, select

from app.access.desk import Desk
from app.casework import own_tasks
from app.casework.held import Held
from app.casework.kinds.minutes import Minutes
from app.kit.errors import Invalid
from app.kit.fields import at_field
from app.kit.words import mark
from app.models.base import is_id, new_id
from app.models.meeting import Meeting, MeetingCase

TABLE: Final[Any] = Meeting.__table__
DISCUSSED: Final[Any] = MeetingCase.__table__
DECISION: Final = "own_decision"


def recent(desk: Desk, most: int) -> list[Row[Any]]:
    """The meetings of the actor's office, the newest first."""
    query = (
        select(TABLE)
        .where(TABLE.c.office_id == desk.office_id, TABLE.c.country == desk.actor.country)
        .order_by(TABLE.c.held_on.desc(), TABLE.c.id.desc())
        .limit(most)
    )
    return list(desk.session.execute(query))


def one(desk: Desk, meeting_id: str) -> Row[Any] | None:
    """A meeting of the actor's office."""
    if not is_id(meeting_id):
        return None
    query = select(TABLE).where(
        TABLE.c.id == meeting_id, TABLE.c.office_id == desk.office_id, TABLE.c.country == desk.actor.country
    )
    return desk.session.execute(query).one_or_none()


def present(row: Row[Any]) -> list[tuple[str, str]]:
    """Who was there: role and office, both codes."""
    return [(role, office) for role, office in json.loads(row.present)]


def has_outsiders(desk: Desk, row: Row[Any], organisation: str) -> bool:
    """Whether somebody of another organisation than that of the case was there."""
    return any(desk.policies.office(office).organisation != organisation for _, office in present(row))


def given(desk: Desk, held: Held, form: Minutes) -> dict[str, object]:
    """What the guards of the minutes may know of the meeting; Invalid (422) where it is none of the actor's office."""
    row = one(desk, form.meeting)
    if row is None:
        said = mark("Choose a meeting of your office.")
        raise Invalid("There is no such meeting.", extra=at_field("record.meeting", said))
    for number, each in enumerate(form.decisions):
        own_tasks.must_be_possible(desk, each.part, each.due, f"record.decisions.{number}.")
    return {"outsiders": has_outsiders(desk, row, held.row.organisation)}


def decided(desk: Desk, held: Held, form: Minutes, record_id: str, corrects: str | None) -> None:
    """Note that the case was discussed, and open a task for each decision; a correction replaces what was open."""
    if corrects is not None:
        own_tasks.withdraw(desk, held, corrects)
    row = {"id": new_id(), "meeting_id": form.meeting, "case_id": held.id, "record_id": record_id}
    desk.session.execute(insert(DISCUSSED), row)
    for each in form.decisions:
        own_tasks.open_one(desk, held, record_id, DECISION, each.part, each.due, each.priority)
