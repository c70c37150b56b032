"""Notices to accounts: written in the transaction of what they tell, so that nobody is told of what did not happen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import insert, select

from app.access.desk import Desk
from app.access.standing import COVERED, with_stand_ins
from app.kit.canonical import canonical_bytes
from app.models.base import new_id
from app.models.notice import Notice
from app.models.office import Office
from app.models.user import User, UserRole

_INSERT: Final = insert(Notice)


def tell(
    desk: Desk,
    users: Iterable[str],
    kind: str,
    subject_kind: str,
    subject_id: str,
    detail: dict[str, Any] | None = None,
) -> int:
    """Leave one notice of ``kind`` for each of ``users`` (account ids); how many accounts were told.

    ``detail`` holds ids, codes and counts only, never a name or a reason in words: a notice is read on screens
    that other people pass.
    """
    told = sorted(set(users))
    text = None if detail is None else canonical_bytes(detail).decode("utf-8")
    rows = [
        {
            "id": new_id(),
            "country": desk.actor.country,
            "user_id": user_id,
            "kind": kind,
            "subject_kind": subject_kind,
            "subject_id": subject_id,
            "detail": text,
            "at": desk.now,
            "read_at": None,
        }
        for user_id in told
    ]
    if rows:
        desk.session.execute(_INSERT, rows)
    return len(rows)


def holders(desk: Desk, permission: str, office_id: str | None = None) -> list[str]:
    """The active accounts of the desk's country whose roles hold ``permission``; of one office only, if given.

    Of an office also those who stand in there for who is away, where absence cover reaches that far.
    """
    roles = [name for name, role in desk.policies.roles.items() if permission in role.permissions]
    query = (
        select(User.id)
        .distinct()
        .join(UserRole, UserRole.user_id == User.id)
        .join(Office, Office.id == User.office_id)
        .where(User.active.is_(True), Office.country == desk.actor.country, UserRole.role.in_(sorted(roles)))
        .order_by(User.id)
    )
    if office_id is not None:
        query = query.where(User.office_id == office_id)
    found = list(desk.session.execute(query).scalars())
    if office_id is None or permission not in COVERED or not found:
        return found
    held: dict[str, set[str]] = {}
    for row in desk.session.execute(select(UserRole.user_id, UserRole.role).where(UserRole.user_id.in_(found))):
        held.setdefault(row.user_id, set()).add(row.role)
    users = {user_id: frozenset(each) for user_id, each in held.items()}
    return sorted(with_stand_ins(desk.session, users, desk.now, roles))
