"""The SELECTs behind two questions: may this person have a case here already, and which case is this person's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row, select

from app.access.desk import Desk
from app.access.may import permitted
from app.access.scope import cases_in_scope
from app.casework import fieldgroups, identity
from app.casework.held import CASE, FACTS, KEY, PERSON
from app.casework.reach import SEEING
from app.kit.crypto import DESTROYED
from policies.model import FieldGroup

REVEAL: Final = "identity:reveal"
A_YEAR: Final = timedelta(days=365)
# Names are sealed one by one, so a search opens each: the newest cases first, and not more than this.
MOST_NAMES: Final = 3000


def same_facts(desk: Desk, sex: str, age_band: str, nationality: str, most: int) -> list[Row[Any]]:
    """Cases within `case:read`, opened within a year, of somebody of whom the same is known; newest first."""
    query = (
        select(CASE.c.id, CASE.c.reference, CASE.c.opened_at)
        .join(FACTS, FACTS.c.case_id == CASE.c.id)
        .where(
            FACTS.c.sex == sex,
            FACTS.c.age_band == age_band,
            FACTS.c.nationality == nationality,
            CASE.c.opened_at > desk.now - A_YEAR,
            cases_in_scope(desk, SEEING),
        )
        .order_by(CASE.c.opened_at.desc(), CASE.c.id)
        .limit(most)
    )
    return list(desk.session.execute(query))


def may_compare_names(desk: Desk) -> bool:
    """Whether the actor could uncover names at all: by right and by field group."""
    return permitted(desk, REVEAL) and fieldgroups.sees(desk, FieldGroup.IDENTITY)


def with_names(desk: Desk) -> tuple[list[Row[Any]], dict[str, frozenset[str]]]:
    """The cases whose names the actor may uncover, newest first, and person -> the parts of their names.

    Nobody whose key was destroyed is among them.
    """
    query = (
        select(CASE.c.id, CASE.c.reference, CASE.c.opened_at, CASE.c.person_id, KEY.c.wrapped)
        .join(PERSON, PERSON.c.id == CASE.c.person_id)
        .join(KEY, KEY.c.id == PERSON.c.key_id)
        .where(cases_in_scope(desk, REVEAL), KEY.c.wrapped != DESTROYED)
        .order_by(CASE.c.opened_at.desc(), CASE.c.id)
        .limit(MOST_NAMES)
    )
    found: list[Row[Any]] = list(desk.session.execute(query))
    keys = {row.person_id: row.wrapped for row in found}
    return found, identity.name_parts(desk, {person: desk.keys.unwrap(wrapped) for person, wrapped in keys.items()})


def counts_as_child(desk: Desk, case_id: str) -> bool:
    """Whether the person of a case, which the caller has found within reach, counts as a child there."""
    return bool(desk.session.execute(select(FACTS.c.child).where(FACTS.c.case_id == case_id)).scalar_one())


def referenced(desk: Desk, reference: str) -> Row[Any] | None:
    """The case of this reference within `case:read`."""
    query = select(CASE.c.id, CASE.c.reference).where(
        CASE.c.reference == reference, CASE.c.country == desk.actor.country, cases_in_scope(desk, SEEING)
    )
    return desk.session.execute(query).one_or_none()
