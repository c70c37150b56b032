"""Tells, once each, that what an agreement lets come again and again is due, and that its time is over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from app.access import notices
from app.access.desk import Desk, House
from app.meetings import corridor_queries
from app.meetings.corridor_cadence import Standing

__all__ = ["ring"]


def ring(
    house: House, standing: Callable[[Desk], Iterable[Standing]], news: Mapping[str, str], right: str
) -> int:
    """Tell whoever holds ``right`` in each country what stands so; how many notices are new.

    news: how something stands -> the kind of notice.
    """
    told = 0
    for country in sorted(house.signing.countries):
        with house.db.write() as session:
            desk = house.system_desk(session, country)
            told += sum(_tell(desk, each, news[each.stands], right) for each in standing(desk) if each.stands in news)
    return told


def _tell(desk: Desk, each: Standing, kind: str, right: str) -> int:
    subject = f"{each.country}:{each.rule.kind}:{each.next_by}"
    if corridor_queries.was_told(desk, kind, subject):
        return 0
    return min(1, notices.tell(desk, notices.holders(desk, right), kind, "corridor", subject))
