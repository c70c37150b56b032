"""Questions about a person between two countries that are no referral: those asked abroad, and those asked here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class Inquiry(Base):
    """One side of one question. ``conversation`` is the same on both sides.

    side "asking": ours; the matter of the case (its id is the conversation) is the truth and this row ties the answers
    to it. side "answering": theirs; there is no case, ``sealed`` holds the question and ``sealed_answer`` the answer
    under a key of their own, which is destroyed when they are to be forgotten or their time is over. Codes: subject
    inquiry_subject, state inquiry_state, reason inquiry_cannot_reason or inquiry_decline_reason. ``late_at``: since
    when somebody was told that the answer is late. ``gone_at``: when the other side was asked to forget it, or when it
    was forgotten here. ``keep_until``: when it is destroyed here by itself.
    """

    __tablename__ = "inquiry"
    __table_args__ = (
        UniqueConstraint("country", "conversation"),
        Index("ix_inquiry_office", "office_id", "side", "state", "asked_at", "id"),
        Index("ix_inquiry_case", "case_id"),
        Index("ix_inquiry_ringing", "side", "state", "answer_by"),
        Index("ix_inquiry_keeping", "side", "keep_until"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    side: Mapped[str] = mapped_column(String(10))
    conversation: Mapped[str] = mapped_column(String(36))
    reference: Mapped[str] = mapped_column(String(40))
    other_country: Mapped[str] = mapped_column(String(2))
    organisation: Mapped[str] = mapped_column(String(60))
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    case_id: Mapped[str | None] = mapped_column(ForeignKey("case_file.id"))
    key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    subject: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(40))
    asked_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    taken_up_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(36))
    late_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]
    keep_until: Mapped[datetime | None]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed_answer: Mapped[bytes | None] = mapped_column(LargeBinary)
