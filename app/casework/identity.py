"""The only reader and writer of who a person is; every reading by a human goes through a logged reveal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.access.desk import Desk
from app.casework import name_index
from app.casework.forms import CodeCheck, Coded, Form, Long, Short, validated
from app.casework.spelling.evidence import Known
from app.kit.canonical import canonical_bytes
from app.kit.crypto import DESTROYED, KeyMissing
from app.kit.lists import in_few_lengths
from app.models.identity import PersonIdentity
from app.models.person import DataKey, Person
from policies.model import Policies

_TABLE: Any = PersonIdentity.__table__
_PERSON: Any = Person.__table__
_KEYS: Any = DataKey.__table__
PARTS = {
    "identity": ("given_names", "family_name", "other_names", "birth_date", "birth_year", "place_of_origin"),
    "contact": ("safe_contact", "phone"),
    "family": ("family_contact",),
    "health": ("health_alert",),
}


class Identity(Form):
    """Who a person is. Names are parts, never one string; every field may be unknown."""

    given_names: Short | None = None
    family_name: Short | None = None
    other_names: Annotated[tuple[Short, ...], Field(strict=False, max_length=20)] = ()
    birth_date: date | None = None
    birth_year: Annotated[int, Field(ge=1900, le=2100)] | None = None
    sex: Annotated[str, Coded("sex")] = "U"
    place_of_origin: Short | None = None
    safe_contact: Long | None = None
    phone: Short | None = None
    family_contact: Long | None = None
    health_alert: Long | None = None


def checked(policies: Policies, body: Any) -> dict[str, Any]:
    """An identity as typed (plain JSON values), checked; every field of it, None where nothing was said.

    Raises Invalid (422) naming each field and rule; what was typed is never repeated.
    """
    sentence = "The identity has fields that do not fit."
    return validated(Identity, body, CodeCheck(policies), "identity", sentence).model_dump(mode="json")


def keep(desk: Desk, person_id: str, key: bytes, identity: dict[str, Any], source: str) -> None:
    """Seal and store an identity (plain JSON values), replacing what was known before."""
    name_index.keep(desk, person_id, identity)
    sealed = desk.keys.seal(key, canonical_bytes(identity), _place(person_id))
    known = desk.session.execute(select(_TABLE.c.person_id).where(_TABLE.c.person_id == person_id)).one_or_none()
    values = {"sealed": sealed, "source": source, "changed_at": desk.now}
    if known is None:
        desk.session.execute(insert(_TABLE), {"person_id": person_id, **values})
    else:
        desk.session.execute(update(_TABLE).where(_TABLE.c.person_id == person_id).values(values))


def forget(session: Session, person_id: str) -> int:
    """Empty what was known of a person, as erasure must; how many rows it was."""
    full = (_TABLE.c.person_id == person_id, func.length(_TABLE.c.sealed) > 0)
    done: Any = session.execute(update(_TABLE).where(*full).values(sealed=b""))
    return int(done.rowcount)


def read(desk: Desk, person_id: str, key: bytes) -> dict[str, Any]:
    """The identity as plain JSON values; empty when nothing is known."""
    sealed = desk.session.execute(select(_TABLE.c.sealed).where(_TABLE.c.person_id == person_id)).scalar_one_or_none()
    if sealed is None:
        return {}
    known: dict[str, Any] = json.loads(desk.keys.open(key, sealed, _place(person_id)))
    return known


def known_people(desk: Desk, keys: Mapping[str, bytes]) -> dict[str, Known]:
    """Person -> what is compared of them: names, year of birth, place of origin; ``keys``: person -> key.

    For telling whether somebody who was described is one of these: what is read here goes nowhere.
    """
    found: dict[str, Known] = {}
    for people in in_few_lengths(sorted(keys)):
        query = select(_TABLE.c.person_id, _TABLE.c.sealed).where(_TABLE.c.person_id.in_(people))
        for row in desk.session.execute(query):
            found[row.person_id] = compared_of(json.loads(desk.keys.open(keys[row.person_id], row.sealed,
                                                                         _place(row.person_id))))  # fmt: skip
    return found


def compared_of(identity: Mapping[str, Any]) -> Known:
    """What of an identity is compared with another."""
    born = identity.get("birth_date")
    year = int(str(born)[:4]) if born else identity.get("birth_year")
    return Known(name_index.names_of(identity), year, identity.get("place_of_origin"))


def index_again(desk: Desk, most: int) -> int:
    """Write in the names of so many people of the desk's country who are not in the index; how many were.

    KeyMissing names whose key or identity does not open: nobody is skipped.
    """
    query = (
        select(_TABLE.c.person_id, _TABLE.c.sealed, _KEYS.c.wrapped)
        .join(_PERSON, _PERSON.c.id == _TABLE.c.person_id)
        .join(_KEYS, _KEYS.c.id == _PERSON.c.key_id)
        .where(
            _PERSON.c.country == desk.actor.country,
            _KEYS.c.wrapped != DESTROYED,
            ~name_index.indexed(_TABLE.c.person_id),
        )
        .order_by(_TABLE.c.person_id)
        .limit(most)
    )
    found = desk.session.execute(query).all()
    for row in found:
        try:
            known = json.loads(desk.keys.open(desk.keys.unwrap(row.wrapped), row.sealed, _place(row.person_id)))
        except KeyMissing as fault:
            raise KeyMissing(f"person {row.person_id}: {fault}") from None
        name_index.keep(desk, row.person_id, known)
    return len(found)


def part(desk: Desk, person_id: str, key: bytes, group: str) -> dict[str, Any] | None:
    """The fields of one data group that are known, or None when none is."""
    known = read(desk, person_id, key)
    found = {name: known[name] for name in PARTS[group] if known.get(name)}
    return found or None


def _place(person_id: str) -> bytes:
    return f"person_identity|sealed|{person_id}|1".encode()
