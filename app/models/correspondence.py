"""Conversations of two countries that are about no referral: their messages lie beside those of referrals."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Stamp, new_id


class Correspondence(Base):
    """One country's end of a conversation; ``shared_id`` is the same at both.

    ``other_country``: who alone may speak in it with ``country``; ``key_id``: what comes in is sealed under it.
    """

    __tablename__ = "correspondence"
    __table_args__ = (
        UniqueConstraint("country", "shared_id"),
        Index("ix_correspondence_key_id", "key_id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    shared_id: Mapped[str] = mapped_column(String(36))
    other_country: Mapped[str] = mapped_column(String(2))
    reference: Mapped[str] = mapped_column(String(40))
    key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    opened_at: Mapped[datetime] = mapped_column(Stamp)
