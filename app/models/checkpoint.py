"""Checkpoints: what the histories and the book of looks were at a moment, in one signed and chained row."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Stamp


class Checkpoint(Base):
    """Checkpoint ``number`` (1, 2, ...) of this installation.

    ``body``: the canonical bytes that were signed; ``leaves``: the lines under its Merkle root; ``through``: up to
    which moment entries are among them or in an earlier one; ``hash``: SHA-256 of body and signature, which the next
    one names; ``left_for``: the places off the machine that have it, ``left_at``: when every one had.
    """

    __tablename__ = "checkpoint"
    __table_args__ = (Index("ix_checkpoint_through", "through"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    made_at: Mapped[datetime] = mapped_column(Stamp)
    through: Mapped[datetime] = mapped_column(Stamp)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    leaves: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary(64))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    left_at: Mapped[datetime | None] = mapped_column(Stamp, default=None)
    left_for: Mapped[str | None] = mapped_column(String(400), default=None)
