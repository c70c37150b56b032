"""Meetings about cases: when, of which kind and who was there by part and office; and which cases were discussed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class Meeting(Base):
    """One meeting. ``present``: canonical JSON, pairs of a role and an office, both codes; no name and no word."""

    __tablename__ = "meeting"
    __table_args__ = (Index("ix_meeting_office_held", "office_id", "held_on", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    kind: Mapped[str] = mapped_column(String(40))
    held_on: Mapped[date]
    present: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(String(36))
    made_at: Mapped[datetime]


class MeetingCase(Base):
    """That a case was discussed at a meeting; its minutes are a record of the case and stand nowhere else."""

    __tablename__ = "meeting_case"
    __table_args__ = (UniqueConstraint("meeting_id", "record_id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"))
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), index=True)
    record_id: Mapped[str] = mapped_column(String(36))
