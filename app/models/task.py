"""Tasks: what somebody must do by when, and which source says so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class Task(Base):
    """One duty of a role in an office. ``clock`` and ``sources`` tell where the due moment comes from.

    ``state``: open, stopped (its clock stands still, the duty remains) or done. ``escalation``: how many rungs of the
    ladder have rung, ``rung`` the last of them, ``next_rung_at`` when to look at the next one.
    """

    __tablename__ = "task"
    __table_args__ = (
        Index("ix_task_office_state_due", "office_id", "state", "due_at", "id"),
        Index("ix_task_ringing", "state", "missed_at", "due_at"),
        Index("ix_task_next_rung", "state", "next_rung_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    office_id: Mapped[str] = mapped_column(String(36))
    case_id: Mapped[str | None] = mapped_column(String(36), index=True)
    referral_id: Mapped[str | None] = mapped_column(String(36), index=True)
    # The matter of the case that the task is about (workflows.facts.MatterFacts); it has no row of its own.
    matter_id: Mapped[str | None] = mapped_column(String(36))
    kind: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(40))
    clock: Mapped[str] = mapped_column(String(40))
    basis: Mapped[str] = mapped_column(String(20))
    sources: Mapped[str] = mapped_column(String(200))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(String(80))
    missed_at: Mapped[datetime | None]
    escalation: Mapped[int]
    rung: Mapped[str | None] = mapped_column(String(40))
    next_rung_at: Mapped[datetime | None]
    # Of a clock that stands still: since when, why, who said so, and when it runs again by itself (None: by a record).
    stopped_at: Mapped[datetime | None]
    stop_cause: Mapped[str | None] = mapped_column(String(40))
    stopped_by: Mapped[str | None] = mapped_column(String(80))
    stop_ends_at: Mapped[datetime | None]
    # How often it was stopped by hand, and how often it was extended.
    stops: Mapped[int] = mapped_column(default=0, server_default="0")
    extensions: Mapped[int] = mapped_column(default=0, server_default="0")
    # The place of a code in the list task_priority: 0 is the most pressing.
    priority: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")
    # One colleague alone, where a task was made by hand for them; the record that says what is to be done.
    assignee_id: Mapped[str | None] = mapped_column(String(36))
    record_id: Mapped[str | None] = mapped_column(String(36), index=True)
