"""The SELECTs behind the board of supervision: duties, declines, refusals, exceptions, emergencies, what is not known.

Figures need no row that is not theirs to count. Row security lets statistics see no entry, duty or emergency at all, so
the house reads them, within the very predicates that count cases and copies (`statistics:read`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, case, func, not_, or_, select

from app.access import rows
from app.access.desk import Desk
from app.casework.held import CASE, FACTS, OFFICE, REFERRAL
from app.casework.tasks import PASSING
from app.casework.tasks import TABLE as TASK
from app.casework.timeline import HISTORY
from app.models.walls import EmergencyAccess
from app.statistics.queries import KINDS, cases, counted, referrals
from workflows.care import Care
from workflows.identification import Identification

EMERGENCY: Final[Any] = EmergencyAccess.__table__
_PRESUMED: Final = tuple(
    each.value
    for each in (
        Identification.PRESUMED, Identification.DECIDING, Identification.IDENTIFIED, Identification.RECONSIDERING
    )
)  # fmt: skip
_CARED_FOR: Final = tuple(each.value for each in Care if each not in (Care.INTAKE, Care.AWAITING_ARRIVAL, Care.CLOSED))
_EVERYBODY: Final = CASE.c.care.is_not(None)
_TOLD: Final = CASE.c.identification.in_(_PRESUMED)
_STAYS: Final = CASE.c.care.in_(_CARED_FOR)


def _says_not(words: str) -> ColumnElement[bool]:
    # The stored facts are canonical JSON; each of these stands in it once, at the top.
    found: ColumnElement[bool] = not_(FACTS.c.facts.contains(words, autoescape=True))
    return found


# What a case should say -> from whom on it is asked, and when it is known.
KNOWN: Final[dict[str, tuple[ColumnElement[bool], ColumnElement[bool]]]] = {
    "nationality": (_EVERYBODY, FACTS.c.nationality != "unknown"),
    "age_band": (_EVERYBODY, FACTS.c.age_band != "unknown"),
    "sex": (_EVERYBODY, FACTS.c.sex != "U"),
    "language": (_EVERYBODY, _says_not('"language":"unknown"')),
    "source": (_EVERYBODY, _says_not('"source":"unknown"')),
    "exploitation": (_TOLD, FACTS.c.exploitation != "unknown"),
    "rights": (_TOLD, _says_not('"rights":null')),
    "needs": (_STAYS, _says_not('"needs":null')),
    "placement": (_STAYS, _says_not('"placement":null')),
}


def duties_by_place(desk: Desk) -> dict[str, list[Row[Any]]]:
    """Open duties by office, and by the country at the other end: how many, how many late, and on how many cases.

    Of a duty about a referral without a case here the referral stands for the case.
    """
    is_late = and_(TASK.c.due_at < desk.now, TASK.c.kind.not_in(PASSING))
    about = func.coalesce(TASK.c.case_id, TASK.c.referral_id)
    about_case = and_(TASK.c.referral_id.is_(None), TASK.c.case_id.in_(cases(desk)))
    about_referral = TASK.c.referral_id.in_(referrals(desk))
    found = {}
    for by, place in (("office", OFFICE.c.code), ("corridor", REFERRAL.c.other_country)):
        query = (
            select(
                place.label("place"), func.count().label("open"), func.count(about.distinct()).label("people"),
                func.sum(case((is_late, 1), else_=0)).label("late"),
                func.count(case((is_late, about)).distinct()).label("late_people"),
            )
            .select_from(TASK)
            .join(OFFICE, OFFICE.c.id == TASK.c.office_id)
            .outerjoin(REFERRAL, REFERRAL.c.id == TASK.c.referral_id)
            .where(TASK.c.country == desk.actor.country, TASK.c.state == "open", or_(about_case, about_referral))
            .where(place.is_not(None))
            .group_by(place)
        )  # fmt: skip
        with rows.as_the_house(desk.session, desk.actor.country):
            found[by] = list(desk.session.execute(query))
    return found


def declines(desk: Desk, since: datetime) -> list[Row[Any]]:
    """Every decline of a referral since then: who declined, the country at the other end, and the entry's bytes."""
    query = (
        select(REFERRAL.c.side, REFERRAL.c.other_country, HISTORY.c.canonical)
        .join(REFERRAL, REFERRAL.c.id == HISTORY.c.subject_id)
        .where(HISTORY.c.kind.in_(KINDS), HISTORY.c.step == "decline", HISTORY.c.happened_at >= since)
        .where(HISTORY.c.subject_id.in_(referrals(desk)))
        .order_by(HISTORY.c.subject_id, HISTORY.c.seq)
    )
    with rows.as_the_house(desk.session, desk.actor.country):
        return list(desk.session.execute(query))


def refused(desk: Desk, since: datetime) -> list[Row[Any]]:
    """Every refused attempt since then: on what, and the entry's bytes."""
    query = (
        select(HISTORY.c.subject_id, HISTORY.c.canonical)
        .where(HISTORY.c.kind == "attempt", HISTORY.c.recorded_at >= since)
        .where(counted(desk, HISTORY.c.subject, HISTORY.c.subject_id))
        .order_by(HISTORY.c.subject_id, HISTORY.c.seq)
    )
    with rows.as_the_house(desk.session, desk.actor.country):
        return list(desk.session.execute(query))


def with_exceptions(desk: Desk) -> list[str]:
    """The facts of the cases for which an exception from a rule was ever granted."""
    query = (
        select(FACTS.c.facts)
        .join(CASE, CASE.c.id == FACTS.c.case_id)
        .where(FACTS.c.case_id.in_(cases(desk)), _says_not('"overrides":[]'))
        .order_by(CASE.c.id)
    )
    return list(desk.session.execute(query).scalars())


def emergencies(desk: Desk, since: datetime) -> list[Row[Any]]:
    """Emergency accesses since then to cases that are counted: which case, until when, and what the review said."""
    query = (
        select(
            EMERGENCY.c.case_id, EMERGENCY.c.until, EMERGENCY.c.ended_at, EMERGENCY.c.reviewed_at, EMERGENCY.c.verdict
        )
        .where(EMERGENCY.c.country == desk.actor.country, EMERGENCY.c.since >= since)
        .where(EMERGENCY.c.case_id.in_(cases(desk)))
        .order_by(EMERGENCY.c.since, EMERGENCY.c.id)
    )
    with rows.as_the_house(desk.session, desk.actor.country):
        return list(desk.session.execute(query))


def known(desk: Desk) -> dict[str, tuple[int, int]]:
    """What the open cases say: fact -> (of how many cases it is asked by now, how many say it)."""
    columns = []
    for asked, says in KNOWN.values():
        columns += [func.sum(case((asked, 1), else_=0)), func.sum(case((and_(asked, says), 1), else_=0))]
    query = (
        select(*columns)
        .select_from(CASE)
        .join(FACTS, FACTS.c.case_id == CASE.c.id)
        .where(CASE.c.id.in_(cases(desk)), CASE.c.care != Care.CLOSED.value)
    )
    found = [int(each or 0) for each in desk.session.execute(query).one()]
    return {name: (found[2 * n], found[2 * n + 1]) for n, name in enumerate(KNOWN)}
