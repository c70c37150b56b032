"""The SELECTs behind durations, waiting and releases; steps and duties within `statistics:read`, by codes and days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import Desk
from app.access.powers import APPROVAL
from app.access.scope import cases_in_scope, referrals_in_scope
from app.casework.held import CASE, REFERRAL
from app.casework.tasks import TABLE as TASK
from app.casework.timeline import HISTORY
from app.models.microdata import MadeMicrodata
from app.models.released_table import ReleasedTable
from app.statistics.stages import STEPS

READ: Final = "statistics:read"
KINDS: Final = ("step", "partner")


def steps_taken(desk: Desk) -> list[Row[Any]]:
    """Every step that begins or ends a stage, chain by chain, in one pass.

    Of one referral each country sees its own copy, which holds the steps of both sides.
    """
    # Figures need no entry that is not theirs to count; row security lets statistics see no entry at all, so the house
    # reads them, within the very predicate that counts the cases.
    with rows.as_the_house(desk.session, desk.actor.country):
        query = (
            select(
                HISTORY.c.subject_id,
                HISTORY.c.subject,
                HISTORY.c.step,
                HISTORY.c.happened_at,
                REFERRAL.c.other_country,
            )
            .select_from(HISTORY)
            .outerjoin(REFERRAL, and_(HISTORY.c.subject == "referral", REFERRAL.c.id == HISTORY.c.subject_id))
            .where(HISTORY.c.kind.in_(KINDS), HISTORY.c.step.in_(sorted(STEPS)))
            .where(counted(desk, HISTORY.c.subject, HISTORY.c.subject_id))
            .order_by(HISTORY.c.subject_id, HISTORY.c.seq)
        )
        return list(desk.session.execute(query))


def open_duties(desk: Desk) -> list[Row[Any]]:
    """The open duties of the cases and referrals that are counted: kind, how many, how many late, on how many cases."""
    is_late = TASK.c.due_at < desk.now
    about = func.coalesce(TASK.c.case_id, TASK.c.referral_id)
    about_case = and_(TASK.c.referral_id.is_(None), TASK.c.case_id.in_(cases(desk)))
    about_referral = TASK.c.referral_id.in_(referrals(desk))
    with rows.as_the_house(desk.session, desk.actor.country):
        query = (
            select(
                TASK.c.kind, func.count().label("open"), func.sum(case((is_late, 1), else_=0)).label("late"),
                func.count(about.distinct()).label("people"),
                func.count(case((is_late, about)).distinct()).label("late_people"),
            )
            .where(TASK.c.country == desk.actor.country, TASK.c.state == "open", or_(about_case, about_referral))
            .group_by(TASK.c.kind)
            .order_by(TASK.c.kind)
        )
        return list(desk.session.execute(query))


def counted(desk: Desk, kind: Any, subject_id: Any) -> Any:
    """That an entry's subject is a case or a copy within `statistics:read`."""
    return or_(
        and_(kind == "case", subject_id.in_(cases(desk))), and_(kind == "referral", subject_id.in_(referrals(desk)))
    )


def cases(desk: Desk) -> Any:
    """The ids of the cases that are counted."""
    return select(CASE.c.id).where(cases_in_scope(desk, READ))


def referrals(desk: Desk) -> Any:
    """The ids of the referral copies that are counted."""
    return select(REFERRAL.c.id).where(referrals_in_scope(desk, READ))


RELEASED: Final[Any] = ReleasedTable.__table__


def releases(desk: Desk) -> list[Row[Any]]:
    """The releases of the desk's country, the newest first, without their bytes."""
    columns = [column for column in RELEASED.c if column.name not in ("content", "counted")]
    query = (
        select(*columns)
        .where(RELEASED.c.country == desk.actor.country)
        .order_by(RELEASED.c.released_at.desc(), RELEASED.c.number.desc(), RELEASED.c.id)
    )
    return list(desk.session.execute(query))


def newest_release(desk: Desk, report: str, period: str) -> Row[Any] | None:
    """The newest release of a period of a report, or None."""
    query = _releases_of(desk, report, period).order_by(RELEASED.c.number.desc()).limit(1)
    return desk.session.execute(query).first()


def releases_of(desk: Desk, report: str, period: str) -> list[Row[Any]]:
    """All releases of a period of a report with their bytes, the oldest first."""
    return list(desk.session.execute(_releases_of(desk, report, period).order_by(RELEASED.c.number)))


def released_tables(desk: Desk) -> list[Row[Any]]:
    """All releases of tables of the country with their bytes, in their turn."""
    query = select(RELEASED).where(RELEASED.c.country == desk.actor.country, RELEASED.c.turn.is_not(None))
    return list(desk.session.execute(query.order_by(RELEASED.c.turn)))


def rows_read(
    session: Session, about: Any, columns: Sequence[Any], tables: Any, wanted: Sequence[ColumnElement[bool]]
) -> Iterable[Row[Any]]:
    """``about`` and the columns of every row for which one of ``wanted`` holds."""
    return session.execute(select(about.label("about"), *columns).select_from(tables).where(or_(*wanted)))


def turns(desk: Desk) -> int:
    """How many releases of tables the country has."""
    query = select(func.max(RELEASED.c.turn)).where(RELEASED.c.country == desk.actor.country)
    return desk.session.execute(query).scalar_one() or 0


def release(desk: Desk, report: str, period: str, number: int) -> Row[Any] | None:
    """The release of that number, or None."""
    return desk.session.execute(_releases_of(desk, report, period).where(RELEASED.c.number == number)).first()


def _releases_of(desk: Desk, report: str, period: str) -> Select[Any]:
    here = (RELEASED.c.country == desk.actor.country, RELEASED.c.report == report, RELEASED.c.period == period)
    return select(RELEASED).where(*here)


MADE: Final[Any] = MadeMicrodata.__table__


def made_of_year(desk: Desk, period: str) -> list[Row[Any]]:
    """Every making of a file about the people of a year, in the order they took from its budget."""
    query = select(MADE).where(MADE.c.country == desk.actor.country, MADE.c.period == period).order_by(MADE.c.turn)
    return list(desk.session.execute(query))


def makings(desk: Desk) -> list[Row[Any]]:
    """Every making of the desk's country, the newest first."""
    query = (
        select(MADE)
        .where(MADE.c.country == desk.actor.country)
        .order_by(MADE.c.agreed_at.desc(), MADE.c.turn.desc(), MADE.c.id)
    )
    return list(desk.session.execute(query))


def making(desk: Desk, made_id: str) -> Row[Any]:
    """The making of that id in the desk's country, which is known to exist."""
    return desk.session.execute(select(MADE).where(MADE.c.country == desk.actor.country, MADE.c.id == made_id)).one()


def asked_for(desk: Desk, kind: str) -> list[Row[Any]]:
    """The approvals of a kind that the actor asked for and that nobody has decided: id and payload."""
    query = select(APPROVAL.c.id, APPROVAL.c.payload).where(
        APPROVAL.c.kind == kind, APPROVAL.c.asked_by == desk.actor.id, APPROVAL.c.state == "waiting",
        APPROVAL.c.expires_at > desk.now,
    )  # fmt: skip
    return list(desk.session.execute(query))
