"""The blind index of names: digests under the house's own key, by which a name is found that is not opened.

What is looked up is no name but its sound (app/casework/spelling), so spellings meet. What is found is only a
candidate: whoever may uncover the names compares them.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, delete, exists, func, insert, literal_column, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import Desk
from app.casework import records
from app.casework.spelling.name import keys_of
from app.kit.lists import at_most, in_few_lengths
from app.models.case import Case
from app.models.name_index import IndexKey, NameKey
from app.models.person import DataKey, Person

__all__ = [
    "MARK", "RULE", "Met", "blinder", "digests", "everybody_is_in", "forget", "indexed", "keep", "meeting", "names_of",
    "somebody_is_missing", "with_names",
]  # fmt: skip

NAME: Any = NameKey.__table__
_INDEX_KEY: Any = IndexKey.__table__
_KEYS: Any = DataKey.__table__
_CASE: Any = Case.__table__
_PERSON: Any = Person.__table__
# Raise the number when the keys of a name change: `waymark rebuild-index` writes everybody in again.
RULE: Final = 1
MARK: Final = f"={RULE}"
# Five hexadecimal letters, a million values: a house of ten thousand people has dozens of them twice.
_LETTERS: Final = 5


@dataclass(frozen=True, slots=True)
class Met:
    """Cases (ids) whose people meet a name; ``whole``: everybody is in the index, so that nobody else could."""

    cases: list[str]
    whole: bool


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
    return _digested(_secret(desk), keys) if keys else frozenset()


def meeting(desk: Desk, names: Iterable[str], cases: Select[Any], most: int, *, thin: bool = False) -> Met:
    """Of ``cases`` (a query on cases within the actor's reach) those whose people meet a name in the index.

    Those that share most digests with it come first, the newest of them before others; ``most`` of them at most.
    The index is asked as the house: on PostgreSQL row security would look at every person of the country that meets
    the name, with a query for each, before it lets the reach decide. What comes back are ids of cases within the
    reach; whoever reads more by them reads it as the actor.
    """
    keys = keys_of(*names, thin=thin)
    if not keys:
        return Met([], True)
    secret = _secret(desk)
    with rows.as_the_house(desk.session, desk.actor.country):
        found: list[str] = []
        for looked_up in in_few_lengths(sorted(_digested(secret, keys))):
            people = select(NAME.c.person_id, func.count().label("shared")).where(NAME.c.digest.in_(looked_up))
            met = people.group_by(NAME.c.person_id).cte("met").prefix_with("MATERIALIZED", dialect="postgresql")
            query = _of_people(desk, cases, met)
            found += desk.session.execute(query.limit(at_most(most))).scalars()
        return Met(list(dict.fromkeys(found))[:most], _is_whole(desk))


def _of_people(desk: Desk, cases: Select[Any], met: Any) -> Select[Any]:
    """The ids of those of ``cases`` whose people were met, best met first: for each person their cases, not the other
    way round.

    PostgreSQL takes what passes a wall for a handful of rows and would begin with the cases of the whole country.
    """
    if desk.session.get_bind().dialect.name != "postgresql":
        joined = cases.with_only_columns(_CASE.c.id).join(met, met.c.person_id == _CASE.c.person_id)
        return joined.order_by(met.c.shared.desc(), _CASE.c.opened_at.desc(), _CASE.c.id)
    inner = cases.with_only_columns(_CASE.c.id, _CASE.c.opened_at).where(_CASE.c.person_id == met.c.person_id)
    theirs = inner.correlate(met).offset(literal_column("0")).lateral("theirs")
    query = select(theirs.c.id).select_from(met.join(theirs, true()))
    return query.order_by(met.c.shared.desc(), theirs.c.opened_at.desc(), theirs.c.id)


def _digested(secret: bytes, keys: Iterable[str]) -> frozenset[str]:
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


def everybody_is_in(desk: Desk) -> None:
    """Note that everybody of the desk's country is written in under the present rule, as `rebuild-index` found."""
    with rows.as_the_house(desk.session, desk.actor.country):
        mine = update(_INDEX_KEY).where(_INDEX_KEY.c.country == desk.actor.country)
        desk.session.execute(mine.values(rule=RULE))


def somebody_is_missing(session: Session) -> None:
    """Note for every country that somebody may not be in the index; the session must reach everything."""
    session.execute(update(_INDEX_KEY).values(rule=None))


def with_names(desk: Desk, people: Collection[str]) -> set[str]:
    """Those of some people under whose id a name was written in."""
    found: set[str] = set()
    for wanted in in_few_lengths(sorted(set(people))):
        query = select(NAME.c.person_id).where(NAME.c.person_id.in_(wanted), NAME.c.digest != MARK)
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
                row["rule"] = _first_rule(desk)
                desk.session.execute(insert(_INDEX_KEY), row)
            return key
        except IntegrityError:
            # Somebody else's first name was a moment earlier; theirs is the key.
            known = _known_secret(desk)
            if known is None:
                raise
            return known


def _first_rule(desk: Desk) -> int | None:
    """The rule of an index that begins: whoever comes is written in, so it is whole where nobody came before now."""
    before = (_PERSON.c.country == desk.actor.country, _PERSON.c.created_at < desk.now)
    somebody = select(_PERSON.c.id).where(*before).limit(1)
    return RULE if desk.session.execute(somebody).one_or_none() is None else None


def _is_whole(desk: Desk) -> bool:
    query = select(_INDEX_KEY.c.rule).where(_INDEX_KEY.c.country == desk.actor.country)
    return (desk.session.execute(query).scalar_one_or_none() or 0) >= RULE


def _known_secret(desk: Desk) -> bytes | None:
    query = (
        select(_KEYS.c.wrapped)
        .join(_INDEX_KEY, _INDEX_KEY.c.key_id == _KEYS.c.id)
        .where(_INDEX_KEY.c.country == desk.actor.country)
    )
    wrapped = desk.session.execute(query).scalar_one_or_none()
    return desk.keys.unwrap(wrapped) if wrapped is not None else None
