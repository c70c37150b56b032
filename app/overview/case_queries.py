"""Every SELECT of the pages of a case, always below a case that was found within the asker's scope."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, func, or_, select

from app.access.desk import Desk
from app.access.may import permitted, referral_within_reach
from app.access.scope import tasks_in_scope
from app.casework import messages, receipts
from app.casework.held import CASE, OFFICE, REFERRAL
from app.casework.tasks import TABLE as TASK
from app.casework.tasks import UNDONE
from app.casework.timeline import HISTORY
from app.models.case import CaseTeam
from app.models.record import Record
from app.models.user import User, UserRole

_TEAM: Final[Any] = CaseTeam.__table__
_USER: Final[Any] = User.__table__
_ROLE: Final[Any] = UserRole.__table__
_RECORD: Final[Any] = Record.__table__
_MESSAGE: Final[Any] = messages.TABLE
_RECEIPT: Final[Any] = receipts.TABLE
# A case has a handful of duties at a time and some dozens over its life; more than this a page does not show.
MOST_TASKS: Final = 200
# What a referral is followed by in the strip: the steps that mark its way.
_MARKS: Final = (
    "send", "offer_received", "acknowledge", "decline", "return_for_info", "sign_handover", "sign_receipt",
    "withdraw", "cancel", "grant_end",
)  # fmt: skip


def team_by_role(desk: Desk, case_id: str) -> dict[str, list[tuple[str, str]]]:
    """Role -> the people (account id, name) who are on the team of a case now, in the order of joining."""
    query = (
        select(_TEAM.c.role, _TEAM.c.user_id, _USER.c.display_name)
        .join(_USER, _USER.c.id == _TEAM.c.user_id)
        .where(_TEAM.c.case_id == case_id, or_(_TEAM.c.until.is_(None), _TEAM.c.until > desk.now))
        .order_by(_TEAM.c.since, _TEAM.c.id)
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for row in desk.session.execute(query):
        found.setdefault(row.role, []).append((row.user_id, row.display_name))
    return found


def tasks_of_case(desk: Desk, case_id: str) -> Sequence[Row[Any]]:
    """The tasks of a case and its referrals, open and done, due first; with reference and side of the referral."""
    query = (
        select(TASK, REFERRAL.c.reference.label("referral_reference"), REFERRAL.c.side.label("referral_side"))
        .outerjoin(REFERRAL, REFERRAL.c.id == TASK.c.referral_id)
        .where(TASK.c.case_id == case_id, TASK.c.country == desk.actor.country)
        .order_by(TASK.c.due_at, TASK.c.id)
        .limit(MOST_TASKS)
    )
    return desk.session.execute(query).all()


def steps_called(desk: Desk, case_id: str, steps: Sequence[str]) -> Sequence[Row[Any]]:
    """The entries of a case's history that tell of one of these steps, newest first."""
    query = (
        select(HISTORY.c.canonical)
        .where(HISTORY.c.subject_id == case_id, HISTORY.c.kind == "step", HISTORY.c.step.in_(steps))
        .order_by(HISTORY.c.seq.desc())
        .limit(MOST_TASKS)
    )
    return desk.session.execute(query).all()


def within_permission(desk: Desk, case_id: str, permission: str) -> frozenset[str]:
    """The ids of the tasks of a case and its referrals that ``permission`` reaches."""
    if not permitted(desk, permission):
        return frozenset()
    query = select(TASK.c.id).where(TASK.c.case_id == case_id, tasks_in_scope(desk, permission))
    return frozenset(desk.session.execute(query).scalars())


def open_task_of(desk: Desk, case_id: str, record_id: str) -> str | None:
    """The open task that a record of a case made, if there is one the reader sees."""
    query = select(TASK.c.id).where(
        TASK.c.case_id == case_id, TASK.c.record_id == record_id, TASK.c.state.in_(UNDONE)
    )
    found: str | None = desk.session.execute(query).scalar_one_or_none()
    return found


def moved_at(desk: Desk, case_id: str) -> datetime | None:
    """When the last step was taken on a case, or when it was opened."""
    query = select(func.max(HISTORY.c.recorded_at)).where(
        HISTORY.c.subject_id == case_id, HISTORY.c.kind.in_(("step", "opened"))
    )
    moved: datetime | None = desk.session.execute(query).scalar_one()
    return moved


def newest_referral(desk: Desk, case_id: str) -> Row[Any] | None:
    """This country's newest referral copy of a case, if the actor may see it."""
    query = (
        select(
            REFERRAL.c.id, REFERRAL.c.reference, REFERRAL.c.shared_id, REFERRAL.c.side, REFERRAL.c.state,
            REFERRAL.c.country, REFERRAL.c.other_country, REFERRAL.c.custody, REFERRAL.c.border_point,
        )
        .where(REFERRAL.c.case_id == case_id, REFERRAL.c.country == desk.actor.country)
        .order_by(REFERRAL.c.opened_at.desc(), REFERRAL.c.id)
        .limit(1)
    )  # fmt: skip
    row: Any = desk.session.execute(query).one_or_none()
    return row if row is not None and referral_within_reach(desk, "referral:read", row.id) else None


def marks_of(desk: Desk, referral_id: str) -> Sequence[Row[Any]]:
    """The entries that mark the way of a referral copy: step, actor and the two moments, oldest first."""
    query = (
        select(HISTORY.c.step, HISTORY.c.actor_id, HISTORY.c.happened_at, HISTORY.c.recorded_at)
        .where(
            HISTORY.c.subject_id == referral_id,
            HISTORY.c.kind.in_(("step", "partner", "opened")),
            HISTORY.c.step.in_(_MARKS),
        )
        .order_by(HISTORY.c.seq)
    )
    return desk.session.execute(query).all()


def seen_at(desk: Desk, shared_id: str) -> datetime | None:
    """When somebody of the receiving side first opened the offer, as far as this country holds the receipt."""
    query = (
        select(func.min(_RECEIPT.c.at))
        .join(
            _MESSAGE,
            (_MESSAGE.c.country == _RECEIPT.c.country) & (_MESSAGE.c.message_id == _RECEIPT.c.message_id),
        )
        .where(
            _RECEIPT.c.country == desk.actor.country,
            _RECEIPT.c.level == "seen",
            _MESSAGE.c.shared_id == shared_id,
            _MESSAGE.c.type == "send",
        )
    )
    seen: datetime | None = desk.session.execute(query).scalar_one()
    return seen


def names_of(desk: Desk, ids: Iterable[str]) -> dict[str, str]:
    """Account id -> the name colleagues read; other ids, such as the program's, are left out."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    query = select(_USER.c.id, _USER.c.display_name).where(_USER.c.id.in_(wanted))
    return {row.id: row.display_name for row in desk.session.execute(query)}


def records_of_kinds(desk: Desk, case_id: str, kinds: Sequence[str]) -> Sequence[Row[Any]]:
    """The record rows of a case of these kinds, newest first; what was corrected since is left out."""
    corrected = select(_RECORD.c.corrects_id).where(_RECORD.c.corrects_id.is_not(None))
    query = (
        select(_RECORD)
        .where(
            _RECORD.c.subject == "case",
            _RECORD.c.subject_id == case_id,
            _RECORD.c.kind.in_(kinds),
            _RECORD.c.id.not_in(corrected.where(_RECORD.c.subject_id == case_id)),
        )
        .order_by(_RECORD.c.seq.desc())
    )
    return desk.session.execute(query).all()


def colleagues(desk: Desk, roles: Iterable[str], office_id: str | None = None) -> Sequence[Row[Any]]:
    """Active accounts of the office (the actor's own) holding one of ``roles``: id, name, role; by name."""
    query = (
        select(_USER.c.id, _USER.c.display_name, _ROLE.c.role)
        .join(_ROLE, _ROLE.c.user_id == _USER.c.id)
        .join(OFFICE, OFFICE.c.id == _USER.c.office_id)
        .where(
            _USER.c.active.is_(True), OFFICE.c.id == (office_id or desk.office_id),
            OFFICE.c.country == desk.actor.country, _ROLE.c.role.in_(sorted(roles)),
        )
        .order_by(_USER.c.display_name, _ROLE.c.role)
    )  # fmt: skip
    return desk.session.execute(query).all()


def version_of(desk: Desk, case_id: str) -> int:
    """The present version of a case."""
    return int(desk.session.execute(select(CASE.c.version).where(CASE.c.id == case_id)).scalar_one())
