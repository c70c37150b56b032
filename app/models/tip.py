"""Tips: what somebody who stays unknown has told, in codes and sealed words, and what became of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class Tip(Base):
    """One tip: nothing here names the caller, nor the people it is about.

    ``told``: codes of what the caller was told, joined by commas. ``sealed``: canonical JSON of the words and of how to
    call back, under ``wrapped``, a key of the tip's own. ``state``: tip_state. ``passed_to``: the office that has it
    now. ``triage_by`` ends the time to look at it; ``late_at`` is when somebody was told that it had.
    """

    __tablename__ = "tip"
    __table_args__ = (
        Index("ix_tip_office", "office_id", "opened_at", "id"),
        Index("ix_tip_ringing", "state", "triage_by"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    organisation: Mapped[str] = mapped_column(String(64))
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    created_by: Mapped[str] = mapped_column(ForeignKey("user_account.id"))
    opened_at: Mapped[datetime]
    way: Mapped[str] = mapped_column(String(40))
    noticed_on: Mapped[date | None]
    place_kind: Mapped[str] = mapped_column(String(40))
    sector: Mapped[str] = mapped_column(String(40))
    exploitation: Mapped[str] = mapped_column(String(40))
    people: Mapped[int | None]
    children: Mapped[str] = mapped_column(String(8))
    danger: Mapped[str] = mapped_column(String(20))
    call_back: Mapped[str] = mapped_column(String(4))
    told: Mapped[str] = mapped_column(String(300))
    told_language: Mapped[str] = mapped_column(String(20))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(12))
    triage_by: Mapped[datetime]
    late_at: Mapped[datetime | None]
    passed_to: Mapped[str | None] = mapped_column(ForeignKey("office.id"), index=True)
    reason: Mapped[str | None] = mapped_column(String(40))
    case_id: Mapped[str | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    incident_id: Mapped[str | None] = mapped_column(ForeignKey("incident.id"), index=True)
    settled_by: Mapped[str | None] = mapped_column(String(36))
    settled_at: Mapped[datetime | None]
