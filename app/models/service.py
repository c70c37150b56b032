"""What a provider was asked to do for somebody. Nothing here names anybody or tells their story."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class CaseService(Base):
    """One asking of one office: what it must know to answer, and where its part of the matter stands.

    The matter of the case (``matter_id``) is the truth, this row repeats it for whoever may not open the case. A need
    that was declined and is asked elsewhere gets another row: nobody follows what others are asked. ``office_id`` and
    ``organisation``: the provider; ``from_office_id``: who asks. Codes: kind service_kind, state service_state, reason
    service_decline_reason or service_stop_reason, outcome service_result, place appointment_place, time
    appointment_time. ``agreed_until``: the last day the consents cover; ``consent_gone_at``: since when they do not.
    """

    __tablename__ = "case_service"
    __table_args__ = (
        Index("ix_case_service_asked", "office_id", "state", "asked_at", "id"),
        Index("ix_case_service_from", "from_office_id", "state", "asked_at", "id"),
        Index("ix_case_service_case", "case_id"),
        Index("ix_case_service_ringing", "state", "answer_by"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    organisation: Mapped[str] = mapped_column(String(60))
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    from_office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    number: Mapped[str] = mapped_column(String(12))
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"))
    key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    matter_id: Mapped[str] = mapped_column(String(36))
    asked_by: Mapped[str] = mapped_column(String(36))
    asked_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(20))
    urgent: Mapped[bool] = mapped_column(Boolean)
    age_band: Mapped[str] = mapped_column(String(20))
    sex: Mapped[str] = mapped_column(String(4))
    language: Mapped[str] = mapped_column(String(20))
    child: Mapped[bool] = mapped_column(Boolean)
    wanted_by: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(20))
    answer_by: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(String(20))
    outcome: Mapped[str | None] = mapped_column(String(20))
    appointment_on: Mapped[date | None]
    appointment_time: Mapped[str | None] = mapped_column(String(20))
    appointment_place: Mapped[str | None] = mapped_column(String(20))
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    late_at: Mapped[datetime | None]
    agreed_until: Mapped[date | None]
    consent_gone_at: Mapped[datetime | None]
