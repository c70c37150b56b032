"""History: append-only, numbered and hash-chained entries; the timeline is drawn from their exact bytes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class HistoryEntry(Base):
    """Entry ``seq`` (1, 2, ...) of the chain of one case or referral copy.

    ``canonical`` holds the exact bytes that were hashed; the other columns repeat parts of it for queries and
    are compared with it by `waymark audit verify`.
    """

    __tablename__ = "history_entry"
    __table_args__ = (Index("ix_history_entry_recorded", "recorded_at"),)

    subject_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subject: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(30))
    step: Mapped[str] = mapped_column(String(40))
    actor_id: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    canonical: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_note: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
