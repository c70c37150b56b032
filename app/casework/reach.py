"""What an actor may do to one case: the permission of a step, checked and, when refused, kept as an attempt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Row

from app.access.desk import Desk
from app.access.may import permitted, visible_case, within_reach
from app.access.scope import Reach
from app.access.scope import reach_of as how_far
from app.casework.move import keep_attempt
from app.kit.errors import Forbidden

SEEING = "case:read"


def permit(desk: Desk, permission: str, case_id: str, word: str) -> Row[Any]:
    """The case row, if the actor may do ``permission`` to it; ``word``: the step or record kind that was tried.

    NotFound for what the actor cannot see. Forbidden for what they see and may not do; that they tried is kept
    in the timeline of the case.
    """
    try:
        return visible_case(desk, permission, case_id)
    except Forbidden as refusal:
        if permitted(desk, SEEING):
            visible_case(desk, SEEING, case_id)
            refuse_as_attempt(desk, case_id, word, refusal)
        raise


def refuse_as_attempt(desk: Desk, case_id: str, word: str, refusal: Forbidden) -> None:
    """Have it kept in the timeline that somebody who sees the case was told ``refusal``."""
    keep_attempt(desk, "case", case_id, word, [{"code": refusal.code, "sources": []}])


def reach_of(desk: Desk, case_id: str, granted: str | None = None) -> Callable[[str], bool]:
    """Answers whether a permission reaches this case, asking the database once for each reach.

    granted: a permission that was found to reach the case in this transaction already.
    """
    known: dict[Reach, bool] = {}
    if granted is not None:
        known[how_far(desk.policies, desk.actor.roles, granted)] = True
    known[Reach(frozenset())] = False

    def reaches(permission: str) -> bool:
        reach = how_far(desk.policies, desk.actor.roles, permission)
        if reach not in known:
            known[reach] = within_reach(desk, permission, case_id)
        return known[reach]

    return reaches
