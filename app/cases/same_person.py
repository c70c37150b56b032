"""Whether somebody may have a case here already, told by references alone; finding a case by a name, with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from app.access.desk import Desk
from app.access.log import looked, refused
from app.access.may import must
from app.cases import person_queries
from app.cases.person_queries import REVEAL
from app.casework import fieldgroups, move
from app.casework.held import hold_case
from app.casework.history import Event
from app.casework.name_match import alike, parts_of, same
from app.kit.errors import Invalid
from app.kit.words import mark
from policies.model import FieldGroup

# A warning that names more than this warns of nothing.
MOST: Final = 5
SHORTEST_REASON: Final = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case that may be the same person's; ``by_name``: the name is alike, else only what is known fits."""

    reference: str
    by_name: bool


def candidates(desk: Desk, sex: str, age_band: str, nationality: str, names: Iterable[str]) -> list[Candidate]:
    """Cases within the actor's own reach that may be about the same person, those with a like name first.

    Names are compared only where the actor could uncover them, and are not told. What is not known fits nobody. The
    look is noted: once for the search, and in the book of each case whose name was alike.
    """
    typed = parts_of(*names)
    named: list[Row[Any]] = []
    compared: dict[str, frozenset[str]] = {}
    apart: set[str] = set()
    if typed and person_queries.may_compare_names(desk):
        rows, compared = person_queries.with_names(desk)
        named = [row for row in rows if alike(typed, compared.get(row.person_id, frozenset()))]
        # Somebody whose name is known and quite another one is not meant by what fits many.
        apart = {row.id for row in rows if compared.get(row.person_id)} - {row.id for row in named}
    known = sex != "U" and age_band != "unknown" and nationality != "unknown"
    fitting = person_queries.same_facts(desk, sex, age_band, nationality, MOST + len(apart)) if known else []
    looked(desk, "duplicates_searched", "case", "-", {"named": len(named), "compared": len(compared)})
    for row in named[:MOST]:
        looked(desk, "identity_matched", "case", row.id)
    found = {row.reference: True for row in named}
    found |= {row.reference: False for row in fitting if row.id not in apart and row.reference not in found}
    return [Candidate(reference, by_name) for reference, by_name in list(found.items())[:MOST]]


def found_by_name(desk: Desk, typed: str, reason: str) -> list[str]:
    """References of the cases of people of whom every part of ``typed`` is a name, among those the actor may uncover.

    As with a reveal the reason is sealed in the history of each case found, and the look noted. Forbidden for roles
    that uncover no names, Invalid (422) without a reason or a name, or if the name fits too many people.
    """
    must(desk, REVEAL)
    fieldgroups.must_see(desk, FieldGroup.IDENTITY)
    if len(reason.strip()) < SHORTEST_REASON:
        raise _wrong("reason", mark("Say in at least 10 letters why you have to find this person."))
    wanted = parts_of(typed)
    if not wanted:
        raise _wrong("name", mark("Type at least one part of the name."))
    rows, names = person_queries.with_names(desk)
    found = [row for row in rows if same(wanted, names.get(row.person_id, frozenset()))]
    looked(desk, "identity_searched", "case", "-", {"found": len(found), "compared": len(names)})
    if len(found) > MOST:
        refused(desk, "case", "-", {"search": "identity", "found": len(found)})
        raise _wrong("name", mark("This fits too many people. Type more parts of the name."))
    seen = fieldgroups.person_groups(desk)
    for row in found:
        looked(desk, "identity_matched", "case", row.id)
        held = hold_case(desk, row.id)
        move.remark(desk, held, Event("reveal", "search", held.version, {"groups": seen}, desk.now, reason.strip()))
    return [row.reference for row in found]


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid(extra={"errors": [{"field": field, "rule": "invalid", "sentence": sentence}]})
