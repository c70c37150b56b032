"""The only reader and writer of who a person is; every reading by a human goes through a logged reveal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

from pydantic import Field
from sqlalchemy import insert, select, update

from app.access.desk import Desk
from app.casework.forms import CodeCheck, Coded, Form, Long, Short, validated
from app.casework.name_match import parts_of
from app.kit.canonical import canonical_bytes
from app.models.identity import PersonIdentity
from policies.model import Policies

_TABLE: Any = PersonIdentity.__table__
# Ids in one statement; engines have a limit.
_AT_ONCE: Final = 400
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
    sealed = desk.keys.seal(key, canonical_bytes(identity), _place(person_id))
    known = desk.session.execute(select(_TABLE.c.person_id).where(_TABLE.c.person_id == person_id)).one_or_none()
    values = {"sealed": sealed, "source": source, "changed_at": desk.now}
    if known is None:
        desk.session.execute(insert(_TABLE), {"person_id": person_id, **values})
    else:
        desk.session.execute(update(_TABLE).where(_TABLE.c.person_id == person_id).values(values))


def read(desk: Desk, person_id: str, key: bytes) -> dict[str, Any]:
    """The identity as plain JSON values; empty when nothing is known."""
    sealed = desk.session.execute(select(_TABLE.c.sealed).where(_TABLE.c.person_id == person_id)).scalar_one_or_none()
    if sealed is None:
        return {}
    known: dict[str, Any] = json.loads(desk.keys.open(key, sealed, _place(person_id)))
    return known


def name_parts(desk: Desk, keys: Mapping[str, bytes]) -> dict[str, frozenset[str]]:
    """Person -> the parts of every name known of them, in the form names are compared in; ``keys``: person -> key.

    For telling whether a name that somebody typed is one of these: the names themselves go nowhere.
    """
    found: dict[str, frozenset[str]] = {}
    people = sorted(keys)
    for begin in range(0, len(people), _AT_ONCE):
        query = select(_TABLE.c.person_id, _TABLE.c.sealed).where(
            _TABLE.c.person_id.in_(people[begin : begin + _AT_ONCE])
        )
        for row in desk.session.execute(query):
            known = json.loads(desk.keys.open(keys[row.person_id], row.sealed, _place(row.person_id)))
            names = (known.get("given_names"), known.get("family_name"), *(known.get("other_names") or ()))
            found[row.person_id] = parts_of(*(name for name in names if name))
    return found


def part(desk: Desk, person_id: str, key: bytes, group: str) -> dict[str, Any] | None:
    """The fields of one data group that are known, or None when none is."""
    known = read(desk, person_id, key)
    found = {name: known[name] for name in PARTS[group] if known.get(name)}
    return found or None


def _place(person_id: str) -> bytes:
    return f"person_identity|sealed|{person_id}|1".encode()
