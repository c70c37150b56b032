"""What one office asks of another of the same country about a case. Nothing here names anybody or tells their story."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class CaseTransfer(Base):
    """A question to another office: what it must know to answer, and where the matter of the case stands.

    The matter is the truth, this row repeats it for whoever may not open the case. ``id``: of the matter. ``office_id``
    and ``organisation``: the asked office; ``from_office_id`` the one that asked. Codes: what transfer_what, why
    transfer_reason, urgency transfer_urgency, state transfer_state; ``needs`` (service_kind) and ``data_groups``
    between bars. ``sight_until``: how long the old office still sees what was agreed after a case has moved.
    """

    __tablename__ = "case_transfer"
    __table_args__ = (
        Index("ix_case_transfer_asked", "office_id", "state", "asked_at", "id"),
        Index("ix_case_transfer_from", "from_office_id", "state", "asked_at", "id"),
        Index("ix_case_transfer_case", "case_id"),
        Index("ix_case_transfer_ringing", "state", "answer_by"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    organisation: Mapped[str] = mapped_column(String(60))
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    from_office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    number: Mapped[str] = mapped_column(String(12))
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"))
    key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    asked_by: Mapped[str] = mapped_column(String(36))
    asked_at: Mapped[datetime]
    what: Mapped[str] = mapped_column(String(20))
    why: Mapped[str] = mapped_column(String(20))
    urgency: Mapped[str] = mapped_column(String(20))
    age_band: Mapped[str] = mapped_column(String(20))
    sex: Mapped[str] = mapped_column(String(4))
    language: Mapped[str] = mapped_column(String(20))
    child: Mapped[bool] = mapped_column(Boolean)
    needs: Mapped[str] = mapped_column(String(400))
    data_groups: Mapped[str] = mapped_column(String(400))
    state: Mapped[str] = mapped_column(String(20))
    answer_by: Mapped[datetime]
    question: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(20))
    suggestion: Mapped[str | None] = mapped_column(String(20))
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    sight_until: Mapped[datetime | None]
    late_at: Mapped[datetime | None]
