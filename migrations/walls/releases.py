"""The rules of released tables (revision 037) and of the making of synthetic records (revision 039)."""

from __future__ import annotations

from typing import Final

from migrations.walls.terms import HERE, SYSTEM, Rule

__all__ = ["MICRODATA_RULES", "RELEASE_RULES"]

# What is public may be read by everybody of the country. It came by an agreement of two, and nobody changes it.
RELEASE_RULES: Final[dict[str, Rule]] = {
    "released_table": Rule(
        sees=HERE,
        adds=f"{HERE} AND EXISTS (SELECT FROM approval a WHERE a.id = approval_id AND a.kind = 'release_table')",
        keeps="false",
        removes="false",
    ),
}
# What a file may tell is taken from the budget by an agreement of two, and never given back. The system works on it.
MICRODATA_RULES: Final[dict[str, Rule]] = {
    "microdata_made": Rule(
        sees=HERE,
        adds=f"{HERE} AND EXISTS (SELECT FROM approval a WHERE a.id = approval_id AND a.kind = 'release_table')",
        keeps=f"{HERE} AND {SYSTEM}",
        removes="false",
    ),
}
