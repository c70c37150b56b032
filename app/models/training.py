"""What people who sign were trained in: entries that are only added, so that nothing is changed silently."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class TrainingEntry(Base):
    """One entry about one training of one account; of a training the entry with the highest ``seq`` holds.

    ``act``: recorded, corrected or revoked; each repeats the whole training, as it is from then on. ``why``: a code of
    training_undo, for whatever came after the first entry. ``kind``, ``given_by``: codes. ``valid_until``: the last
    day, as its paper and the policies of the day it was done say; None: no end.
    """

    __tablename__ = "training_entry"
    __table_args__ = (
        UniqueConstraint("training_id", "seq"),
        Index("ix_training_entry_user", "user_id", "training_id", "seq"),
        Index("ix_training_entry_ends", "country", "valid_until"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    training_id: Mapped[str] = mapped_column(String(36))
    seq: Mapped[int]
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"))
    act: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(40))
    given_by: Mapped[str] = mapped_column(String(40))
    done_on: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    why: Mapped[str | None] = mapped_column(String(40))
    entered_by: Mapped[str] = mapped_column(String(36))
    entered_at: Mapped[datetime]
