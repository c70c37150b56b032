"""Which rows of the conversations of two countries, and of their directory, a transaction sees and writes."""

from __future__ import annotations

from typing import Final

from migrations.walls.functions import SYSTEM
from migrations.walls.terms import HERE, Rule

__all__ = ["TALK_RULES"]

# Tables of revision 033. A conversation of two countries is its room's to show; the house alone reads and writes it.
_TALK: Final = (
    f"{SYSTEM} AND EXISTS (SELECT FROM correspondence t"
    " WHERE t.country = message.country AND t.shared_id = message.shared_id)"
)
TALK_RULES: Final[dict[str, Rule]] = {
    # Who answers where is no secret between colleagues; it names no person. Acts on it are checked before the house
    # writes them.
    **{
        table: Rule(sees=HERE, adds=f"{HERE} AND {SYSTEM}")
        for table in ("contact", "contact_answer", "contact_told")
    },
    "correspondence": Rule(sees=f"{HERE} AND {SYSTEM}", adds=f"{HERE} AND {SYSTEM}"),
    "message": Rule(
        sees=f"{HERE} AND (EXISTS (SELECT FROM referral r"
        f" WHERE r.country = message.country AND r.shared_id = message.shared_id) OR {_TALK})",
        adds=f"{HERE} AND (EXISTS (SELECT FROM referral r WHERE r.country = message.country"
        " AND r.shared_id = message.shared_id"
        f" AND (r.key_id = message.key_id OR {SYSTEM} AND waymark_key_is_new(message.key_id))) OR {_TALK})",
    ),
}
