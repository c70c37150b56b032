"""Acts on several cases at once: what became of each, for whoever did it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class BulkAct(Base):
    """One act. ``outcome``: canonical JSON, pairs of a case's id and a code ("moved", or why not); no name, no word."""

    __tablename__ = "bulk_act"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"), index=True)
    act: Mapped[str] = mapped_column(String(20))
    from_user: Mapped[str | None] = mapped_column(String(36))
    to_user: Mapped[str] = mapped_column(String(36))
    why: Mapped[str] = mapped_column(String(40))
    outcome: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
