"""What other countries' installations have said of their own logs, kept for their auditors."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Stamp


class WitnessedCheckpoint(Base):
    """A checkpoint of ``partner`` that came with a letter or a receipt to ``country``.

    ``epoch``: empty in the partner's first; ``body`` and ``signature``: as the partner's checkpoint key signed them;
    ``hash``: SHA-256 of both. ``vouched_by``, ``vouched``: by which of its country's keys the partner said at
    ``said_at`` (its own words) that this was its newest. Between ``written_first`` and ``written_last`` it said so.
    """

    __tablename__ = "witnessed_checkpoint"
    __table_args__ = (UniqueConstraint("country", "partner", "epoch", "number", "hash"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    partner: Mapped[str] = mapped_column(String(2))
    epoch: Mapped[str] = mapped_column(String(36))
    number: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary(64))
    vouched_by: Mapped[str] = mapped_column(String(16))
    vouched: Mapped[bytes] = mapped_column(LargeBinary(64))
    said_at: Mapped[str] = mapped_column(String(40))
    written_first: Mapped[datetime] = mapped_column(Stamp)
    written_last: Mapped[datetime] = mapped_column(Stamp)
    received_at: Mapped[datetime] = mapped_column(Stamp)


class WitnessFinding(Base):
    """What does not fit in what a partner says of its log (``code``: app/exchange/judging.py), told once.

    ``epoch`` and ``number``: of the checkpoint it was noticed at; ``checkpoint_id`` and ``other_id``: the two that do
    not fit together, where there are two. ``settled_at`` and ``settled_why``: when somebody had found out why.
    """

    __tablename__ = "witness_finding"
    __table_args__ = (UniqueConstraint("country", "partner", "code", "epoch", "number"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    partner: Mapped[str] = mapped_column(String(2))
    code: Mapped[str] = mapped_column(String(20))
    epoch: Mapped[str] = mapped_column(String(36))
    number: Mapped[int]
    checkpoint_id: Mapped[str | None] = mapped_column(String(36), default=None)
    other_id: Mapped[str | None] = mapped_column(String(36), default=None)
    found_at: Mapped[datetime] = mapped_column(Stamp)
    settled_at: Mapped[datetime | None] = mapped_column(Stamp, default=None)
    settled_why: Mapped[str] = mapped_column(String(200), default="")
