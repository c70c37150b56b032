"""Working lists: filters of the list of cases under a name, for oneself or for one's office, with their counts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Row, delete, insert, update

from app.access.desk import Desk
from app.access.log import looked
from app.access.may import must, permitted
from app.cases import list_queries, listing, saved_queries
from app.cases.saved_queries import TABLE, within
from app.cases.saved_schemas import SavedIn, SavedListOut, SavedListsOut
from app.casework import case_list
from app.casework.reach import SEEING
from app.kit.canonical import canonical_bytes
from app.kit.crypto import KeyMissing
from app.kit.csv_text import cell
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.fields import at_field
from app.kit.words import mark
from app.models.base import is_id, new_id

LONGEST: Final = 60
# What shows nothing and yet belongs to words in Khmer, Burmese and other scripts: where they may break, how they join.
BREAKS: Final = frozenset("\u200b\u200c\u200d")
SHARE: Final = "list:share"
TEND: Final = "list:tend"


@dataclass(frozen=True, slots=True)
class Saved:
    """A list the actor has: its name, what it is narrowed to, and where it leads.

    mine: the actor made it; shared: everybody of the office has it, each with what they reach; changeable: the actor
    may rename and delete it; maker: who made it.
    """

    id: str
    name: str
    said: dict[str, str]
    mine: bool = True
    shared: bool = False
    changeable: bool = True
    maker: str = ""

    @property
    def path(self) -> str:
        """The address of the list."""
        return listing.address(self.said)


def held(desk: Desk) -> list[Saved]:
    """The lists of the actor's own, then those the office shares. One whose key is gone counts as none."""
    tends = permitted(desk, TEND)
    opened = (_opened(desk, row, tends) for row in saved_queries.seen(desk))
    return [each for each in opened if each is not None]


def counted(desk: Desk) -> list[tuple[Saved, int | None]]:
    """Each with how many cases within reach it leaves now; None where its filters are no more. The look is noted."""
    found = held(desk)
    if not found:
        return []
    values = listing.values_of(desk, list_queries.offices(desk, SEEING))
    counts = [(each, _count(desk, each.said, values)) for each in found]
    looked(desk, "cases_counted", "case", "-", {"lists": len(found)})
    return counts


def listed(desk: Desk) -> SavedListsOut:
    """The lists the actor has, with their counts."""
    return SavedListsOut(items=[_out(each, count) for each, count in counted(desk)])


def save(desk: Desk, body: SavedIn) -> SavedListOut:
    """Keep filters under a name, for oneself or for the office.

    Invalid (422) for no name, one that is taken or does not fit, and filters that do not exist. Forbidden to share
    without the right to. Conflict when the account or the office has as many lists as the policies allow.
    """
    values = listing.values_of(desk, list_queries.offices(desk, SEEING))
    try:
        listing.filter_of(body.filters, values)
    except NotFound:
        raise _unfit("filters", mark("These filters do not exist.")) from None
    there = held(desk)
    name = _free(body.name, _beside(there, shared=body.shared))
    _room_for(desk, there, shared=body.shared)
    list_id = new_id()
    plain, wrapped = desk.keys.new_data_key()
    row = {
        "id": list_id, "country": desk.actor.country, "user_id": desk.actor.id, "wrapped": wrapped,
        "office_id": desk.office_id if body.shared else None,
        "sealed": desk.keys.seal(plain, name.encode(), _place(list_id)),
        "filters": canonical_bytes(dict(body.filters)).decode(), "made_at": desk.now,
    }  # fmt: skip
    desk.session.execute(insert(TABLE), row)
    if body.shared:
        _noted(desk, "shared", list_id)
    saved = Saved(list_id, name, dict(body.filters), shared=body.shared)
    return _out(saved, _count(desk, saved.said, values))


def rename(desk: Desk, list_id: str, name: str) -> SavedListOut:
    """Give a list another name. NotFound for one the actor does not have, Forbidden for one that others tend."""
    there = held(desk)
    saved = _changeable(desk, there, list_id)
    name = _free(name, _beside([each for each in there if each.id != list_id], shared=saved.shared))
    key = desk.keys.unwrap(saved_queries.wrapped_of(desk, list_id))
    sealed = desk.keys.seal(key, name.encode(), _place(list_id))
    desk.session.execute(update(TABLE).where(TABLE.c.id == list_id, within(desk)).values(sealed=sealed))
    if saved.shared:
        _noted(desk, "renamed", list_id)
    return _counted_now(desk, replace(saved, name=name))


def share(desk: Desk, list_id: str, shared: bool) -> SavedListOut:
    """Let the office share a list of the actor's own, or have it for oneself again: its maker alone does either.

    NotFound for one the actor does not have, Forbidden for a colleague's or without the right to share, Invalid and
    Conflict as `save`.
    """
    there = held(desk)
    saved = _one(there, list_id)
    if not saved.mine:
        raise _not_theirs()
    if saved.shared != shared:
        _free(saved.name, _beside(there, shared=shared))
        _room_for(desk, there, shared=shared)
        values = {"office_id": desk.office_id if shared else None}
        desk.session.execute(update(TABLE).where(TABLE.c.id == list_id, within(desk)).values(**values))
        _noted(desk, "shared" if shared else "taken_back", list_id)
    return _counted_now(desk, replace(saved, shared=shared))


def remove(desk: Desk, list_id: str) -> None:
    """Delete a list; the cases stay as they are. NotFound and Forbidden as `rename`."""
    saved = _changeable(desk, held(desk), list_id)
    desk.session.execute(delete(TABLE).where(TABLE.c.id == list_id, within(desk)))
    if saved.shared:
        _noted(desk, "deleted", list_id)


def removed(desk: Desk, list_id: str) -> SavedListsOut:
    """As `remove`; the lists that are left."""
    remove(desk, list_id)
    return listed(desk)


def _noted(desk: Desk, what: str, list_id: str) -> None:
    """What becomes of the lists of an office is noted: colleagues work by them."""
    looked(desk, "working_list_changed", "saved_list", list_id, {"what": what})


def _room_for(desk: Desk, there: list[Saved], *, shared: bool) -> None:
    rules = desk.policies.safeguards
    if shared:
        must(desk, SHARE)
        if len(_beside(there, shared=True)) >= rules.shared_lists_at_most:
            raise Conflict("Your office shares as many working lists as there can be.", code="lists_full")
    elif len(_beside(there, shared=False)) >= rules.working_lists_at_most:
        raise Conflict("You have as many working lists as there can be. Delete one first.", code="lists_full")


def _beside(there: list[Saved], *, shared: bool) -> list[Saved]:
    return [each for each in there if each.shared == shared]


def _changeable(desk: Desk, there: list[Saved], list_id: str) -> Saved:
    saved = _one(there, list_id)
    if not saved.changeable:
        raise _not_theirs()
    return saved


def _not_theirs() -> Forbidden:
    return Forbidden(
        "A colleague shares this list. Only who made it, or a supervisor of the office, changes it.",
        code="list_of_a_colleague",
    )


def _counted_now(desk: Desk, saved: Saved) -> SavedListOut:
    values = listing.values_of(desk, list_queries.offices(desk, SEEING))
    return _out(saved, _count(desk, saved.said, values))


def _one(there: list[Saved], list_id: str) -> Saved:
    found = next((each for each in there if each.id == list_id), None) if is_id(list_id) else None
    if found is None:
        raise NotFound()
    return found


def _free(name: str, others: list[Saved]) -> str:
    name = " ".join(name.split())
    if not name.strip("".join(BREAKS)):
        raise _unfit("name", mark("Give the list a name."))
    if len(name) > LONGEST:
        raise _unfit("name", mark("This name is too long. Use at most 60 characters."))
    if cell(name) != "".join(letter for letter in name if letter not in BREAKS):
        raise _unfit("name", mark("Begin the name with a letter or a number, and use visible characters only."))
    if name.casefold() in {each.name.casefold() for each in others}:
        raise _unfit("name", mark("There is a list of this name already."))
    return name


def _count(desk: Desk, said: Mapping[str, str], values: Mapping[str, tuple[str, ...]]) -> int | None:
    try:
        return case_list.count(desk, SEEING, listing.filter_of(said, values))
    except NotFound:
        return None


def _opened(desk: Desk, row: Row[Any], tends: bool) -> Saved | None:
    try:
        name = desk.keys.open(desk.keys.unwrap(row.wrapped), row.sealed, _place(row.id)).decode()
    except KeyMissing:
        return None
    mine = row.user_id == desk.actor.id
    return Saved(
        row.id, name, json.loads(row.filters), mine=mine, shared=row.office_id is not None,
        changeable=mine or tends, maker=row.maker,
    )


def _place(list_id: str) -> bytes:
    return f"saved_list|sealed|{list_id}".encode()


def _out(saved: Saved, count: int | None) -> SavedListOut:
    return SavedListOut(
        id=saved.id, name=saved.name, filters=saved.said, count=count, shared=saved.shared,
        changeable=saved.changeable,
    )


def _unfit(field: str, sentence: str) -> Invalid:
    return Invalid("This list cannot be kept.", extra=at_field(field, sentence))
