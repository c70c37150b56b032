"""Meetings of two countries about their referrals: each country's copy, and what was decided there as its own rows."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class CorridorMeeting(Base):
    """The copy of one meeting that ``country`` keeps; ``shared_id`` is the same on both sides.

    Codes: kind meeting_kind, way meeting_way, state corridor_meeting_state. ``host``, ``proposed_by``: countries.
    ``sealed``: canonical JSON of what both want to discuss, the agenda and the minutes, under ``wrapped``, a key of the
    meeting's own. ``office_id``: the focal office here. ``held_on``: set when the minutes are confirmed.
    """

    __tablename__ = "corridor_meeting"
    __table_args__ = (
        UniqueConstraint("country", "shared_id"),
        Index("ix_corridor_meeting_day", "country", "day", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    other_country: Mapped[str] = mapped_column(String(2))
    shared_id: Mapped[str] = mapped_column(String(36))
    reference: Mapped[str] = mapped_column(String(40))
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    kind: Mapped[str] = mapped_column(String(40))
    host: Mapped[str] = mapped_column(String(2))
    way: Mapped[str] = mapped_column(String(20))
    day: Mapped[date]
    proposed_by: Mapped[str] = mapped_column(String(2))
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(40))
    held_on: Mapped[date | None]
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int]
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class CorridorDecision(Base):
    """One decision of confirmed minutes, as both countries keep it. Its words stand in the minutes alone.

    ``what``: code of meeting_decision; ``by_country`` and ``part``: who does it until when. ``task_id``: the task here,
    where this country does it. ``done_at``: when it was done here, or the other country said so.
    """

    __tablename__ = "corridor_decision"
    __table_args__ = (
        UniqueConstraint("meeting_id", "number"),
        Index("ix_corridor_decision_open", "country", "done_at", "id"),
        Index("ix_corridor_decision_task", "task_id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    meeting_id: Mapped[str] = mapped_column(ForeignKey("corridor_meeting.id"))
    number: Mapped[int]
    referral: Mapped[str] = mapped_column(String(36))
    what: Mapped[str] = mapped_column(String(40))
    by_country: Mapped[str] = mapped_column(String(2))
    part: Mapped[str] = mapped_column(String(40))
    until: Mapped[date]
    task_id: Mapped[str | None] = mapped_column(String(36))
    done_at: Mapped[datetime | None]
