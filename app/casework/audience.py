"""For whom a note was written: everybody who reads the case's notes, its team, its office, or who sees a field group.

An audience only narrows: whoever reads a note sees what people tell (the field group narrative) and is of its audience.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select

from app.access.desk import Desk
from app.casework import fieldgroups
from app.casework.held import CASE
from app.casework.opening import on_team
from app.kit.words import mark
from policies.model import FieldGroup

__all__ = ["AUDIENCES", "CORRECTS_NOTE", "EVERYBODY", "Listener", "knows"]

# Where the history names the note that a note corrects, by its number.
CORRECTS_NOTE: Final = "corrects_note"
EVERYBODY: Final = "everybody"
TEAM: Final = "team"
OFFICE: Final = "office"
# Word in the history -> what people read for it. The groups are those a note may be kept to.
AUDIENCES: Final[Mapping[str, str]] = {
    EVERYBODY: mark("Everybody who reads the notes of this case"),
    TEAM: mark("The team of this case only"),
    OFFICE: mark("The office of this case only"),
    FieldGroup.HEALTH.value: mark("Only who sees what is about health"),
    FieldGroup.LEGAL.value: mark("Only who sees what is about law"),
    FieldGroup.RISK.value: mark("Only who sees what is about danger"),
}


def knows(audience: str) -> bool:
    """Whether there is such an audience."""
    return audience in AUDIENCES


class Listener:
    """One actor before the notes of cases; what is asked of the database is asked once."""

    def __init__(self, desk: Desk) -> None:
        """``desk``: whose."""
        self._desk = desk
        self._known: dict[tuple[str, str], bool] = {}

    def hears(self, case_id: str, audience: str, author: str) -> bool:
        """Whether the actor is of ``audience`` of a case, or the author; an audience nobody knows any more is empty."""
        if author == self._desk.actor.id or audience == EVERYBODY:
            return True
        if audience in (TEAM, OFFICE):
            asked = (case_id, audience)
            if asked not in self._known:
                self._known[asked] = self._on_team(case_id) if audience == TEAM else self._in_office(case_id)
            return self._known[asked]
        return knows(audience) and fieldgroups.sees(self._desk, FieldGroup(audience))

    def _on_team(self, case_id: str) -> bool:
        return on_team(self._desk, case_id, self._desk.actor.id)

    def _in_office(self, case_id: str) -> bool:
        query = select(CASE.c.office_id).where(CASE.c.id == case_id)
        return self._desk.session.execute(query).scalar_one_or_none() == self._desk.office_id
