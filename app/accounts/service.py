"""The verbs of the accounts room; a change of rights or password ends every session of that account."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from sqlalchemy import Row, delete, insert, update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from app.access import attempts, factors
from app.access.desk import Desk
from app.access.first_factor import login_name
from app.access.log import looked
from app.access.passwords import Passwords, check_new
from app.access.sessions import end_all_sessions, end_session
from app.accounts import queries
from app.accounts.schemas import AccountIn, AccountOut, AccountsOut
from app.kit.errors import Conflict, Forbidden, Invalid, StaleVersion
from app.kit.paging import Ask
from app.models.base import new_id
from app.models.session import LoginSession
from app.models.user import User, UserRole

MANAGE: Final = "account:manage"
# Who manages accounts may not also see what people entrusted to the house (DESIGN 6).
_CONTENT: Final = ("case:read", "record:read", "identity:reveal")
_INSERT: Final[dict[str, Callable[..., Any]]] = {
    "sqlite": insert_on_sqlite,
    "postgresql": insert_on_postgresql,
}


def sign_out(desk: Desk) -> None:
    """End the session this request came through."""
    end_session(desk.session, desk.session_id, desk.now, "signed_out")
    looked(desk, "signed_out", "session", desk.session_id)


def listed(desk: Desk, ask: Ask, narrowed: queries.Filter | None = None) -> AccountsOut:
    """One page of accounts, narrowed if asked for; the look is noted with its count."""
    page = queries.accounts(desk, MANAGE, ask, narrowed or queries.Filter())
    looked(desk, "accounts_listed", "account", "-", {"count": len(page.items)})
    return page


def read(desk: Desk, user_id: str) -> AccountOut:
    """One account; the look is noted."""
    row = queries.account(desk, MANAGE, user_id)
    looked(desk, "account_read", "account", row.id)
    return _shown(desk, row.id)


def open_account(desk: Desk, body: AccountIn, password_hash: str) -> AccountOut:
    """Open an account. Invalid (422) for an unknown office or roles, Conflict (409) if the name is taken."""
    office_id = may_open(desk, body.office, body.roles)
    user_id = new_id()
    statement = _INSERT[desk.session.get_bind().dialect.name](User).values(
        id=user_id,
        login=login_name(body.login),
        password_hash=password_hash,
        display_name=body.display_name,
        office_id=office_id,
        active=True,
        token_version=1,
        created_at=desk.now,
    )
    statement = statement.on_conflict_do_nothing(index_elements=[User.login]).returning(User.id)
    if desk.session.execute(statement).first() is None:
        raise _taken()
    _write_roles(desk, user_id, body.roles)
    detail = {"office": body.office, "roles": sorted(set(body.roles))}
    looked(desk, "account_opened", "account", user_id, detail)
    return _shown(desk, user_id)


def may_open(desk: Desk, office: str, roles: Iterable[str]) -> str:
    """The row id of the office in which the actor may open an account with ``roles``; Invalid (422) if they may not."""
    check_roles(desk, roles)
    office_id = queries.office_id(desk, MANAGE, office)
    if office_id is None:
        raise Invalid("There is no such office among those you manage.", code="office_unknown")
    return office_id


def name_is_free(desk: Desk, login: str) -> None:
    """Conflict (409, login_taken) if another account has this login name."""
    if queries.is_taken(desk, login_name(login)):
        raise _taken()


def set_roles(desk: Desk, user_id: str, version: int, roles: list[str]) -> AccountOut:
    """Give an account exactly ``roles``; ``version`` is the one the administrator saw."""
    check_roles(desk, roles)
    _change(desk, user_id, version, "roles_changed", {})
    before = queries.roles_of(desk, [user_id]).get(user_id, [])
    desk.session.execute(delete(UserRole).where(UserRole.user_id == user_id))
    _write_roles(desk, user_id, roles)
    looked(desk, "account_roles_changed", "account", user_id, {"before": before, "after": sorted(set(roles))})
    return _shown(desk, user_id)


def set_office(desk: Desk, user_id: str, version: int, code: str) -> AccountOut:
    """Move an account to the office of that code. Invalid (422) for an office out of reach."""
    office_id = queries.office_id(desk, MANAGE, code)
    if office_id is None:
        raise Invalid("There is no such office among those you manage.", code="office_unknown")
    _change(desk, user_id, version, "office_changed", {"office_id": office_id})
    looked(desk, "account_office_changed", "account", user_id, {"office": code})
    return _shown(desk, user_id)


def set_active(desk: Desk, user_id: str, version: int, active: bool) -> AccountOut:
    """Disable an account, or enable it again; either way its sessions end."""
    action = "account_enabled" if active else "account_disabled"
    _change(desk, user_id, version, action, {"active": active})
    looked(desk, action, "account", user_id)
    return _shown(desk, user_id)


def set_password(desk: Desk, user_id: str, version: int, password_hash: str) -> AccountOut:
    """Give somebody else's account another password (already hashed)."""
    _change(desk, user_id, version, "password_changed", {"password_hash": password_hash})
    looked(desk, "account_password_changed", "account", user_id)
    return _shown(desk, user_id)


def set_own_password(desk: Desk, seen: Row[Any], password_hash: str) -> None:
    """Give the own account another password; ``seen`` is the row whose present password was shown."""
    attempts.forgive(desk.session, seen.login, "")
    _revise(desk, seen.id, seen.token_version, "password_changed", {"password_hash": password_hash})
    looked(desk, "account_password_changed", "account", seen.id)


def reset_factor(desk: Desk, user_id: str, version: int) -> AccountOut:
    """Take somebody else's second factor away, who lost it; they enrol another after their next sign-in."""
    _change(desk, user_id, version, "factor_reset", {})
    had = factors.remove(desk.session, user_id)
    looked(desk, "account_factor_reset", "account", user_id, {"had": had})
    return _shown(desk, user_id)


def own_attempt(desk: Desk) -> Row[Any]:
    """Count a try to name the own present password, which may be guessed no faster than at the front door."""
    row = queries.own(desk)
    attempts.count(desk.session, row.login, "", desk.now)
    return row


def forgive_own(desk: Desk) -> None:
    """Take back the count of `own_attempt`, since the password was right."""
    attempts.forgive(desk.session, queries.own(desk).login, "")


def hashed(passwords: Passwords, password: str, login: str, display_name: str) -> str:
    """The hash of a new password, Invalid (422) if it is a bad one. Slow: call it outside `write`."""
    check_new(password, login, display_name)
    return passwords.hash(password)


def another(desk: Desk, user_id: str) -> Row[Any]:
    """The row of an account within reach that is not the actor's own; NotFound, or Forbidden (own_account)."""
    row = queries.account(desk, MANAGE, user_id)
    if row.id == desk.actor.id:
        raise Forbidden(
            "Nobody changes the rights of their own account; ask another administrator.", code="own_account"
        )
    return row


def _taken() -> Conflict:
    return Conflict("Another account has this login name.", code="login_taken")


def _change(desk: Desk, user_id: str, version: int, why: str, values: dict[str, Any]) -> None:
    _revise(desk, another(desk, user_id).id, version, why, values)


def _revise(desk: Desk, user_id: str, version: int, why: str, values: dict[str, Any]) -> None:
    """Change an account if it still has ``version``; with the version all its tokens and sessions end."""
    result: Any = desk.session.execute(
        update(User)
        .where(User.id == user_id, User.token_version == version)
        .values(token_version=User.token_version + 1, **values)
    )
    if result.rowcount != 1:
        raise StaleVersion()
    end_all_sessions(desk.session, user_id, desk.now, why)


def check_roles(desk: Desk, roles: Iterable[str]) -> None:
    """Invalid (422) for a role the policies do not know, and for accounts and case content in one hand."""
    held = set(roles)
    policies = desk.policies
    if held - set(policies.roles):
        raise Invalid(
            "One of these roles is not in the policies.",
            code="role_unknown",
            extra={"roles": sorted(policies.roles)},
        )
    content = [permission for permission in _CONTENT if policies.scope_for(held, permission)]
    if policies.scope_for(held, MANAGE) and content:
        raise Invalid(
            "Who manages accounts may not see case content: give these roles to two people.",
            code="roles_conflict",
            extra={"permissions": [MANAGE, *content]},
        )


def _write_roles(desk: Desk, user_id: str, roles: Iterable[str]) -> None:
    rows = [{"user_id": user_id, "role": role} for role in sorted(set(roles))]
    if rows:
        desk.session.execute(insert(UserRole), rows)


def _shown(desk: Desk, user_id: str) -> AccountOut:
    row = queries.account(desk, MANAGE, user_id)
    return queries.shown(row, queries.roles_of(desk, [user_id]).get(user_id, ()))


def set_own_device(desk: Desk, own_device: bool) -> None:
    """Note for this session whether nobody else uses the device; a shared one locks sooner."""
    desk.session.execute(
        update(LoginSession).where(LoginSession.id == desk.session_id).values(own_device=own_device)
    )
    looked(desk, "device_own" if own_device else "device_shared", "session", desk.session_id)


def set_email(desk: Desk, email: str) -> None:
    """Set where the actor is told that there is something new; "" for nowhere. The address stands in no log."""
    desk.session.execute(update(User).where(User.id == desk.actor.id).values(email=email or None))
    looked(desk, "email_set" if email else "email_removed", "account", desk.actor.id)
