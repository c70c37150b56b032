"""What the administrator's pages of accounts share: which roles there are, and one account as its page shows it."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import Depends

from app.access import factors
from app.access.approval_shapes import ApprovalAskedOut
from app.access.desk import Desk
from app.access.page_door import Page, opens
from app.accounts import power, queries, service
from app.accounts.schemas import AccountOut

__all__ = ["REFUSALS", "USERS", "Manager", "done_with", "one", "role_picks"]

Manager = Annotated[Page, Depends(opens(service.MANAGE))]
USERS: Final = "/admin/users"
# Code of a refusal -> the field it is shown at.
REFUSALS: Final = {
    "login_taken": "login",
    "office_unknown": "office",
    "role_unknown": "roles",
    "roles_conflict": "roles",
    **dict.fromkeys(
        ("password_too_short", "password_too_long", "password_guessable", "password_unreadable"), "password"
    ),
}


def role_picks(desk: Desk) -> list[tuple[str, str, bool]]:
    """Every role: code, title, and whether giving it waits for a second person."""
    policies = desk.policies
    return [
        (name, role.title, bool(power.rights_of_power(policies, [name])))
        for name, role in sorted(policies.roles.items(), key=lambda each: each[1].title)
    ]


def one(page: Page, user_id: str) -> dict[str, Any]:
    """What every page about one account shows; the look is noted. NotFound out of reach."""
    with page.write() as desk:
        user = service.read(desk, user_id)
        roles = desk.policies.roles
        return {
            "here": "admin",
            "user": user,
            "own": user.id == desk.actor.id,
            "at": f"{USERS}/{user.id}",
            "offices": queries.offices(desk, service.MANAGE),
            "roles": role_picks(desk),
            "titles": [roles[role].title if role in roles else role for role in user.roles],
            "power": bool(power.rights_of_power(desk.policies, user.roles)),
            "factor": factors.enrolled(desk.session, user.id),
            "signed_in_at": queries.signed_in_last(desk, user.id),
        }


def done_with(result: AccountOut | ApprovalAskedOut, done: str) -> str:
    """Where to go after an act: the account's page, which says what happened or that a second person is asked."""
    if isinstance(result, ApprovalAskedOut):
        return f"{USERS}/{result.subject_id}?done=asked" if result.subject_kind == "account" else f"{USERS}?done=asked"
    return f"{USERS}/{result.id}?done={done}"
