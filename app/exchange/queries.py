"""Every SELECT of the exchange room's pages: counts and moments of the line to each country, never a message."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select

from app.access import rows
from app.access.desk import Desk
from app.casework import replays
from app.casework.messages import TABLE as MESSAGE
from app.exchange import witnessing
from app.exchange.witnessing import Standing
from app.models.outbox import OutboxRow

__all__ = ["LATE_AFTER", "Line", "lines", "on_its_way"]

OUTBOX: Final[Any] = OutboxRow.__table__
# What has waited longer than this is told as not getting through.
LATE_AFTER: Final = timedelta(minutes=15)
_TRAVELS: Final = ("deliver", "deliver_receipt")
# More than this waiting is a line that is down; how much more does not matter.
MOST: Final = 2000
IN_A_PARCEL: Final = 5_000


@dataclass(frozen=True, slots=True)
class Line:
    """The line to one country. ``waiting``: messages and receipts not delivered yet; ``oldest``: since when.

    ``tries``: how often the one tried most was tried; ``error``: the code of the last failure.
    """

    country: str
    waiting: int = 0
    oldest: datetime | None = None
    tries: int = 0
    error: str = ""
    next_at: datetime | None = None
    sent_at: datetime | None = None
    received_at: datetime | None = None
    # What its log looks like from here.
    log: Standing = Standing()
    # Whether we went back to a backup, and it has not told yet what we forgot.
    awaited: bool = False

    def late(self, now: datetime) -> bool:
        """Whether something has waited too long."""
        return self.oldest is not None and now - self.oldest > LATE_AFTER


def lines(desk: Desk) -> list[Line]:
    """The line to every other country of the policies, by its code.

    The caller has checked `exchange:operate`: everything of the country is counted, none of it is read.
    """
    with rows.as_the_house(desk.session, desk.actor.country):
        waiting = _waiting(desk)
        last = _last(desk)
        logs = witnessing.standing(desk)
        awaited = {other for other in desk.policies.countries if replays.awaited(desk, other) is not None}
    others = sorted(set(desk.policies.countries) - {desk.actor.country})
    found = [_line(other, waiting.get(other, []), last, logs.get(other, Standing())) for other in others]
    return [replace(line, awaited=line.country in awaited) for line in found]


def on_its_way(country: str, partner: str) -> Any:
    """The SELECT of what a country has not brought to a partner yet, in its order; as many as go into one parcel."""
    return (
        select(OUTBOX)
        .where(
            OUTBOX.c.country == country, OUTBOX.c.to_country == partner, OUTBOX.c.done_at.is_(None),
            OUTBOX.c.effect.in_(_TRAVELS),
        )
        .order_by(OUTBOX.c.created_at, OUTBOX.c.line, OUTBOX.c.seq)
        .limit(IN_A_PARCEL)
    )  # fmt: skip


def _waiting(desk: Desk) -> dict[str, list[Any]]:
    """Country -> what is on its way there, oldest first."""
    query = (
        select(OUTBOX.c.to_country, OUTBOX.c.created_at, OUTBOX.c.next_at, OUTBOX.c.attempts, OUTBOX.c.last_error)
        .where(OUTBOX.c.country == desk.actor.country, OUTBOX.c.done_at.is_(None), OUTBOX.c.effect.in_(_TRAVELS))
        .order_by(OUTBOX.c.created_at, OUTBOX.c.id)
        .limit(MOST)
    )
    by_country: dict[str, list[Any]] = {}
    for row in desk.session.execute(query):
        by_country.setdefault(row.to_country, []).append(row)
    return by_country


def _last(desk: Desk) -> dict[tuple[str, str], datetime]:
    """Country and direction -> when the last message went or came."""
    query = (
        select(MESSAGE.c.other_country, MESSAGE.c.direction, func.max(MESSAGE.c.created_at))
        .where(MESSAGE.c.country == desk.actor.country)
        .group_by(MESSAGE.c.other_country, MESSAGE.c.direction)
    )
    return {(other, direction): at for other, direction, at in desk.session.execute(query)}


def _line(other: str, waiting: list[Any], last: dict[tuple[str, str], datetime], log: Standing) -> Line:
    errors = Counter(row.last_error for row in waiting if row.last_error)
    return Line(
        other,
        len(waiting),
        waiting[0].created_at if waiting else None,
        max((row.attempts for row in waiting), default=0),
        errors.most_common(1)[0][0] if errors else "",
        min((row.next_at for row in waiting), default=None),
        last.get((other, "out")),
        last.get((other, "in")),
        log,
    )
