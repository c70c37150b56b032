"""Drafts: what somebody has typed and not sent, sealed, kept for their account alone and only for a few days.

A draft has a place: the path of the page it was typed on, with its query. `Page` shows it there by itself and forgets
it when the form has acted; rooms whose form goes over several pages use `keep`, `kept` and `forget` with a place of
theirs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite
from sqlalchemy.orm import Session

from app.access.desk import Desk
from app.access.typed import Typed
from app.kit.crypto import KeyMissing, KeyRing
from app.kit.errors import Invalid
from app.models.base import new_id
from app.models.draft import Draft
from policies.model import Drafts
from workflows.facts import Actor

__all__ = ["Kept", "found", "forget", "keep", "kept", "purge", "put"]

_LONGEST_PLACE: Final = 200
_TABLE: Final[Any] = Draft.__table__
# Every page that is looked at asks it.
_FOUND: Final = select(*_TABLE.c).where(
    _TABLE.c.user_id == bindparam("user"), _TABLE.c.place == bindparam("place"), _TABLE.c.expires_at > bindparam("now")
)
_INSERT: Final[dict[str, Callable[..., Any]]] = {
    "sqlite": insert_on_sqlite,
    "postgresql": insert_on_postgresql,
}
Fields = Mapping[str, str] | Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft: where it was typed, what, and when it was last saved."""

    place: str
    fields: Typed
    saved_at: datetime


def keep(desk: Desk, place: str, fields: Fields) -> None:
    """Keep ``fields`` (name -> text, or pairs where a name comes several times) as the actor's draft for ``place``.

    It takes the place of the draft before. Where the account has more drafts than the policies allow, the oldest goes.
    Raises Invalid if it is too large.
    """
    put(desk.session, desk.keys, desk.policies.safeguards.drafts, desk.actor, place, fields, desk.now)


def kept(desk: Desk, place: str) -> Typed | None:
    """What the actor's draft for ``place`` holds, a dict of name -> text; None if there is none."""
    draft = found(desk, place)
    return draft.fields if draft is not None else None


def found(desk: Desk, place: str) -> Kept | None:
    """The actor's draft for ``place`` with the moment it was saved.

    One whose key is gone, because the house took the key-encryption key away that wrapped it, counts as none.
    """
    row = desk.session.execute(_FOUND, {"user": desk.actor.id, "place": place, "now": desk.now}).one_or_none()
    if row is None:
        return None
    try:
        text = desk.keys.open(desk.keys.unwrap(row.wrapped), row.sealed, _aad(desk.actor.id, place))
    except KeyMissing:
        return None
    return Kept(place, Typed([(name, value) for name, value in json.loads(text)]), row.saved_at)


def forget(desk: Desk, place: str) -> None:
    """Forget the actor's draft for ``place``: it was sent, or is not wanted."""
    desk.session.execute(delete(_TABLE).where(_TABLE.c.user_id == desk.actor.id, _TABLE.c.place == place))


def put(
    session: Session, keys: KeyRing, limits: Drafts, owner: Actor, place: str, fields: Fields, now: datetime
) -> None:
    """As `keep`, for code that has no desk: a form that came after its sign-in was over."""
    pairs = list(fields.items() if isinstance(fields, Mapping) else fields)
    text = json.dumps(pairs, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    if len(text) > limits.kilobytes * 1024 or len(place) > _LONGEST_PLACE:
        raise Invalid("This is too long to be kept as a draft.", code="draft_too_large", title="Not kept.")
    plain, wrapped = keys.new_data_key()
    values = {
        "wrapped": wrapped,
        "sealed": keys.seal(plain, text, _aad(owner.id, place)),
        "saved_at": now,
        "expires_at": now + limits.kept_for,
    }
    statement = _INSERT[session.get_bind().dialect.name](_TABLE).values(
        id=new_id(), country=owner.country, user_id=owner.id, place=place, **values
    )
    session.execute(statement.on_conflict_do_update(index_elements=["user_id", "place"], set_=values))
    newest = (
        select(_TABLE.c.id)
        .where(_TABLE.c.user_id == owner.id)
        .order_by(_TABLE.c.saved_at.desc(), _TABLE.c.id)
        .limit(limits.per_account)
    )
    session.execute(delete(_TABLE).where(_TABLE.c.user_id == owner.id, _TABLE.c.id.not_in(newest)))


def purge(session: Session, now: datetime) -> int:
    """Delete the drafts whose time is over at ``now``; how many (the worker calls this)."""
    result: Any = session.execute(delete(_TABLE).where(_TABLE.c.expires_at <= now))
    return int(result.rowcount)


def _aad(user_id: str, place: str) -> bytes:
    return f"draft|sealed|{user_id}|{place}".encode("utf-8", "replace")
