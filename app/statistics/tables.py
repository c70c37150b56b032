"""The two tables that the demonstration compares with what was published, through the same engine as every table.

They count different things about partly the same people: somebody admitted to a shelter, and somebody received at
home. Their sums must never be added.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session

from app.statistics.counting import Cells, Wanted, count
from app.statistics.periods import year as whole_year
from app.statistics.populations import CASE, COPY, FACTS
from policies.model import Policies

SHELTER: Final = "shelter"
RETURNED: Final = ("received", "in_reintegration", "completed")
_ADMITTED: Final = Wanted(
    "people", ("nationality", "exploitation", "age_band", "sex"), "opened_on",
    {"placed": ("yes",), "way_in": (SHELTER,)},
)  # fmt: skip
_RECEIVED: Final = Wanted(
    "returns", ("from_country", "to_country", "sex", "age_band"), "received_on", {"referral": RETURNED}
)


def shelter_table(session: Session, policies: Policies, country: str, year: int) -> Cells:
    """People admitted to the shelters of ``country`` whose case opened in ``year``.

    Counted are people of the shelter channel for whom a place of stay has been recorded; people of the return channel
    are never among them. Returns (nationality, exploitation, age band, sex) -> people.
    """
    return count(session, policies, _ADMITTED, whole_year(year), country=country)


def returns_table(
    session: Session, policies: Policies, year: int, *, country: str | None = None, channel: str | None = None
) -> Cells:
    """People whose receipt at the border was signed in ``year``, each once although two copies tell of them.

    country: only the copies this country holds (what it can know by itself); without it the receiving side's copy
    counts, and the sending side's where the other is not in this installation. channel: only people whose case has
    that channel in the sending country (or here, where that case is elsewhere); a receiving country's own cases always
    have the channel "return". Returns (from, to, sex, age) -> people; age is "0-17", "18+" or "unknown".
    """
    conditions: list[ColumnElement[bool]] = []
    if country is None:
        other: Any = COPY.alias("other")
        here_too = exists().where(other.c.shared_id == COPY.c.shared_id, other.c.side == "receiver")
        conditions.append(or_(COPY.c.side == "receiver", ~here_too))
    if channel is not None:
        sending, theirs = COPY.alias("sending"), CASE.alias("theirs")
        said = (
            select(theirs.c.channel)
            .join(sending, sending.c.case_id == theirs.c.id)
            .where(sending.c.shared_id == COPY.c.shared_id, sending.c.side == "sender")
            .scalar_subquery()
        )
        conditions.append(func.coalesce(said, FACTS.c.channel) == channel)
    within = {"referral": and_(true(), *conditions)}
    return count(session, policies, _RECEIVED, whole_year(year), country=country, within=within)
