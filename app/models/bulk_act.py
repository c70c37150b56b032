"""Acts on several cases at once: what became of each, for whoever did it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class BulkAct(Base):
    """One act. ``outcome``: canonical JSON, for each case its id, a code, the reasons of a refusal and what was made.

    No name stands in it, and no word but those of the rules that refused. ``to_user``: who was given the cases, ""
    where nobody is; ``to_office``: the code of the office that is asked, "" where none is.
    """

    __tablename__ = "bulk_act"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"), index=True)
    act: Mapped[str] = mapped_column(String(20))
    from_user: Mapped[str | None] = mapped_column(String(36))
    to_user: Mapped[str] = mapped_column(String(36))
    to_office: Mapped[str] = mapped_column(String(100), server_default="")
    why: Mapped[str] = mapped_column(String(40))
    outcome: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
