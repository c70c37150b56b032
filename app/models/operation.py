"""Planned operations to free people, and what is reserved for those who are expected."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class Operation(Base):
    """One planned operation. ``expected``: canonical JSON, a list of people, sex, age band and language; codes only.

    ``sealed``: where and how, under ``wrapped``, a key of its own; read by the office that plans it. ``state``:
    operation_state.
    """

    __tablename__ = "operation"
    __table_args__ = (Index("ix_operation_office", "office_id", "planned_on", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    organisation: Mapped[str] = mapped_column(String(64))
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    created_by: Mapped[str] = mapped_column(ForeignKey("user_account.id"))
    opened_at: Mapped[datetime]
    planned_on: Mapped[date]
    place_kind: Mapped[str] = mapped_column(String(40))
    sector: Mapped[str] = mapped_column(String(40))
    expected: Mapped[str] = mapped_column(Text)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(12))
    released_by: Mapped[str | None] = mapped_column(String(36))
    released_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class OperationReserve(Base):
    """What one office was asked to keep ready: for which day, whom and in which language; not where and not why.

    ``kind``: reserve_kind. ``beds_id``: the group of beds that are kept. ``state``: reserve_state.
    """

    __tablename__ = "operation_reserve"
    __table_args__ = (Index("ix_operation_reserve_office", "office_id", "state", "planned_on"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    operation_id: Mapped[str] = mapped_column(ForeignKey("operation.id"), index=True)
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    by_office: Mapped[str] = mapped_column(ForeignKey("office.id"))
    planned_on: Mapped[date]
    asked_by: Mapped[str] = mapped_column(String(36))
    asked_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(20))
    people: Mapped[int]
    sex: Mapped[str] = mapped_column(String(8))
    ages: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(12))
    beds_id: Mapped[str | None] = mapped_column(ForeignKey("shelter_beds.id"), index=True)
    answered_by: Mapped[str | None] = mapped_column(String(36))
    answered_at: Mapped[datetime | None]
