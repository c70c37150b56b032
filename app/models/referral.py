"""One country's copy of a referral, and the messages of the conversation with their receipts."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class Referral(Base):
    """A copy held by ``country``; ``shared_id`` is the same on both sides. ``custody``: who is responsible."""

    __tablename__ = "referral"
    __table_args__ = (
        UniqueConstraint("country", "shared_id"),
        Index("ix_referral_sealed", "sealed", "country"),
        Index("ix_referral_key_id", "key_id"),
        Index("ix_referral_office_state", "office_id", "state", "changed_at", "id"),
        Index("ix_referral_border_state", "border_office_id", "state", "changed_at", "id"),
        Index("ix_referral_country_state", "country", "side", "state", "changed_at", "id"),
        Index("ix_referral_received", "country", "received_on"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    shared_id: Mapped[str] = mapped_column(String(36), index=True)
    reference: Mapped[str] = mapped_column(String(40))
    side: Mapped[str] = mapped_column(String(10))
    country: Mapped[str] = mapped_column(String(2))
    other_country: Mapped[str] = mapped_column(String(2))
    organisation: Mapped[str] = mapped_column(String(60))
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    border_office_id: Mapped[str | None] = mapped_column(ForeignKey("office.id"))
    case_id: Mapped[str | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    created_by: Mapped[str] = mapped_column(String(36))
    border_point: Mapped[str | None] = mapped_column(String(80))
    custody: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(40))
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    # As the cases of the person (case.py).
    sealed: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    facts: Mapped[str] = mapped_column(Text)
    # What only figures read (app/casework/counted.py).
    received_on: Mapped[date | None]
    declined_for: Mapped[str | None] = mapped_column(String(40))
    version: Mapped[int]
    history_count: Mapped[int]
    chain_head: Mapped[bytes] = mapped_column(LargeBinary(32))


class Message(Base):
    """One message of a referral, going out or come in, with its signed receipt. Ids are kept for ever."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("country", "message_id"),
        UniqueConstraint("country", "shared_id", "direction", "seq"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    message_id: Mapped[str] = mapped_column(String(36))
    country: Mapped[str] = mapped_column(String(2))
    direction: Mapped[str] = mapped_column(String(3))
    shared_id: Mapped[str] = mapped_column(String(36))
    other_country: Mapped[str] = mapped_column(String(2))
    seq: Mapped[int]
    type: Mapped[str] = mapped_column(String(40))
    header: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    sealed_body: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class MessageReceipt(Base):
    """A signed receipt for one message, bound to its digest: stored (machine), seen (role) or decided (with reason).

    ``country`` keeps the row; on the sending side it came from the other country, on the receiving side it is
    the copy of what was given.
    """

    __tablename__ = "message_receipt"
    __table_args__ = (UniqueConstraint("country", "message_id", "level"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    message_id: Mapped[str] = mapped_column(String(36))
    level: Mapped[str] = mapped_column(String(10))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
