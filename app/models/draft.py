"""Drafts: forms that somebody has begun and not sent, kept sealed on the server and nowhere else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class Draft(Base):
    """One form of one account. ``place``: the path of the page it belongs to.

    ``wrapped``: a key of its own under the key-encryption ring, opens ``sealed``: canonical JSON, field -> text typed.
    """

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("user_id", "place"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"))
    place: Mapped[str] = mapped_column(String(200))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    saved_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
