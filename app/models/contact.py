"""The directory that countries keep for each other: who answers, when, for what, and what the other side found."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Stamp, new_id


class Contact(Base):
    """One version of an entry of the directory, as ``country`` keeps it; the newest counts, none is changed.

    ``shared_id``: the entry, the same in every country; ``owner``: whose office it is, and who alone may change it;
    ``body``: what it says, JSON without any person's name; ``said_by``: who wrote this version here.
    """

    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("country", "shared_id", "version"),
        Index("ix_contact_owner", "country", "owner"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    shared_id: Mapped[str] = mapped_column(String(36))
    owner: Mapped[str] = mapped_column(String(2))
    version: Mapped[int]
    office: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    next_check: Mapped[date]
    said_by: Mapped[str] = mapped_column(String(36))
    said_at: Mapped[datetime] = mapped_column(Stamp)


class ContactAnswer(Base):
    """What another country found when it tried an entry: ``result`` is a code of contact_result."""

    __tablename__ = "contact_answer"
    __table_args__ = (Index("ix_contact_answer_shared_id", "country", "shared_id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    shared_id: Mapped[str] = mapped_column(String(36))
    version: Mapped[int]
    by_country: Mapped[str] = mapped_column(String(2))
    by_role: Mapped[str] = mapped_column(String(64))
    result: Mapped[str] = mapped_column(String(40))
    on: Mapped[date]
    said_at: Mapped[datetime] = mapped_column(Stamp)


class ContactTold(Base):
    """To which country a version was sent; under the own country: that whoever keeps it was reminded to check it."""

    __tablename__ = "contact_told"
    __table_args__ = (UniqueConstraint("country", "shared_id", "version", "partner"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    shared_id: Mapped[str] = mapped_column(String(36))
    version: Mapped[int]
    partner: Mapped[str] = mapped_column(String(2))
    message_id: Mapped[str] = mapped_column(String(36))
    told_at: Mapped[datetime] = mapped_column(Stamp)
