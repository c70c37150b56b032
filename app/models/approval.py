"""Acts that wait for a second person, and the lists of cases that were taken out of the program."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class Approval(Base):
    """One act of power that somebody asked for: exactly what, about what, and what became of it.

    ``payload``: canonical JSON of ids, codes and counts. ``sealed``: whatever is said in words, under a data key of
    this row's own (``wrapped``); ``answer``: the words of a refusal, the same way. ``digest``: SHA-256 over all of the
    act. ``about_id``: the account that gains by it, which cannot agree. ``state``: waiting, agreed, refused, expired
    or withdrawn; ``why``: the code of what stood in the way. ``used_at``: when an act was carried out that is carried
    out elsewhere, such as a key operation on the machine that holds the keys.
    """

    __tablename__ = "approval"
    __table_args__ = (
        Index("ix_approval_country", "country", "asked_at", "id"),
        Index("ix_approval_state", "state", "expires_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    kind: Mapped[str] = mapped_column(String(40))
    subject_kind: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[str] = mapped_column(String(64))
    about_id: Mapped[str | None] = mapped_column(String(36))
    payload: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    at_once: Mapped[bool] = mapped_column(Boolean)
    asked_by: Mapped[str] = mapped_column(ForeignKey("user_account.id"), index=True)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12))
    decided_by: Mapped[str | None] = mapped_column(String(36))
    decided_at: Mapped[datetime | None]
    why: Mapped[str | None] = mapped_column(String(40))
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    used_at: Mapped[datetime | None]


class CaseExport(Base):
    """A list of cases that one account may take out of the program for a while, a few times, for one purpose.

    ``filters``: canonical JSON of the codes it is narrowed to. ``sealed_note``: words under ``wrapped``. ``state``:
    waiting (for the approval) or ready. No row of the list is kept: it is made anew at each download.
    """

    __tablename__ = "case_export"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    asked_by: Mapped[str] = mapped_column(ForeignKey("user_account.id"), index=True)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    purpose: Mapped[str] = mapped_column(String(40))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_note: Mapped[bytes] = mapped_column(LargeBinary)
    filters: Mapped[str] = mapped_column(Text)
    rows: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12))
    approval_id: Mapped[str | None] = mapped_column(ForeignKey("approval.id"), index=True)
    downloads: Mapped[int] = mapped_column(Integer)
