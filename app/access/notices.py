"""Notices to accounts: written in the transaction of what they tell, so that nobody is told of what did not happen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import insert, select

from app.access.desk import Desk, Notable
from app.access.standing import COVERED, with_stand_ins
from app.kit.canonical import canonical_bytes
from app.models.base import new_id
from app.models.notice import Notice
from app.models.office import Office
from app.models.user import User, UserRole

_INSERT: Final = insert(Notice)
# Kind of notice -> the kind that tells the same of several things.
OF_SEVERAL: Final = {
    "transfer_asked": "transfers_asked", "transfer_answered": "transfers_answered", "transfer_ended": "transfers_ended",
}


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
    if desk.held_back is not None and kind in OF_SEVERAL:
        desk.held_back.append(Notable(tuple(told), kind, subject_kind, subject_id))
        return len(told)
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


@contextmanager
def told_once(desk: Desk) -> Iterator[None]:
    """Tell of an act on several things once, when it is over: each account has one notice of a kind, with a count.

    What is told of one alone says what it is about, as ever. Of an act that ends in an error nothing is told.
    """
    held: list[Notable] = []
    desk.held_back = held
    try:
        yield
    finally:
        desk.held_back = None
    found: dict[tuple[str, str], list[Notable]] = {}
    for each in held:
        for user_id in each.users:
            found.setdefault((user_id, each.kind), []).append(each)
    for (user_id, kind), news in found.items():
        one = news[0]
        if len(news) == 1:
            tell(desk, [user_id], kind, one.subject_kind, one.subject_id)
        else:
            tell(desk, [user_id], OF_SEVERAL[kind], f"{one.subject_kind}s", "-", {"count": len(news)})


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
