"""Custody: after every single transaction somebody is responsible for each person; at rest exactly one country is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.access.desk import House
from app.casework.held import REFERRAL
from tests.inspect import reading

_ASKED = select(REFERRAL.c.shared_id, REFERRAL.c.side, REFERRAL.c.custody, REFERRAL.c.country).order_by(
    REFERRAL.c.shared_id, REFERRAL.c.side
)


def holders(house: House) -> dict[str, list[str]]:
    """Shared id of each referral -> the countries whose own copy says that they are responsible."""
    found: dict[str, list[str]] = {}
    with reading(house.db) as session:
        for row in session.execute(_ASKED):
            mine = found.setdefault(row.shared_id, [])
            if row.custody == row.side:
                mine.append(row.country)
    return found


def is_never_nowhere(house: House) -> None:
    """Between any two transactions somebody holds custody; an overlap is tolerable, a gap never (WM-CUSTODY)."""
    for shared_id, countries in holders(house).items():
        assert countries, f"nobody is responsible in {shared_id}"


def is_on_exactly_one_side(house: House) -> None:
    """When everything is delivered, exactly one country is responsible."""
    for shared_id, countries in holders(house).items():
        assert len(countries) == 1, f"{countries} are responsible in {shared_id}"


def both_copies(house: House, shared_id: str) -> dict[str, Any]:
    """Country -> its copy's row."""
    with reading(house.db) as session:
        rows = session.execute(select(REFERRAL).where(REFERRAL.c.shared_id == shared_id))
        return {row.country: row for row in rows}
