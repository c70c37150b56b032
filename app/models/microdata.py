"""Files of synthetic records: what each may tell and has told of the people of a year, and how far its making is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class MadeMicrodata(Base):
    """One making of a file. ``turn``: its place in the year, so that no two at once take the last of the budget.

    ``epsilon``, ``delta``: what it takes from the year's budget, from the moment two persons agreed and for good.
    ``counted``: the noisy counts, once they are made; nothing is counted twice. ``drawn``: the records so far.
    ``errors``: how far the file is from the truth, for the house alone.
    """

    __tablename__ = "microdata_made"
    __table_args__ = (
        UniqueConstraint("country", "period", "turn"),
        UniqueConstraint("country", "report", "period", "number"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    report: Mapped[str] = mapped_column(String(60))
    period: Mapped[str] = mapped_column(String(20))
    number: Mapped[int]
    turn: Mapped[int]
    wording: Mapped[int]
    epsilon: Mapped[float]
    delta: Mapped[float]
    approval_id: Mapped[str] = mapped_column(ForeignKey("approval.id"))
    job_id: Mapped[str] = mapped_column(ForeignKey("job.id"))
    agreed_at: Mapped[datetime]
    counted_at: Mapped[datetime | None]
    counted: Mapped[str | None] = mapped_column(Text)
    drawn: Mapped[str | None] = mapped_column(Text)
    errors: Mapped[str | None] = mapped_column(Text)
    why: Mapped[str] = mapped_column(String(300))
