"""The ledger of a country's fund: what was approved and what was paid. Nothing here names anybody."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class FundMovement(Base):
    """One movement, only ever added. ``kind``: approved or paid. ``units``: less than nothing where it is taken back.

    ``entitlement``: a code of the list entitlement. ``on_day``: the day it was approved or paid on. The case is told
    only to those who have sight of it.
    """

    __tablename__ = "fund_movement"
    __table_args__ = (
        Index("ix_fund_movement_country_booked", "country", "booked_at", "id"),
        Index("ix_fund_movement_case", "case_id", "matter_id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"))
    matter_id: Mapped[str] = mapped_column(String(36))
    entitlement: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(10))
    units: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    on_day: Mapped[date]
    booked_by: Mapped[str] = mapped_column(String(36))
    booked_at: Mapped[datetime]


class FundRequest(Base):
    """One claim as the office of the fund sees it: what it must know to decide, and where the claim stands.

    The matter of the case (``matter_id``) is the truth, this row repeats it for whoever may not open the case.
    ``office_id`` and ``organisation``: the office of the fund; ``from_office_id``: who claims. Codes: entitlement,
    person entitled_person, shown_by fund_proof ("|receipt|care_plan|"), state fund_claim_state, reason of the list of
    reasons of that state. Amounts in whole units of ``currency``. ``answer_by``: until when the fund decides, and then
    pays.
    """

    __tablename__ = "fund_request"
    __table_args__ = (
        Index("ix_fund_request_asked", "office_id", "state", "asked_at", "id"),
        Index("ix_fund_request_from", "from_office_id", "state", "asked_at", "id"),
        Index("ix_fund_request_case", "case_id"),
        Index("ix_fund_request_matter", "matter_id"),
        Index("ix_fund_request_ringing", "state", "answer_by"),
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
    entitlement: Mapped[str] = mapped_column(String(60))
    person: Mapped[str | None] = mapped_column(String(30))
    concerns: Mapped[date]
    days: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3))
    claimed: Mapped[int] = mapped_column(BigInteger)
    approved: Mapped[int | None] = mapped_column(BigInteger)
    paid: Mapped[int | None] = mapped_column(BigInteger)
    paid_on: Mapped[date | None]
    shown_by: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(30))
    answer_by: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    late_at: Mapped[datetime | None]
    consent_gone_at: Mapped[datetime | None]
