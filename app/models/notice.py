"""Notices: what one account has to know at once, in ids and codes, never with a name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class Notice(Base):
    """One notice to one account. ``detail``: canonical JSON of ids, codes and counts."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_user", "user_id", "read_at", "at", "id"),
        Index("ix_notice_kind_subject", "kind", "subject_id", "at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[str] = mapped_column(String(40))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(64))
    detail: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    # When a mail said that there is something new; it never says what.
    mailed_at: Mapped[datetime | None]
