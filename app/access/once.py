"""A repeated request repeats the answer, not the effect: answers are kept with it, sealed, for a day."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite
from sqlalchemy.orm import Session

from app.access.desk import Desk
from app.kit.crypto import KeyMissing, KeyRing
from app.kit.errors import BadRequest, Invalid
from app.models.idempotency import IdempotencyKey

KEPT: Final = timedelta(hours=24)

_KEY: Final = re.compile(r"[\x21-\x7e]{1,128}")
_TABLE: Final[Any] = IdempotencyKey.__table__
# The claim waits at the unique index while another transaction holds the same key, and sees its outcome.
_CLAIM: Final = {
    "sqlite": insert_on_sqlite(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.key),
    "postgresql": insert_on_postgresql(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.key),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: HTTP status, body bytes and, where the thing has one, its new version."""

    status: int
    body: bytes
    version: int | None


def checked_key(key: str | None) -> str:
    """The Idempotency-Key as sent; BadRequest (400) if it is missing or not 1 to 128 visible letters."""
    if key is None:
        raise BadRequest(
            "Send an Idempotency-Key header: a fresh random value for each act, the same for its retries.",
            code="idempotency_key_missing",
            title="This request needs an Idempotency-Key.",
        )
    if not _KEY.fullmatch(key):
        raise BadRequest(
            "The Idempotency-Key must be 1 to 128 visible ASCII characters.",
            code="idempotency_key_malformed",
            title="This Idempotency-Key cannot be used.",
        )
    return key


def claim(desk: Desk, key: str, fingerprint: str) -> Answer | None:
    """Take ``key`` for the desk's actor, or return the answer already given to the same request.

    ``fingerprint``: SHA-256 (hex) of method, path and body. The row appears in the desk's transaction, so it
    stays only if the effect does. Raises Invalid (422) if the key was used for another request.
    """
    statement = _CLAIM[desk.session.get_bind().dialect.name]
    row = {"user_id": desk.actor.id, "key": key, "fingerprint": fingerprint, "created_at": desk.now}
    where = (_TABLE.c.user_id == desk.actor.id, _TABLE.c.key == key)
    for _ in range(2):
        if desk.session.execute(statement, row).first() is not None:
            return None
        earlier = desk.session.execute(select(*_TABLE.c).where(*where)).one()
        if earlier.created_at > desk.now - KEPT:
            break
        desk.session.execute(delete(_TABLE).where(*where, _TABLE.c.created_at == earlier.created_at))
    if earlier.fingerprint != fingerprint:
        raise Invalid(
            "This Idempotency-Key was used for another request. Take a fresh one for a new act.",
            code="idempotency_key_reused",
            title="One Idempotency-Key, two different requests.",
        )
    body = desk.keys.open(desk.keys.unwrap(earlier.data_key), earlier.answer, _aad(desk, key))
    return Answer(earlier.status, body, earlier.version)


def store(desk: Desk, key: str, answer: Answer) -> None:
    """Keep ``answer`` beside its effect, sealed under a key of its own: it may hold a person's data."""
    data_key, wrapped = desk.keys.new_data_key()
    desk.session.execute(
        update(_TABLE)
        .where(_TABLE.c.user_id == desk.actor.id, _TABLE.c.key == key)
        .values(
            status=answer.status,
            version=answer.version,
            data_key=wrapped,
            answer=desk.keys.seal(data_key, answer.body, _aad(desk, key)),
        )
    )


def purge(session: Session, now: datetime) -> int:
    """Forget answers older than a day at ``now``; the number of rows that went (the worker calls this)."""
    result: Any = session.execute(delete(_TABLE).where(_TABLE.c.created_at <= now - KEPT))
    return int(result.rowcount)


def forget_naming(session: Session, keys: KeyRing, names: Iterable[str]) -> int:
    """Forget every answer that holds one of ``names``, as erasure must; how many.

    The session must see the answers of every account. One that does not open any more tells nothing, and stays.
    """
    wanted = tuple(name.encode() for name in names)
    query = select(_TABLE.c.user_id, _TABLE.c.key, _TABLE.c.data_key, _TABLE.c.answer)
    found = []
    for row in session.execute(query.where(_TABLE.c.answer.is_not(None))).all():
        try:
            body = keys.open(keys.unwrap(row.data_key), row.answer, _place(row.user_id, row.key))
        except KeyMissing:
            continue
        if any(name in body for name in wanted):
            found.append((row.user_id, row.key))
    for user_id, key in found:
        session.execute(delete(_TABLE).where(_TABLE.c.user_id == user_id, _TABLE.c.key == key))
    return len(found)


def _aad(desk: Desk, key: str) -> bytes:
    return _place(desk.actor.id, key)


def _place(user_id: str, key: str) -> bytes:
    return f"idempotency_key|answer|{user_id}|{key}".encode()
