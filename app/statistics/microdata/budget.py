"""What was told of the people of a year, and whether a file still fits into its budget. Nothing ever comes back."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row

from app.access.desk import Desk
from app.access.may import holders_of
from app.kit.errors import Conflict
from app.statistics import queries
from app.statistics.microdata.noise import ROUNDING
from policies.microdata import MicroFile

__all__ = ["fits", "left", "spent"]

CHANGES: Final = "policies/microdata.yaml"


def spent(rows: list[Row[Any]]) -> tuple[float, float]:
    """Epsilon and delta of the makings of a year together, also of those whose file was never finished.

    One after the other they add up (sequential composition), whatever was told between them.
    """
    return sum(row.epsilon for row in rows), sum(row.delta for row in rows)


def left(desk: Desk, rows: list[Row[Any]]) -> float:
    """The epsilon a year still has; never below 0."""
    remains = desk.policies.microdata.budget.epsilon - spent(rows)[0]
    return remains if remains > ROUNDING else 0.0


def fits(desk: Desk, file: MicroFile, period: str) -> int:
    """The turn a file takes in its year.

    Raises Conflict (budget_spent) where the year has less left than the file spends, with what was spent and by whom
    the budget is set.
    """
    rows = queries.made_of_year(desk, period)
    micro = desk.policies.microdata
    epsilon, delta = spent(rows)
    needed, whole = file.budget, micro.budget
    if epsilon + needed.epsilon > whole.epsilon + ROUNDING or delta + needed.delta > whole.delta:
        raise Conflict(
            f"The privacy budget of {period} does not reach: {_number(whole.epsilon)} in all,"
            f" {_number(epsilon)} spent, {_number(needed.epsilon)} needed. What was told cannot be taken back, so"
            f" the files that were released stand. The budget is set in {CHANGES}, by those who sign it.",
            code="budget_spent",
            extra={
                "budget": whole.epsilon,
                "spent": epsilon,
                "needed": needed.epsilon,
                "file": CHANGES,
                "roles": holders_of(desk.policies, "statistics:release"),
                "sources": [micro.source],
            },
        )
    return len(rows) + 1


def _number(value: float) -> str:
    return f"{value:g}"
