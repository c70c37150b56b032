"""Whether a partner has yet told what a restored backup made us forget: until then nothing is said to it.

Whoever goes on from an older backup would use numbers a second time, and would not know of a hand-over that both sides
have signed. So a new epoch begins with listening (docs/decisions/0051).
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, select

from app.access.desk import Desk
from app.casework import epochs
from app.kit.errors import Conflict
from app.kit.words import mark
from app.models.replay import PartnerReplay

__all__ = ["AWAITED", "TABLE", "NotWhole", "awaited", "must_be_whole"]

TABLE: Final[Any] = PartnerReplay.__table__
AWAITED: Final = "awaits_replay"


class NotWhole(Conflict):
    """Nothing can be said to this country yet; nothing was changed."""

    code = AWAITED
    title = "What the other country knows is waited for."


def awaited(desk: Desk, partner: str) -> Row[Any] | None:
    """The epoch after whose beginning this partner has not told what it knows; None where nothing is awaited.

    Of countries at home in this installation nothing is: they went back to the same backup.
    """
    known = desk.signing.partner(partner)
    epoch = epochs.current(desk.session) if known is not None else None
    if known is None or epoch is None or known.enrolled_at > epoch.began_at:
        return None
    done = select(TABLE.c.done_at).where(
        TABLE.c.country == desk.actor.country, TABLE.c.partner == partner, TABLE.c.epoch == epoch.id
    )
    return None if desk.session.execute(done).first() is not None else epoch


def must_be_whole(desk: Desk, partner: str) -> None:
    """Raise NotWhole while this partner has not told what it knows."""
    if awaited(desk, partner) is not None:
        raise NotWhole(
            mark(
                "This installation was brought back from a backup, and what went between the two countries after it is"
                " not back yet. The other country is asked without a pause; whoever runs the installation sees how far"
                " it is. By telephone everything can go on."
            )
        )
