"""The rules of meetings of two countries (revision 034)."""

from __future__ import annotations

from typing import Final

from migrations.walls.terms import HERE, SYSTEM, Rule

__all__ = ["CORRIDOR_MEETING_RULES"]

# A meeting of two countries holds numbers and codes; those who hold such meetings see it.
_MEETS: Final = f"{HERE} AND ({SYSTEM} OR 'country:' || country = ANY (waymark_words('meeting')))"
CORRIDOR_MEETING_RULES: Final[dict[str, Rule]] = {
    "corridor_meeting": Rule(sees=_MEETS, adds=_MEETS),
    "corridor_decision": Rule(
        sees=_MEETS, adds=f"{_MEETS} AND EXISTS (SELECT FROM corridor_meeting m WHERE m.id = meeting_id)"
    ),
}
