"""Counts people for the published tables, exactly; who may see which figure is decided elsewhere.

The two tables count different things about partly the same people: somebody admitted to a shelter, and
somebody received at home. Their sums must never be added.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from app.models.case import Case, CaseFactsRow
from app.models.referral import Referral

CASE: Final[Any] = Case.__table__
FACTS: Final[Any] = CaseFactsRow.__table__
COPY: Final[Any] = Referral.__table__

SHELTER: Final = "shelter"
MINOR, ADULT, UNKNOWN = "0-17", "18+", "unknown"
NEGATIVE: Final = ("screened_out", "not_identified")
RETURNED: Final = ("received", "in_reintegration", "completed")

# Nationality, exploitation, age band, sex; or from, to, sex, age. Each with the number of people, never 0.
Table = dict[tuple[str, str, str, str], int]


def shelter_table(session: Session, country: str, year: int, *, within: ColumnElement[bool] | None = None) -> Table:
    """People admitted to the shelters of ``country`` whose case opened in ``year``.

    Counted are cases of the shelter channel for which a place of stay has been recorded; people of the
    return channel are never among them. within: a further condition on cases (a reader's scope).
    Returns (nationality, exploitation, age band, sex) -> people.
    """
    columns = (FACTS.c.nationality, FACTS.c.exploitation, FACTS.c.age_band, FACTS.c.sex)
    query = (
        select(*columns, func.count())
        .join(CASE, CASE.c.id == FACTS.c.case_id)
        .where(
            FACTS.c.country == country,
            FACTS.c.channel == SHELTER,
            FACTS.c.opened_on.between(date(year, 1, 1), date(year, 12, 31)),
            # The stored facts are canonical JSON; without a place of stay it says null.
            FACTS.c.facts.contains('"placement":{'),
        )
        .group_by(*columns)
        .order_by(*columns)
    )
    if within is not None:
        query = query.where(within)
    return {tuple(row[:4]): row[4] for row in session.execute(query)}


def findings_table(
    session: Session, country: str, year: int, codes: Iterable[str], *, within: ColumnElement[bool] | None = None
) -> Table:
    """People of ``country`` who were told no, whose case opened in ``year``, by what was found instead.

    codes: the findings to tell apart (code list other_finding); the rest, and cases from before findings were kept, is
    "unknown". within: a further condition on cases. Returns (finding, nationality, age band, sex) -> people.
    """
    # The stored facts are canonical JSON, and no other fact is called so.
    found = [(FACTS.c.facts.contains(f'"finding":"{code}"'), literal(code)) for code in codes]
    columns = (
        case(*found, else_=literal(UNKNOWN)).label("finding"), FACTS.c.nationality, FACTS.c.age_band, FACTS.c.sex
    )  # fmt: skip
    counted = (
        select(*columns)
        .join(CASE, CASE.c.id == FACTS.c.case_id)
        .where(
            FACTS.c.country == country,
            CASE.c.identification.in_(NEGATIVE),
            FACTS.c.opened_on.between(date(year, 1, 1), date(year, 12, 31)),
        )
    )
    people = (counted if within is None else counted.where(within)).subquery()
    keys = (people.c.finding, people.c.nationality, people.c.age_band, people.c.sex)
    query = select(*keys, func.count()).group_by(*keys).order_by(*keys)
    return {tuple(row[:4]): row[4] for row in session.execute(query)}


def returns_table(
    session: Session,
    year: int,
    *,
    country: str | None = None,
    channel: str | None = None,
    within: ColumnElement[bool] | None = None,
) -> Table:
    """People whose receipt at the border was signed in ``year``, each once although two copies tell of them.

    country: only the copies this country holds (what it can know by itself); without it the receiving side's
    copy counts, and the sending side's where the other is not in this installation. channel: only people
    whose case has that channel in the sending country (or here, where that case is elsewhere); a receiving
    country's own cases always have the channel "return". within: a further condition on copies.
    Returns (from, to, sex, age) -> people; age is "0-17", "18+" or "unknown".
    """
    sending, theirs = COPY.alias("sending"), CASE.alias("theirs")
    other = COPY.alias("other")
    columns = (
        case((COPY.c.side == "sender", COPY.c.country), else_=COPY.c.other_country).label("from_country"),
        case((COPY.c.side == "sender", COPY.c.other_country), else_=COPY.c.country).label("to_country"),
        func.coalesce(FACTS.c.sex, "U").label("sex"),
        case(
            (FACTS.c.age_band.in_(("0-14", "15-17", MINOR)), MINOR), (FACTS.c.age_band == "18+", ADULT), else_=UNKNOWN
        ).label("age"),
    )
    counted = select(*columns).outerjoin(FACTS, FACTS.c.case_id == COPY.c.case_id)
    counted = counted.where(
        COPY.c.custody == "receiver",
        COPY.c.state.in_(RETURNED),
        # Only a receipt has these two side by side in the canonical JSON of the facts.
        COPY.c.facts.like(f'%"on":"{year:04d}-__-__","person_present":%'),
    )
    if country is not None:
        counted = counted.where(COPY.c.country == country)
    else:
        here_too = exists().where(other.c.shared_id == COPY.c.shared_id, other.c.side == "receiver")
        counted = counted.where(or_(COPY.c.side == "receiver", ~here_too))
    if channel is not None:
        counted = (
            counted.outerjoin(sending, (sending.c.shared_id == COPY.c.shared_id) & (sending.c.side == "sender"))
            .outerjoin(theirs, theirs.c.id == sending.c.case_id)
            .where(func.coalesce(theirs.c.channel, FACTS.c.channel) == channel)
        )
    if within is not None:
        counted = counted.where(within)
    people = counted.subquery()
    keys = (people.c.from_country, people.c.to_country, people.c.sex, people.c.age)
    query = select(*keys, func.count()).group_by(*keys).order_by(*keys)
    return {tuple(row[:4]): row[4] for row in session.execute(query)}
