"""The blind index of names: digests under the house's own key, by which a name is found that is not opened.

What is looked up is no name but its sound (app/casework/spelling), so spellings meet. What is found is only a
candidate: whoever may uncover the names compares them.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, delete, exists, insert, select
from sqlalchemy.exc import IntegrityError

from app.access import rows
from app.access.desk import Desk
from app.casework import records
from app.casework.spelling.name import keys_of
from app.models.name_index import IndexKey, NameKey
from app.models.person import DataKey

__all__ = ["MARK", "blinder", "digests", "forget", "indexed", "keep", "meeting", "names_of", "with_names"]

NAME: Any = NameKey.__table__
_INDEX_KEY: Any = IndexKey.__table__
_KEYS: Any = DataKey.__table__
# Raise the number when the keys of a name change: `waymark rebuild-index` writes everybody in again.
MARK: Final = "=1"
# Five hexadecimal letters, a million values: a house of ten thousand people has dozens of them twice.
_LETTERS: Final = 5
_AT_ONCE: Final = 400


def names_of(identity: Mapping[str, Any]) -> tuple[str, ...]:
    """Every name an identity tells, by its parts."""
    told = (identity.get("given_names"), identity.get("family_name"), *(identity.get("other_names") or ()))
    return tuple(name for name in told if name)


def keep(desk: Desk, person_id: str, identity: Mapping[str, Any]) -> None:
    """Write a person in under the names of ``identity``, and under no others."""
    forget(desk, person_id)
    given, family, others = identity.get("given_names"), identity.get("family_name"), identity.get("other_names") or ()
    lines = [[name for name in (given, family) if name], *([other] for other in others)]
    found = {MARK}.union(*(digests(desk, line, thin=True) for line in lines))
    desk.session.execute(insert(NAME), [{"person_id": person_id, "digest": each} for each in sorted(found)])


def forget(desk: Desk, person_id: str) -> None:
    """Take a person out of the index, as erasure must."""
    desk.session.execute(delete(NAME).where(NAME.c.person_id == person_id))


def digests(desk: Desk, names: Iterable[str], *, thin: bool = False) -> frozenset[str]:
    """The digests under which a name is looked up; none for what holds no name. ``thin``: see `keys_of`."""
    keys = keys_of(*names, thin=thin)
    if not keys:
        return frozenset()
    secret = _secret(desk)
    return frozenset(hmac.new(secret, f"name|{key}".encode(), hashlib.sha256).hexdigest()[:_LETTERS] for key in keys)


def blinder(desk: Desk) -> Callable[[str, str], str]:
    """What makes keyed digests (hex) of texts under the country's own key: found again by them, without being kept.

    It takes a word that keeps digests of one use apart from those of another, and the text.
    """
    secret = _secret(desk)
    return lambda purpose, text: hmac.new(secret, f"{purpose}|{text}".encode(), hashlib.sha256).hexdigest()


def indexed(person: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a person was written in under the present rule."""
    return exists().where(NAME.c.person_id == person, NAME.c.digest == MARK)


def meeting(looked_up: Collection[str]) -> Select[Any]:
    """The ids of the people who meet any of the digests looked up: a query to filter by."""
    return select(NAME.c.person_id).where(NAME.c.digest.in_(sorted(looked_up)))


def with_names(desk: Desk, people: Collection[str]) -> set[str]:
    """Those of some people under whose id a name was written in."""
    found: set[str] = set()
    wanted = sorted(set(people))
    for begin in range(0, len(wanted), _AT_ONCE):
        query = select(NAME.c.person_id).where(
            NAME.c.person_id.in_(wanted[begin : begin + _AT_ONCE]), NAME.c.digest != MARK
        )
        found |= set(desk.session.execute(query.distinct()).scalars())
    return found


def _secret(desk: Desk) -> bytes:
    """The key of this country's index, made when it is first needed; nobody's permission reaches it."""
    with rows.as_the_house(desk.session, desk.actor.country):
        known = _known_secret(desk)
        if known is not None:
            return known
        try:
            with desk.session.begin_nested():
                key_id, key = records.new_key(desk)
                row = {"country": desk.actor.country, "key_id": key_id, "created_at": desk.now}
                desk.session.execute(insert(_INDEX_KEY), row)
            return key
        except IntegrityError:
            # Somebody else's first name was a moment earlier; theirs is the key.
            known = _known_secret(desk)
            if known is None:
                raise
            return known


def _known_secret(desk: Desk) -> bytes | None:
    query = (
        select(_KEYS.c.wrapped)
        .join(_INDEX_KEY, _INDEX_KEY.c.key_id == _KEYS.c.id)
        .where(_INDEX_KEY.c.country == desk.actor.country)
    )
    wrapped = desk.session.execute(query).scalar_one_or_none()
    return desk.keys.unwrap(wrapped) if wrapped is not None else None
