"""The outbox: effects that follow a committed change, carried out by the worker, each exactly once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class OutboxRow(Base):
    """One effect to carry out. ``line``: rows of one line are done strictly in order of ``seq``.

    ``to_country``: where it travels, if it does: what goes to another installation has a lane of its own.
    """

    __tablename__ = "outbox_row"
    __table_args__ = (
        Index("ix_outbox_row_waiting", "done_at", "next_at", "line", "seq"),
        Index("ix_outbox_row_line", "line", "seq"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    to_country: Mapped[str | None] = mapped_column(String(2))
    line: Mapped[str] = mapped_column(String(80))
    seq: Mapped[int]
    effect: Mapped[str] = mapped_column(String(40))
    payload: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    attempts: Mapped[int]
    last_error: Mapped[str | None] = mapped_column(String(200))
    done_at: Mapped[datetime | None]
