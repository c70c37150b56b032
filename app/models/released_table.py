"""What was given to the public, tables and synthetic records: its bytes as they left, never counted again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class ReleasedTable(Base):
    """Release ``number`` (1, 2, ...) of a report's period. ``wording``: the revision of the declaration it follows.

    ``content`` is the table as JSON, or the file of synthetic records (``media`` says which), exactly as it is served;
    ``digest`` its SHA-256. ``why``: of a later release, what was corrected. Of a table ``turn`` is its place among all
    that the country released, so that no two are reckoned beside the same ones, and ``counted`` what it counted,
    hidden figures and all: what follows has to reckon with them. Rows are only added.
    """

    __tablename__ = "released_table"
    __table_args__ = (
        UniqueConstraint("country", "report", "period", "number"),
        Index("ix_released_table_turn", "country", "turn", unique=True),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    report: Mapped[str] = mapped_column(String(60))
    period: Mapped[str] = mapped_column(String(20))
    number: Mapped[int]
    wording: Mapped[int]
    smallest: Mapped[int]
    counted_at: Mapped[datetime]
    released_at: Mapped[datetime]
    approval_id: Mapped[str] = mapped_column(ForeignKey("approval.id"))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    why: Mapped[str] = mapped_column(String(300))
    media: Mapped[str] = mapped_column(String(40), default="application/json", server_default="application/json")
    turn: Mapped[int | None]
    counted: Mapped[str | None] = mapped_column(Text)
