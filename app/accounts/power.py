"""What administrators do to accounts: with a fresh second factor, and in twos where a right of power changes hands.

Whoever sets the password of an account without a second factor, takes that factor away or moves the account to another
office could act as its owner, or have it reach what it did not; for accounts of power that takes two as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Row

from app.access import factors
from app.access.approval_shapes import ApprovalAskedOut
from app.access.desk import Desk
from app.access.stepup import must_be_fresh
from app.access.two_persons import Act, Asked, ask, carries_out
from app.accounts import queries, service
from app.accounts.schemas import AccountIn, AccountOut
from app.kit.errors import StaleVersion
from policies.model import Policies, Scope

KIND = "role_grant"
Right = tuple[str, Scope]


def rights_of_power(policies: Policies, roles: Iterable[str]) -> frozenset[Right]:
    """The rights of power (policies/safeguards.yaml) in ``roles``, each with how far it reaches."""
    held = list(roles)
    return frozenset(
        (name, scope) for name in policies.safeguards.two_persons.power for scope in policies.scope_for(held, name)
    )


def open_account(desk: Desk, body: AccountIn, password_hash: str) -> AccountOut | ApprovalAskedOut:
    """Open an account, or ask for it if its roles hold a right of power; errors as in `service.open_account`."""
    must_be_fresh(desk, "opening an account")
    granted = rights_of_power(desk.policies, body.roles)
    if not granted:
        return service.open_account(desk, body, password_hash)
    office_id = service.may_open(desk, body.office, body.roles)
    service.name_is_free(desk, body.login)
    payload = {"open": True, "office": body.office, "roles": sorted(set(body.roles)), "grants": _named(granted)}
    words = {"login": body.login, "display_name": body.display_name}
    return ask(desk, Act(KIND, ("office", office_id), payload, words, {"password_hash": password_hash}))


def set_roles(desk: Desk, user_id: str, version: int, roles: list[str]) -> AccountOut | ApprovalAskedOut:
    """Give an account exactly ``roles``, or ask for it if that gives a right of power it does not have.

    A right it has at a smaller reach counts as one it does not have. Errors as in `service.set_roles`.
    """
    must_be_fresh(desk, "changing roles")
    service.check_roles(desk, roles)
    row = service.another(desk, user_id)
    before = queries.roles_of(desk, [row.id]).get(row.id, [])
    granted = rights_of_power(desk.policies, roles) - rights_of_power(desk.policies, before)
    if not granted:
        return service.set_roles(desk, user_id, version, roles)
    if row.token_version != version:
        raise StaleVersion()
    payload = {"version": version, "roles": sorted(set(roles)), "before": before, "grants": _named(granted)}
    return ask(desk, Act(KIND, ("account", user_id), payload, about=user_id))


def enable(desk: Desk, user_id: str, version: int) -> AccountOut | ApprovalAskedOut:
    """Enable an account, or ask for it if it holds a right of power: a disabled account holds none."""
    must_be_fresh(desk, "enabling an account")
    row, granted = _with_power(desk, user_id, version)
    if row.active or not granted:
        return service.set_active(desk, user_id, version, active=True)
    return _ask(desk, row, {"version": version, "enable": True}, granted)


def disable(desk: Desk, user_id: str, version: int) -> AccountOut:
    """Disable an account: never an act for two, since it may have to be quick."""
    must_be_fresh(desk, "closing an account")
    return service.set_active(desk, user_id, version, active=False)


def set_office(desk: Desk, user_id: str, version: int, code: str) -> AccountOut | ApprovalAskedOut:
    """Move an account to another office, or ask for it if it holds a right of power, which would reach elsewhere."""
    must_be_fresh(desk, "moving somebody to another office")
    row, granted = _with_power(desk, user_id, version)
    if not granted:
        return service.set_office(desk, user_id, version, code)
    service.may_open(desk, code, ())
    return _ask(desk, row, {"version": version, "office": code}, granted)


def set_password(desk: Desk, user_id: str, version: int, password_hash: str) -> AccountOut | ApprovalAskedOut:
    """Set somebody's password, or ask for it if the account holds a right of power and no second factor guards it."""
    must_be_fresh(desk, "setting another person's password")
    row, granted = _with_power(desk, user_id, version)
    if not granted or factors.enrolled(desk.session, row.id):
        return service.set_password(desk, user_id, version, password_hash)
    return _ask(desk, row, {"version": version, "set_password": True}, granted, {"password_hash": password_hash})


def reset_factor(desk: Desk, user_id: str, version: int) -> AccountOut | ApprovalAskedOut:
    """Take somebody's second factor away, or ask for it if the account holds a right of power."""
    must_be_fresh(desk, "taking away a second factor")
    row, granted = _with_power(desk, user_id, version)
    if not granted:
        return service.reset_factor(desk, user_id, version)
    return _ask(desk, row, {"version": version, "reset_factor": True}, granted)


def _with_power(desk: Desk, user_id: str, version: int) -> tuple[Row[Any], frozenset[Right]]:
    """The row of another account, as the administrator saw it, and the rights of power in its roles."""
    row = service.another(desk, user_id)
    if row.token_version != version:
        raise StaleVersion()
    return row, rights_of_power(desk.policies, queries.roles_of(desk, [row.id]).get(row.id, []))


def _ask(
    desk: Desk, row: Row[Any], payload: dict[str, Any], granted: Iterable[Right], hidden: dict[str, str] | None = None
) -> ApprovalAskedOut:
    act = Act(KIND, ("account", row.id), {**payload, "grants": _named(granted)}, hidden=hidden or {}, about=row.id)
    return ask(desk, act)


@carries_out(KIND, permission=service.MANAGE, act="giving a right of power, or a way into an account that holds one")
def grant(desk: Desk, asked: Asked) -> None:
    """Do what both agreed to, at the desk of who asked; StaleVersion if the account changed meanwhile."""
    payload = asked.payload
    if payload.get("open"):
        body = AccountIn(
            login=asked.words["login"],
            display_name=asked.words["display_name"],
            office=payload["office"],
            roles=payload["roles"],
            # The form asks for a password; what counts is the hash that was made of it when it was asked for.
            password=SecretStr("-"),
        )
        service.open_account(desk, body, asked.hidden["password_hash"])
        return
    account, version = asked.subject_id, payload["version"]
    if payload.get("enable"):
        service.set_active(desk, account, version, active=True)
    elif payload.get("set_password"):
        service.set_password(desk, account, version, asked.hidden["password_hash"])
    elif payload.get("reset_factor"):
        service.reset_factor(desk, account, version)
    elif "roles" in payload:
        service.set_roles(desk, account, version, payload["roles"])
    else:
        service.set_office(desk, account, version, payload["office"])


def _named(granted: Iterable[Right]) -> list[str]:
    return sorted(f"{name} {scope.value}" for name, scope in granted)
