"""Cases of people who may be the one described: found by the blind index, then weighed by what is known of them.

A machine says who is worth a look and why; that two are one person is said by a worker alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, Select, select

from app.access.desk import Desk
from app.access.may import permitted
from app.access.scope import cases_in_scope
from app.casework import fieldgroups, identity, name_index, person_links
from app.casework.held import CASE, KEY, PERSON
from app.casework.name_match import parts_of, same
from app.casework.spelling.evidence import LIKELY, Known, Likely, covers, weighed
from app.kit.crypto import DESTROYED
from app.kit.lists import in_few_lengths
from app.kit.words import mark
from policies.model import FieldGroup

__all__ = ["REASONS", "REVEAL", "Found", "likely", "may_compare_names", "named"]

REVEAL: Final = "identity:reveal"
# Names are sealed one by one, and each that is compared is opened: not more than this.
MOST_OPENED: Final = 3000
# Of so many found cases the joined ones are looked up; nobody is shown more.
MOST_FOLLOWED: Final = 5
# Why two people may be one, as the worker reads it.
REASONS: Final[Mapping[str, str]] = {
    "name_spelled": mark("The name is the same."),
    "name_sounds": mark("The name sounds alike."),
    "name_partly": mark("A part of the name is alike."),
    "birth_same": mark("Born in the same year."),
    "birth_near": mark("Born within a year."),
    "birth_other": mark("Another year of birth."),
    "place_same": mark("From the same place."),
    "place_other": mark("From another place."),
    "joined": mark("Joined with a case found."),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A case (id, reference, opened_at, person_id) whose person may be the one, how likely, and why."""

    row: Row[Any]
    likely: Likely


def may_compare_names(desk: Desk) -> bool:
    """Whether the actor could uncover names at all: by right and by field group."""
    return permitted(desk, REVEAL) and fieldgroups.sees(desk, FieldGroup.IDENTITY)


def likely(desk: Desk, described: Known, but: str | None = None) -> tuple[list[Found], int]:
    """Cases within the actor's reach to uncover that may be of the person described, the likeliest first.

    Beside them of how many people the names were opened and compared. ``but``: a person who is not meant. Spellings,
    scripts and the order of the parts do not count.
    """
    rows, known = _opened(desk, described.names)
    weights = {person: weighed(described, other) for person, other in known.items() if person != but}
    found = [Found(row, weights[row.person_id]) for row in rows if row.person_id in weights]
    ranked = sorted((each for each in found if each.likely.score >= LIKELY), key=lambda each: -each.likely.score)
    return _with_joined(desk, ranked), len(known)


def named(desk: Desk, typed: str) -> tuple[list[Found], list[Found], int]:
    """Cases of people of whom every part typed is a name: those spelled so, and those of whom it sounds so.

    Beside them of how many people the names were opened and compared.
    """
    rows, known = _opened(desk, (typed,), thin=True)
    wanted = parts_of(typed)
    spelled = {person for person, other in known.items() if same(wanted, parts_of(*other.names))}
    sounding = {person for person, other in known.items() if person not in spelled and covers(typed, other.names)}
    told = (Likely(1.0, ("name_spelled",)), Likely(LIKELY, ("name_sounds",)))
    exact = [Found(row, told[0]) for row in rows if row.person_id in spelled]
    near = [Found(row, told[1]) for row in rows if row.person_id in sounding]
    return exact, _with_joined(desk, [*exact, *near])[len(exact) :], len(known)


def _with_joined(desk: Desk, found: list[Found]) -> list[Found]:
    """What was found, and behind it the cases a worker joined with those: a name known to one record leads to both."""
    known = {each.row.id for each in found}
    added: list[Found] = []
    for each in found[:MOST_FOLLOWED]:
        for row in person_links.of_case(desk, each.row.id, REVEAL):
            if row.id not in known:
                known.add(row.id)
                added.append(Found(row, Likely(each.likely.score, ("joined",))))
    return [*found, *added]


def _opened(desk: Desk, names: tuple[str, ...], *, thin: bool = False) -> tuple[list[Row[Any]], dict[str, Known]]:
    """The cases whose people meet the name in the index, newest first, and what is known of each person.

    Whoever is not in the index yet is compared too: a search must not wait for `waymark rebuild-index`. It takes long
    meanwhile, for that is asked of everybody within reach.
    """
    within = _within(desk)
    met = name_index.meeting(desk, names, within, MOST_OPENED, thin=thin)
    rows = [
        row
        for some in in_few_lengths(met.cases)
        for row in desk.session.execute(within.where(CASE.c.id.in_(some)))
    ]
    if not met.whole:
        missing = within.where(~name_index.indexed(CASE.c.person_id))
        rows += desk.session.execute(missing.order_by(CASE.c.opened_at.desc(), CASE.c.id).limit(MOST_OPENED))
    rows.sort(key=lambda row: (-row.opened_at.timestamp(), row.id))
    keys = {row.person_id: row.wrapped for row in rows}
    return rows, identity.known_people(desk, {person: desk.keys.unwrap(key) for person, key in keys.items()})


def _within(desk: Desk) -> Select[Any]:
    """The cases whose names the actor may uncover; nobody whose key was destroyed is among them."""
    return (
        select(CASE.c.id, CASE.c.reference, CASE.c.opened_at, CASE.c.person_id, KEY.c.wrapped)
        .join(PERSON, PERSON.c.id == CASE.c.person_id)
        .join(KEY, KEY.c.id == PERSON.c.key_id)
        .where(cases_in_scope(desk, REVEAL), KEY.c.wrapped != DESTROYED)
    )
