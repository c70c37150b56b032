"""Finding a case: by its reference, by a name with a reason, and asking for one that is not seen."""

from __future__ import annotations

import re
from typing import Final

from app.access.desk import Desk
from app.access.log import looked
from app.access.may import permitted
from app.access.notices import holders, tell
from app.cases import person_queries, same_person
from app.cases.same_person import Candidate
from app.casework.reach import SEEING
from app.kit.errors import Invalid
from app.kit.words import mark

_REFERENCE: Final = re.compile(r"[A-Z]{2}-[0-9]{4}-[0-9A-Z]{4,12}")


def tidy(typed: str) -> str:
    """A reference as it may have been typed or read aloud, in the form in which it is written.

    Invalid (422) for what cannot be one, so that a name typed into the wrong box goes no further.
    """
    reference = re.sub(r"[\s‐-―−_/]+", "-", typed.strip().upper())
    if not _REFERENCE.fullmatch(reference):
        sentence = mark("A reference looks like TH-2017-7F3K2QAB.")
        raise Invalid(extra={"errors": [{"field": "reference", "rule": "a reference", "sentence": sentence}]})
    return reference


def path_of(desk: Desk, reference: str) -> str | None:
    """The path of the case with this reference, if the actor sees it, else None; either is noted."""
    row = person_queries.referenced(desk, reference) if permitted(desk, SEEING) else None
    if row is None:
        looked(desk, "reference_not_seen", "case", "-")
        return None
    looked(desk, "case_found", "case", row.id)
    return f"/cases/{row.reference}"


def by_name(desk: Desk, name: str, reason: str) -> list[Candidate]:
    """The cases of somebody of that name within reach; see `same_person.found_by_name`."""
    return same_person.found_by_name(desk, name, reason)


def ask_for_access(desk: Desk, reference: str) -> None:
    """Tell those who put people on teams in the actor's own office that the actor asks for a case of this reference.

    Whether there is such a case is neither looked up nor told.
    """
    told = set(holders(desk, "case:assign", desk.office_id)) - {desk.actor.id}
    tell(desk, told, "access_wanted", "reference", reference, {"by": desk.actor.id})
    looked(desk, "access_wanted", "case", "-", {"told": len(told)})
