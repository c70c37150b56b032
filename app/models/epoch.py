"""The epochs of an installation: a restored backup forgets what came after it, so it begins to count anew."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Epoch(Base):
    """The beginning of one epoch. Before the first row the installation is in epoch 1.

    ``number``: one more than the last. ``id``: random, so that two restores of one backup are not taken for each other.
    ``backup_id`` and ``backup_at``: what was restored and when that had been made. ``prev`` and ``hash``: SHA-256 over
    the row and the one before.
    """

    __tablename__ = "epoch"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(String(36), unique=True)
    began_at: Mapped[datetime]
    backup_id: Mapped[str] = mapped_column(String(36))
    backup_at: Mapped[datetime]
    prev: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
