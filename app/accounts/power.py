"""Giving somebody a right of power: asked for by one administrator, done when a second one agrees."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import SecretStr

from app.access.approval_shapes import ApprovalAskedOut
from app.access.desk import Desk
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
    row = service.another(desk, user_id)
    roles = queries.roles_of(desk, [row.id]).get(row.id, [])
    granted = rights_of_power(desk.policies, roles)
    if row.active or not granted:
        return service.set_active(desk, user_id, version, active=True)
    if row.token_version != version:
        raise StaleVersion()
    payload = {"version": version, "enable": True, "roles": roles, "grants": _named(granted)}
    return ask(desk, Act(KIND, ("account", user_id), payload, about=user_id))


@carries_out(KIND, permission=service.MANAGE, act="giving a right of power")
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
    elif payload.get("enable"):
        service.set_active(desk, asked.subject_id, payload["version"], active=True)
    else:
        service.set_roles(desk, asked.subject_id, payload["version"], payload["roles"])


def _named(granted: Iterable[Right]) -> list[str]:
    return sorted(f"{name} {scope.value}" for name, scope in granted)
