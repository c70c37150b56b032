"""Working lists: the filters of the list of cases that somebody comes back to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class SavedList(Base):
    """One list of one account. ``filters``: the words of the address, as canonical JSON; no case stands in it."""

    __tablename__ = "saved_list"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"))
    name: Mapped[str] = mapped_column(String(60))
    filters: Mapped[str] = mapped_column(String(500))
    made_at: Mapped[datetime]
