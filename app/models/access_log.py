"""The book of looks: who opened, listed, revealed or was refused what, and when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Stamp, new_id


class AccessEntry(Base):
    """One look or refusal. Ids and codes only, never a name; rows are inserted and never changed."""

    __tablename__ = "access_entry"
    __table_args__ = (
        Index("ix_access_entry_subject", "subject_kind", "subject_id", "at"),
        Index("ix_access_entry_actor", "actor_id", "at"),
        Index("ix_access_entry_country", "country", "at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(Stamp)
    # No foreign key: the system itself acts too, and it has no account.
    actor_id: Mapped[str] = mapped_column(String(36))
    country: Mapped[str] = mapped_column(String(2))
    action: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(64))
    detail: Mapped[str | None] = mapped_column(Text, default=None)
