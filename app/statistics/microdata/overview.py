"""What may be made, what was spent of which year, and what was made."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Row

from app.access.desk import Desk
from app.access.may import permitted
from app.casework.shapes import SourceOut
from app.statistics import queries
from app.statistics.microdata import budget, noise
from app.statistics.microdata.columns import attributes, header
from app.statistics.microdata.shapes import BudgetOut, ErrorOut, MakingOut, MicrodataOut, MicroFileOut
from policies.microdata import MicroFile

__all__ = ["overview"]


def overview(desk: Desk, year: str | None, release_right: str) -> MicrodataOut:
    """Declarations, budgets and makings of the desk's country.

    year: one whose budget is shown although nothing was spent of it. release_right: whoever holds it sees how far the
    files are from the truth.
    """
    rows = queries.makings(desk)
    inside = permitted(desk, release_right)
    years = sorted({*(row.period for row in rows), *([year] if year else [])}, reverse=True)
    micro = desk.policies.microdata
    source = desk.policies.source(micro.source)
    return MicrodataOut(
        files=[_file(desk, each) for each in micro.files.values()],
        budgets=[_budget(desk, each, [row for row in rows if row.period == each]) for each in years],
        makings=[_making(row, inside=inside) for row in rows],
        note=micro.note,
        source=SourceOut(id=source.id, title=source.title, asks=source.asks),
        installed=noise.installed(),
        install=noise.EXTRA,
    )


def _file(desk: Desk, file: MicroFile) -> MicroFileOut:
    return MicroFileOut(
        name=file.name,
        title=file.title,
        what=file.what,
        epsilon=file.budget.epsilon,
        delta=file.budget.delta,
        columns=header(attributes(desk.policies, file)),
        marginals=[list(each) for each in file.marginals],
        smallest=file.smallest,
        readable=bool(desk.actor.roles & set(file.roles)),
    )


def _budget(desk: Desk, year: str, rows: list[Row[Any]]) -> BudgetOut:
    whole = desk.policies.microdata.budget
    return BudgetOut(
        period=year, epsilon=whole.epsilon, delta=whole.delta, spent=budget.spent(rows)[0], left=budget.left(desk, rows)
    )


def _making(row: Row[Any], *, inside: bool) -> MakingOut:
    return MakingOut(
        report=row.report,
        period=row.period,
        number=row.number,
        epsilon=row.epsilon,
        delta=row.delta,
        agreed_at=row.agreed_at,
        counted_at=row.counted_at,
        state="released" if row.errors is not None else "agreed" if row.counted is None else "counted",
        why=row.why,
        errors=[ErrorOut(**each) for each in json.loads(row.errors)] if inside and row.errors is not None else None,
    )
