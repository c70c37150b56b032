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
