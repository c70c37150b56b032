"""Working lists: filters of the list of cases under a name of one's own, seen by nobody else, with their counts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, delete, insert, update

from app.access.desk import Desk
from app.access.log import looked
from app.cases import list_queries, listing, saved_queries
from app.cases.saved_queries import TABLE
from app.cases.saved_schemas import SavedIn, SavedListOut, SavedListsOut
from app.casework import case_list
from app.casework.reach import SEEING
from app.kit.canonical import canonical_bytes
from app.kit.crypto import KeyMissing
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.fields import at_field
from app.kit.words import mark
from app.models.base import is_id, new_id

LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Saved:
    """A list of the actor's own: its name, what it is narrowed to, and where it leads."""

    id: str
    name: str
    said: dict[str, str]

    @property
    def path(self) -> str:
        """The address of the list."""
        return listing.address(self.said)


def own(desk: Desk) -> list[Saved]:
    """The lists of the actor's own, the oldest first. One whose key is gone counts as none."""
    opened = (_opened(desk, row) for row in saved_queries.own(desk))
    return [each for each in opened if each is not None]


def counted(desk: Desk) -> list[tuple[Saved, int | None]]:
    """Each with how many cases within reach it leaves now; None where its filters are no more. The look is noted."""
    found = own(desk)
    if not found:
        return []
    values = listing.values_of(desk, list_queries.offices(desk, SEEING))
    counts = [(each, _count(desk, each.said, values)) for each in found]
    looked(desk, "cases_counted", "case", "-", {"lists": len(found)})
    return counts


def listed(desk: Desk) -> SavedListsOut:
    """The lists of the actor's own with their counts."""
    return SavedListsOut(items=[_out(each, count) for each, count in counted(desk)])


def save(desk: Desk, body: SavedIn) -> SavedListOut:
    """Keep filters under a name.

    Invalid (422) for no name, one that is taken or too long, and filters that do not exist. Conflict when the account
    has as many lists as the policies allow.
    """
    values = listing.values_of(desk, list_queries.offices(desk, SEEING))
    try:
        listing.filter_of(body.filters, values)
    except NotFound:
        raise _unfit("filters", mark("These filters do not exist.")) from None
    held = own(desk)
    name = _free(body.name, held)
    most = desk.policies.safeguards.working_lists_at_most
    if len(held) >= most:
        raise Conflict("You have as many working lists as there can be. Delete one first.", code="lists_full")
    list_id = new_id()
    plain, wrapped = desk.keys.new_data_key()
    row = {
        "id": list_id, "country": desk.actor.country, "user_id": desk.actor.id, "wrapped": wrapped,
        "sealed": desk.keys.seal(plain, name.encode(), _place(list_id)),
        "filters": canonical_bytes(dict(body.filters)).decode(), "made_at": desk.now,
    }  # fmt: skip
    desk.session.execute(insert(TABLE), row)
    saved = Saved(list_id, name, dict(body.filters))
    return _out(saved, _count(desk, saved.said, values))


def rename(desk: Desk, list_id: str, name: str) -> SavedListOut:
    """Give a list of the actor's own another name. NotFound for any other, Invalid as `save`."""
    held = own(desk)
    saved = _one(held, list_id)
    name = _free(name, [each for each in held if each.id != list_id])
    key = desk.keys.unwrap(saved_queries.wrapped_of(desk, list_id))
    sealed = desk.keys.seal(key, name.encode(), _place(list_id))
    desk.session.execute(update(TABLE).where(TABLE.c.id == list_id).values(sealed=sealed))
    values = listing.values_of(desk, list_queries.offices(desk, SEEING))
    return _out(Saved(list_id, name, saved.said), _count(desk, saved.said, values))


def remove(desk: Desk, list_id: str) -> None:
    """Delete a list of the actor's own; the cases stay as they are. NotFound for any other."""
    _one(own(desk), list_id)
    desk.session.execute(delete(TABLE).where(TABLE.c.id == list_id, TABLE.c.user_id == desk.actor.id))


def removed(desk: Desk, list_id: str) -> SavedListsOut:
    """As `remove`; the lists that are left."""
    remove(desk, list_id)
    return listed(desk)


def _one(held: list[Saved], list_id: str) -> Saved:
    found = next((each for each in held if each.id == list_id), None) if is_id(list_id) else None
    if found is None:
        raise NotFound()
    return found


def _free(name: str, others: list[Saved]) -> str:
    name = " ".join(name.split())
    if not name:
        raise _unfit("name", mark("Give the list a name."))
    if len(name) > LONGEST:
        raise _unfit("name", mark("This name is too long. Use at most 60 characters."))
    if name.casefold() in {each.name.casefold() for each in others}:
        raise _unfit("name", mark("You have a list of this name already."))
    return name


def _count(desk: Desk, said: Mapping[str, str], values: Mapping[str, tuple[str, ...]]) -> int | None:
    try:
        return case_list.count(desk, SEEING, listing.filter_of(said, values))
    except NotFound:
        return None


def _opened(desk: Desk, row: Row[Any]) -> Saved | None:
    try:
        name = desk.keys.open(desk.keys.unwrap(row.wrapped), row.sealed, _place(row.id)).decode()
    except KeyMissing:
        return None
    return Saved(row.id, name, json.loads(row.filters))


def _place(list_id: str) -> bytes:
    return f"saved_list|sealed|{list_id}".encode()


def _out(saved: Saved, count: int | None) -> SavedListOut:
    return SavedListOut(id=saved.id, name=saved.name, filters=saved.said, count=count)


def _unfit(field: str, sentence: str) -> Invalid:
    return Invalid("This list cannot be kept.", extra=at_field(field, sentence))
