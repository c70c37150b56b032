"""The rules of visits of case workers abroad (revision 036)."""

from __future__ import annotations

from typing import Final

from migrations.walls.terms import HERE, SYSTEM, Rule

__all__ = ["SHELTER_VISIT_RULES"]

# A visit holds numbers and codes, and under its own key who comes and where; those who arrange visits see it.
_VISITS: Final = f"{HERE} AND ({SYSTEM} OR 'country:' || country = ANY (waymark_words('visit')))"
SHELTER_VISIT_RULES: Final[dict[str, Rule]] = {
    "shelter_visit": Rule(sees=_VISITS, adds=_VISITS),
    "shelter_visit_part": Rule(
        sees=_VISITS, adds=f"{_VISITS} AND EXISTS (SELECT FROM shelter_visit v WHERE v.id = visit_id)"
    ),
}
