"""Answers already given, so that a repeated request repeats the answer and not the effect."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Stamp


class IdempotencyKey(Base):
    """One key of one user: what was asked (as a hash) and what was answered (sealed)."""

    __tablename__ = "idempotency_key"

    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Stamp, index=True)
    status: Mapped[int | None] = mapped_column(Integer, default=None)
    version: Mapped[int | None] = mapped_column(Integer, default=None)
    data_key: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    answer: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
