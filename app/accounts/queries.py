"""Every SELECT of the accounts room, always within the asker's scope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, and_, case, func, or_, select

from app.access import factors
from app.access.desk import Desk
from app.access.scope import accounts_in_scope, offices_in_scope
from app.accounts.schemas import AccountOut, AccountsOut, MeOut, OfficeOut, RoleOut
from app.kit.errors import NotFound
from app.kit.paging import Ask
from app.models.base import is_id
from app.models.office import Office
from app.models.session import LoginSession
from app.models.user import User, UserRole

MOST_SESSIONS: Final = 25
_USERS: Final[Any] = User.__table__
_SESSIONS: Final[Any] = LoginSession.__table__
_ACCOUNT: Final[Any] = (
    select(
        User.id, User.login, User.display_name, User.password_hash, User.active, User.token_version,
        Office.code.label("office"), Office.name.label("office_name"), Office.organisation, Office.country,
        Office.kind,
    ).join(Office, Office.id == User.office_id)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of accounts is narrowed to: office and role by code, active or not; None and "" leave all in."""

    office: str = ""
    role: str = ""
    active: bool | None = None


def me(desk: Desk) -> MeOut:
    """The desk's own account with its rights as they are now."""
    row, policies, roles = own(desk), desk.policies, desk.actor.roles
    reach = {name: policies.scope_for(roles, name) for name in sorted(policies.permissions)}
    return MeOut(
        id=row.id,
        login=row.login,
        display_name=row.display_name,
        office=OfficeOut(
            code=row.office,
            name=row.office_name,
            organisation=row.organisation,
            country=row.country,
            kind=row.kind,
        ),
        roles=[
            RoleOut(role=role, title=policies.roles[role].title if role in policies.roles else role)
            for role in sorted(roles)
        ],
        permissions={name: sorted(scope.value for scope in scopes) for name, scopes in reach.items() if scopes},
        field_groups=sorted(group.value for group in policies.groups_for(roles)),
        second_factor=factors.enrolled(desk.session, row.id),
    )


def own(desk: Desk) -> Row[Any]:
    """The desk's own account row."""
    return desk.session.execute(_ACCOUNT.where(User.id == desk.actor.id)).one()


def own_sessions(desk: Desk) -> list[Row[Any]]:
    """The live sign-ins of the desk's own account, locked ones too, newest first.

    Each with id, kind, started_at, seen_at and stepped_up_at.
    """
    rules = desk.policies.safeguards.screen
    used_since = case(
        (_SESSIONS.c.own_device, desk.now - rules.idle(True)), else_=desk.now - rules.idle(False)
    )
    query = (
        select(_SESSIONS.c.id, _SESSIONS.c.kind, _SESSIONS.c.started_at, _SESSIONS.c.seen_at, _SESSIONS.c.stepped_up_at)
        .join(User, and_(User.id == _SESSIONS.c.user_id, User.token_version == _SESSIONS.c.token_version))
        .where(
            _SESSIONS.c.user_id == desk.actor.id,
            _SESSIONS.c.kind != "half",
            _SESSIONS.c.ended_at.is_(None),
            _SESSIONS.c.expires_at > desk.now,
            or_(_SESSIONS.c.kind != "page", _SESSIONS.c.seen_at > used_since, User.pin_hash.is_not(None)),
        )
        .order_by(_SESSIONS.c.started_at.desc(), _SESSIONS.c.id)
        .limit(MOST_SESSIONS)
    )
    return list(desk.session.execute(query))


def own_screen(desk: Desk) -> Any:
    """A row with how the own screen locks and where news is told: pin (whether there is one), own_device, email."""
    query = (
        select(User.pin_hash.is_not(None).label("pin"), LoginSession.own_device, User.email)
        .join(LoginSession, LoginSession.user_id == User.id)
        .where(User.id == desk.actor.id, LoginSession.id == desk.session_id)
    )
    return desk.session.execute(query).one()


def account(desk: Desk, permission: str, user_id: str) -> Row[Any]:
    """One account that ``permission`` reaches; NotFound, always the same, for any other id."""
    if not is_id(user_id):
        raise NotFound()
    row = desk.session.execute(_ACCOUNT.where(User.id == user_id, accounts_in_scope(desk, permission))).one_or_none()
    if row is None:
        raise NotFound()
    return row


def accounts(desk: Desk, permission: str, ask: Ask, narrowed: Filter) -> AccountsOut:
    """One page of the accounts that ``permission`` reaches, by login name."""
    query = _ACCOUNT.where(accounts_in_scope(desk, permission))
    if narrowed.office:
        query = query.where(Office.code == narrowed.office)
    if narrowed.role:
        query = query.where(User.id.in_(select(UserRole.user_id).where(UserRole.role == narrowed.role)))
    if narrowed.active is not None:
        query = query.where(User.active.is_(narrowed.active))
    rows = desk.session.execute(ask.narrow(query, [_USERS.c.login, _USERS.c.id])).all()
    page, following = ask.cut(rows, lambda row: (row.login, row.id))
    roles = roles_of(desk, [row.id for row in page])
    return AccountsOut(items=[shown(row, roles.get(row.id, ())) for row in page], next=following)


def roles_of(desk: Desk, user_ids: Iterable[str]) -> dict[str, list[str]]:
    """Account id -> its role codes, sorted."""
    found: dict[str, list[str]] = {}
    query = select(UserRole.user_id, UserRole.role).where(UserRole.user_id.in_(list(user_ids)))
    for user_id, role in desk.session.execute(query.order_by(UserRole.user_id, UserRole.role)):
        found.setdefault(user_id, []).append(role)
    return found


def is_taken(desk: Desk, login: str) -> bool:
    """Whether an account of this login name exists anywhere."""
    return desk.session.execute(select(User.id).where(User.login == login)).first() is not None


def office_id(desk: Desk, permission: str, code: str) -> str | None:
    """The row id of an office that ``permission`` reaches, None if there is none such."""
    query = select(Office.id).where(Office.code == code, offices_in_scope(desk, permission))
    return desk.session.execute(query).scalar_one_or_none()


def offices(desk: Desk, permission: str) -> list[tuple[str, str]]:
    """Code and name of every office that ``permission`` reaches, by name."""
    reached = offices_in_scope(desk, permission)
    query = select(Office.code, Office.name).where(reached).order_by(Office.name, Office.code)
    return [(code, name) for code, name in desk.session.execute(query)]


def signed_in_last(desk: Desk, user_id: str) -> datetime | None:
    """When somebody last signed in to this account; None if nobody has since sign-ins are kept."""
    query = select(func.max(_SESSIONS.c.started_at)).where(_SESSIONS.c.user_id == user_id, _SESSIONS.c.kind != "half")
    found: datetime | None = desk.session.execute(query).scalar_one()
    return found


def shown(row: Row[Any], roles: Iterable[str]) -> AccountOut:
    """An account row as its administrator sees it."""
    return AccountOut(
        id=row.id,
        login=row.login,
        display_name=row.display_name,
        office=row.office,
        active=row.active,
        roles=list(roles),
        version=row.token_version,
    )
