"""In whose office somebody stands in now, and who stands in there: absence cover does not end at an office door.

What waits for an office, and for nobody of it by name, would wait for one who is away. Whoever stands in for a
colleague of another office of the same organisation has it too, in the roles they share, while the absence lasts and no
longer. One who is away themselves is followed to whoever stands in for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from app.models.office import Office
from app.models.user import User, UserRole
from app.models.walls import Deputy
from policies.model import Policies, Scope
from workflows.facts import Actor

# The permissions that cover reaches: what an office is asked and answers. No case is opened by it.
COVERED: Final = frozenset(
    {
        "task:read", "shelter:read", "shelter:answer", "service:read", "service:answer", "transfer:read",
        "transfer:answer", "operation:answer", "tip:record", "tip:triage", "claim:read", "fund:approve",
        "fund:pay",
    }
)
_WIDE: Final = frozenset({Scope.OFFICE, Scope.ORGANISATION, Scope.COUNTRY})
_ABSENT: Final = User.__table__.alias("absent")
_THEIRS: Final = Office.__table__.alias("absent_office")
_HELD: Final = UserRole.__table__.alias("absent_role")


class Whoever(Protocol):
    """What this module needs of a desk."""

    session: Session
    actor: Actor
    office_id: str
    policies: Policies
    now: datetime
    standing: tuple[StandIn, ...] | None


@dataclass(frozen=True, slots=True)
class StandIn:
    """An office in which somebody stands in now, and in which roles: those they share with who is away."""

    office_id: str
    office: str
    roles: frozenset[str]


def standing_of(session: Session, who: Actor, office_id: str, now: datetime) -> tuple[StandIn, ...]:
    """The other offices in which ``who`` (of the office ``office_id``) stands in at ``now``."""
    if who.system:
        return ()
    found: dict[tuple[str, str], set[str]] = {}
    # Account -> the roles in which it is stood in for: each once, so that two who stand in for each other end it.
    known: dict[str, frozenset[str]] = {who.id: who.roles}
    newest = dict(known)
    while newest:
        shared: dict[str, set[str]] = {}
        for row in session.execute(_away(newest, who.organisation, now)):
            if row.role in newest[row.deputy_id] and row.user_id not in known:
                shared.setdefault(row.user_id, set()).add(row.role)
                if row.office_id != office_id:
                    found.setdefault((row.office_id, row.code), set()).add(row.role)
        newest = {user_id: frozenset(roles) for user_id, roles in shared.items()}
        known |= newest
    return tuple(StandIn(office, code, frozenset(roles)) for (office, code), roles in sorted(found.items()))


def standing(desk: Whoever) -> tuple[StandIn, ...]:
    """The same for the actor of ``desk``, asked once."""
    if desk.standing is None:
        desk.standing = standing_of(desk.session, desk.actor, desk.office_id, desk.now)
    return desk.standing


def offices(desk: Whoever, permission: str) -> list[str]:
    """The row ids of the offices in which the actor does ``permission`` now: the own one, and where they stand in.

    ``permission``: one that the actor holds for the own office at least.
    """
    return sorted({desk.office_id, *(each.office_id for each in standing(desk) if covers(desk, each, permission))})


@contextmanager
def acting(desk: Whoever, office_id: str) -> Iterator[None]:
    """Let the actor act inside the block for the office of that row id, where they stand in; the history names them."""
    before = desk.actor
    codes = {each.office for each in standing(desk) if each.office_id == office_id}
    desk.actor = replace(before, stands_in=frozenset(codes))
    try:
        yield
    finally:
        desk.actor = before


def covers(desk: Whoever, stand_in: StandIn, permission: str) -> bool:
    """Whether ``permission`` reaches what is of that office, in the roles shared with who is away."""
    return permission in COVERED and bool(desk.policies.scope_for(stand_in.roles, permission) & _WIDE)


def with_stand_ins(
    session: Session, users: Mapping[str, frozenset[str]], now: datetime, roles: Iterable[str]
) -> set[str]:
    """``users`` (account -> its roles) and who stands in for them at ``now`` in one of ``roles``, to the end."""
    found = {user_id: held & frozenset(roles) for user_id, held in users.items()}
    newest = dict(found)
    while newest:
        told: dict[str, set[str]] = {}
        for row in session.execute(_instead(newest, now)):
            if row.role in newest[row.user_id] and row.deputy_id not in found:
                told.setdefault(row.deputy_id, set()).add(row.role)
        newest = {user_id: frozenset(held) for user_id, held in told.items()}
        found |= newest
    return set(found)


def in_force(now: datetime) -> ColumnElement[bool]:
    """Whether a row of `Deputy` holds at ``now``."""
    return and_(Deputy.ended_at.is_(None), Deputy.since <= now, Deputy.until > now)


def at_their_offices(office: Any, role: Any, there: Iterable[StandIn]) -> list[ColumnElement[bool]]:
    """For columns of a task: that it waits in an office for a role in which somebody stands in there."""
    parts = [and_(office == each.office_id, role.in_(sorted(each.roles))) for each in there]
    return [or_(*parts)] if parts else []


def _away(deputies: Iterable[str], organisation: str, now: datetime) -> Select[Any]:
    """Who of the organisation is away, and one of ``deputies`` stands in for them: with office and each role."""
    return (
        select(Deputy.deputy_id, Deputy.user_id, _ABSENT.c.office_id, Office.code, _HELD.c.role)
        .join(_ABSENT, _ABSENT.c.id == Deputy.user_id)
        .join(_HELD, _HELD.c.user_id == _ABSENT.c.id)
        .join(Office, Office.id == _ABSENT.c.office_id)
        .where(
            Deputy.deputy_id.in_(sorted(deputies)), in_force(now), _ABSENT.c.active.is_(True),
            Office.organisation == organisation,
        )
    )  # fmt: skip


def _instead(users: Iterable[str], now: datetime) -> Select[str, str, str]:
    """Who stands in for one of ``users``, of the same organisation: with each of their roles."""
    return (
        select(Deputy.user_id, Deputy.deputy_id, UserRole.role)
        .join(User, User.id == Deputy.deputy_id)
        .join(UserRole, UserRole.user_id == User.id)
        .join(Office, Office.id == User.office_id)
        .join(_ABSENT, _ABSENT.c.id == Deputy.user_id)
        .join(_THEIRS, _THEIRS.c.id == _ABSENT.c.office_id)
        .where(
            Deputy.user_id.in_(sorted(users)), in_force(now), User.active.is_(True),
            Office.organisation == _THEIRS.c.organisation,
        )
    )  # fmt: skip
