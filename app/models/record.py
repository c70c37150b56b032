"""Records: what workers fill in, sealed; a correction is a new record that points to the old one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class Record(Base):
    """One filled-in form of a case or of a referral copy (``subject``: case or referral)."""

    __tablename__ = "record"
    __table_args__ = (UniqueConstraint("subject_id", "seq"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(10))
    subject_id: Mapped[str] = mapped_column(String(36))
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40))
    kind_version: Mapped[int]
    key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_by: Mapped[str] = mapped_column(String(80))
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    corrects_id: Mapped[str | None] = mapped_column(ForeignKey("record.id"), index=True)
