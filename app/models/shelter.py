"""Beds of shelters: for whom they are kept, and the requests by which cases ask for one. Nothing here names anybody."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class ShelterBeds(Base):
    """One group of beds of a shelter, alike in whom they are for. ``version`` counts changes, for compare-and-set.

    Codes: sex bed_sex, ages bed_ages, need bed_need, closed_reason bed_closed_reason. Closed from a day, until a day
    (both included) or until somebody opens them again.
    """

    __tablename__ = "shelter_beds"
    __table_args__ = (Index("ix_shelter_beds_office", "office_id", "sex", "ages"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    sex: Mapped[str] = mapped_column(String(8))
    ages: Mapped[str] = mapped_column(String(8))
    need: Mapped[str] = mapped_column(String(20))
    beds: Mapped[int]
    closed_reason: Mapped[str | None] = mapped_column(String(20))
    closed_from: Mapped[date | None]
    closed_until: Mapped[date | None]
    version: Mapped[int]
    changed_by: Mapped[str] = mapped_column(String(36))
    changed_at: Mapped[datetime]


class BedRequest(Base):
    """A bed asked for: what the shelter must know to answer, and nothing that leads to the person.

    ``office_id``: the shelter. ``beds_id``: the group in which a bed is held or used. ``state``: bed_request_state.
    ``answer_by`` ends the time to answer, ``held_until`` that of a held bed. ``out``, ``out_until`` and ``missing``
    repeat the facts of the case for whoever counts beds.
    """

    __tablename__ = "bed_request"
    __table_args__ = (
        Index("ix_bed_request_shelter", "office_id", "state", "asked_at", "id"),
        Index("ix_bed_request_case", "case_id", "asked_at"),
        Index("ix_bed_request_ringing", "state", "answer_by"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    organisation: Mapped[str] = mapped_column(String(64))
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    number: Mapped[str] = mapped_column(String(16))
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"))
    key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    asked_by: Mapped[str] = mapped_column(String(36))
    age_band: Mapped[str] = mapped_column(String(20))
    sex: Mapped[str] = mapped_column(String(4))
    language: Mapped[str] = mapped_column(String(20))
    ages: Mapped[str] = mapped_column(String(8))
    need: Mapped[str] = mapped_column(String(20))
    urgency: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    likely_until: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(String(30))
    beds_id: Mapped[str | None] = mapped_column(ForeignKey("shelter_beds.id"), index=True)
    answered_by: Mapped[str | None] = mapped_column(String(36))
    answered_at: Mapped[datetime | None]
    held_until: Mapped[datetime | None]
    moved_in_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    out: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    out_until: Mapped[date | None]
    missing: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
