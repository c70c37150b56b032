"""Visits of case workers to people abroad: each country's copy, and whom the visit is about as rows of its own."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class ShelterVisit(Base):
    """The copy of one visit that ``country`` keeps; ``shared_id`` is the same on both sides.

    Codes: purpose visit_purpose, state shelter_visit_state. ``host``: the country where the people live. ``day``: the
    first day that is asked for, and of the visit once it is granted. ``sealed``: canonical JSON of who comes, the
    permission with its place, and the log, under ``wrapped``, a key of the visit's own. ``held_on``: set when the log
    is confirmed.
    """

    __tablename__ = "shelter_visit"
    __table_args__ = (
        UniqueConstraint("country", "shared_id"),
        Index("ix_shelter_visit_day", "country", "day", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    other_country: Mapped[str] = mapped_column(String(2))
    shared_id: Mapped[str] = mapped_column(String(36))
    reference: Mapped[str] = mapped_column(String(40))
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    host: Mapped[str] = mapped_column(String(2))
    purpose: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(40))
    held_on: Mapped[date | None]
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int]
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class VisitPart(Base):
    """Somebody whom a visit is about, by the number that both countries know: of a referral or of an inquiry.

    ``about``: referral or inquiry; ``number``: its shared id. ``case_id``: the case here, at the host alone.
    ``state``: asked, agreed (is met), not_met, ended (a yes was taken back), met.
    """

    __tablename__ = "shelter_visit_part"
    __table_args__ = (
        UniqueConstraint("visit_id", "number"),
        Index("ix_shelter_visit_part_case", "case_id", "state"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    visit_id: Mapped[str] = mapped_column(ForeignKey("shelter_visit.id"))
    about: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(36))
    reference: Mapped[str] = mapped_column(String(40))
    case_id: Mapped[str | None] = mapped_column(String(36))
    state: Mapped[str] = mapped_column(String(20))
