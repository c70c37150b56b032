"""The SELECTs behind a timeline page and the book of looks: always below a case found within reach, or within one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, not_, or_, select, union_all

from app.access.desk import Desk
from app.access.scope import cases_in_scope, referrals_in_scope
from app.casework.held import CASE, REFERRAL
from app.casework.tasks import TABLE as TASK
from app.casework.timeline import HISTORY, Subject
from app.kit.paging import Ask
from app.models.access_log import AccessEntry
from app.models.case import CaseTeam
from app.models.record import Record

_LOOKS: Final[Any] = AccessEntry.__table__
_RECORD: Final[Any] = Record.__table__
_TEAM: Final[Any] = CaseTeam.__table__
MOST_LOOKS: Final = 500


def looks_between(
    desk: Desk, subjects: Sequence[Subject], after: datetime | None, before: datetime | None, most: int = MOST_LOOKS
) -> list[Row[Any]]:
    """The newest looks at these subjects after one moment and up to another (None: no bound on that side)."""
    query = select(_LOOKS).where(_about(subjects), *_within(_LOOKS.c.at, after, before))
    return list(desk.session.execute(query.order_by(_LOOKS.c.at.desc(), _LOOKS.c.id.desc()).limit(most)))


def overdue_between(
    desk: Desk, case_id: str, after: datetime | None, before: datetime | None
) -> list[Row[Any]]:
    """The duties of a case and its referrals that were not done when they were due, by the moment they were due."""
    # What was done while its clock stood still was late only if it was late when the clock stopped.
    in_time = and_(TASK.c.stopped_at.is_not(None), TASK.c.stopped_at <= TASK.c.due_at)
    done_late = and_(TASK.c.done_at > TASK.c.due_at, not_(in_time))
    late = or_(and_(TASK.c.state == "open", TASK.c.due_at < desk.now), done_late)
    query = (
        select(TASK.c.id, TASK.c.kind, TASK.c.role, TASK.c.due_at, TASK.c.done_at, TASK.c.state)
        .where(TASK.c.case_id == case_id, TASK.c.country == desk.actor.country, late)
        .where(*_within(TASK.c.due_at, after, before))
    )
    return list(desk.session.execute(query.order_by(TASK.c.due_at.desc(), TASK.c.id)))


def corrections(desk: Desk, subjects: Sequence[Subject], records: Sequence[str]) -> list[Row[Any]]:
    """Of these records and those that correct them: id, what it corrects, and when it was written down."""
    query = select(_RECORD.c.id, _RECORD.c.corrects_id, _RECORD.c.recorded_at).where(
        _RECORD.c.subject_id.in_([each.id for each in subjects]),
        or_(_RECORD.c.id.in_(records), _RECORD.c.corrects_id.in_(records)),
    )
    return list(desk.session.execute(query.order_by(_RECORD.c.recorded_at, _RECORD.c.id)))


def notes(desk: Desk, case_id: str) -> list[Row[Any]]:
    """The notes of a case as they were hashed: number, moment and bytes; their words stay sealed."""
    query = select(HISTORY.c.seq, HISTORY.c.recorded_at, HISTORY.c.canonical).where(
        HISTORY.c.subject_id == case_id, HISTORY.c.kind == "note"
    )
    return list(desk.session.execute(query.order_by(HISTORY.c.seq)))


def team_ever(desk: Desk, case_id: str) -> list[Row[Any]]:
    """Everybody who is or was on the team of a case, with the time."""
    query = select(_TEAM.c.user_id, _TEAM.c.since, _TEAM.c.until).where(_TEAM.c.case_id == case_id)
    return list(desk.session.execute(query.order_by(_TEAM.c.since, _TEAM.c.id)))


def book(desk: Desk, permission: str, ask: Ask) -> tuple[list[Row[Any]], str | None]:
    """One page of all looks at cases and referrals that ``permission`` reaches, newest first."""
    cases = select(CASE.c.id).where(cases_in_scope(desk, permission))
    referrals = select(REFERRAL.c.id).where(referrals_in_scope(desk, permission))
    within = or_(
        and_(_LOOKS.c.subject_kind == "case", _LOOKS.c.subject_id.in_(cases)),
        and_(_LOOKS.c.subject_kind == "referral", _LOOKS.c.subject_id.in_(referrals)),
    )
    query = ask.narrow(
        select(_LOOKS).where(_LOOKS.c.country == desk.actor.country, within), [_LOOKS.c.at, _LOOKS.c.id],
        newest_first=True,
    )  # fmt: skip
    page, following = ask.cut(desk.session.execute(query).all(), lambda row: (row.at, row.id))
    return list(page), following


def references_of(desk: Desk, subject_ids: Sequence[str]) -> dict[str, str]:
    """The reference of the case that each of these cases and referral copies is about, where there is one."""
    of_cases = select(CASE.c.id, CASE.c.reference).where(CASE.c.id.in_(subject_ids))
    of_copies = (
        select(REFERRAL.c.id, CASE.c.reference)
        .join(CASE, CASE.c.id == REFERRAL.c.case_id)
        .where(REFERRAL.c.id.in_(subject_ids))
    )
    return {row.id: row.reference for row in desk.session.execute(union_all(of_cases, of_copies))}


def _about(subjects: Sequence[Subject]) -> ColumnElement[bool]:
    parts = []
    for kind in ("case", "referral"):
        ids = [each.id for each in subjects if each.kind == kind]
        parts.append(and_(_LOOKS.c.subject_kind == kind, _LOOKS.c.subject_id.in_(ids)))
    return or_(*parts)


def _within(column: Any, after: datetime | None, before: datetime | None) -> list[ColumnElement[bool]]:
    bounds = [] if after is None else [column > after]
    return bounds if before is None else [*bounds, column <= before]
