"""The rule of released tables (revision 037)."""

from __future__ import annotations

from typing import Final

from migrations.walls.terms import HERE, Rule

__all__ = ["RELEASE_RULES"]

# What is public may be read by everybody of the country. It came by an agreement of two, and nobody changes it.
RELEASE_RULES: Final[dict[str, Rule]] = {
    "released_table": Rule(
        sees=HERE,
        adds=f"{HERE} AND EXISTS (SELECT FROM approval a WHERE a.id = approval_id AND a.kind = 'release_table')",
        keeps="false",
        removes="false",
    ),
}
