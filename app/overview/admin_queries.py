"""How many open cases a text touches, by stage: counts for the house, none so small that it could be about somebody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import func, select

from app.access import rows
from app.access.desk import Desk
from app.casework.held import CASE
from app.casework.stages import Stage, stage_of
from workflows.care import Care

__all__ = ["touched"]


def touched(desk: Desk, starts: Mapping[str, frozenset[str]]) -> dict[str, int | None]:
    """Stage -> open cases of the country that stand before a step whose condition cites the text.

    ``starts``: machine -> states from which such steps lead. None: fewer than the policies let be told, but not none.
    Every case of the country counts, whoever asks, so the caller has checked `upkeep:read`.
    """
    query = (
        select(CASE.c.care, CASE.c.identification, func.count())
        .where(CASE.c.country == desk.actor.country, CASE.c.care != Care.CLOSED.value)
        .group_by(CASE.c.care, CASE.c.identification)
    )
    with rows.as_the_house(desk.session, desk.actor.country):
        found = desk.session.execute(query).all()
    counted: Counter[str] = Counter()
    for care, identification, cases in found:
        if care in starts.get("care", ()) or identification in starts.get("identification", ()):
            counted[stage_of(care) or ""] += cases
    smallest = desk.policies.smallest_cell
    return {
        stage.value: count if count == 0 or count >= smallest else None
        for stage in Stage
        for count in (counted[stage.value],)
    }
