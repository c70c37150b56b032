"""Drafts: what somebody has typed and not sent yet, sealed on the server, seen by nobody else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select

from app.access.desk import Desk
from app.kit.canonical import canonical_bytes
from app.models.base import new_id
from app.models.draft import Draft

LASTS: Final = timedelta(days=7)

_TABLE: Final[Any] = Draft.__table__


def keep(desk: Desk, place: str, fields: Mapping[str, str]) -> None:
    """Keep ``fields`` (name -> text typed) as the actor's draft of the page at ``place``, instead of an earlier one."""
    forget(desk, place)
    plain, wrapped = desk.keys.new_data_key()
    row = {
        "id": new_id(),
        "country": desk.actor.country,
        "user_id": desk.actor.id,
        "place": place,
        "wrapped": wrapped,
        "sealed": desk.keys.seal(plain, canonical_bytes(dict(fields)), _bound(desk, place)),
        "saved_at": desk.now,
        "expires_at": desk.now + LASTS,
    }
    desk.session.execute(insert(_TABLE), row)


def kept(desk: Desk, place: str) -> dict[str, str] | None:
    """The actor's draft of the page at ``place``; None if there is none, or none any more."""
    query = select(_TABLE.c.wrapped, _TABLE.c.sealed).where(*_mine(desk, place), _TABLE.c.expires_at > desk.now)
    row = desk.session.execute(query).one_or_none()
    if row is None:
        return None
    fields: dict[str, str] = json.loads(desk.keys.open(desk.keys.unwrap(row.wrapped), row.sealed, _bound(desk, place)))
    return fields


def forget(desk: Desk, place: str) -> None:
    """Delete the actor's draft of the page at ``place``: it was sent, or is not wanted."""
    desk.session.execute(delete(_TABLE).where(*_mine(desk, place)))


def _mine(desk: Desk, place: str) -> tuple[Any, ...]:
    return (_TABLE.c.user_id == desk.actor.id, _TABLE.c.place == place)


def _bound(desk: Desk, place: str) -> bytes:
    return f"draft|sealed|{desk.actor.id}|{place}".encode()
