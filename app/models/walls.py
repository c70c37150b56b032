"""Walls and openings around one person's cases: blocks, seals, emergencies, deputies and uncovered names."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class AccessBlock(Base):
    """Keeps a country, an agency or an account away from one person, whatever else they may do.

    ``key_id`` names the person by their data key: it is known before a case exists here. ``kind``: country,
    organisation or user; ``value``: the code or account id. ``why``: family, complicity, conflict_of_interest, safety.
    """

    __tablename__ = "access_block"
    __table_args__ = (Index("ix_access_block_against", "country", "kind", "value"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    value: Mapped[str] = mapped_column(String(64))
    why: Mapped[str] = mapped_column(String(24))
    set_by: Mapped[str] = mapped_column(String(36))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(String(36))


class SealName(Base):
    """One account named on the seal of a person: while the seal holds, only the named see the person's cases."""

    __tablename__ = "seal_name"
    __table_args__ = (Index("ix_seal_name_user", "user_id", "key_id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"), index=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"))
    named_by: Mapped[str] = mapped_column(String(36))
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class EmergencyAccess(Base):
    """One break-glass: who opened which case, from when until when, and what the review said of it.

    ``sealed_reason`` is kept under the person's key. ``verdict``: justified, question or escalate.
    """

    __tablename__ = "emergency_access"
    __table_args__ = (
        Index("ix_emergency_access_user", "user_id", "case_id"),
        Index("ix_emergency_access_review", "country", "reviewed_at", "since"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), index=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"))
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    sealed_reason: Mapped[bytes] = mapped_column(LargeBinary)
    since: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[str | None] = mapped_column(String(36))
    verdict: Mapped[str | None] = mapped_column(String(12))
    alarmed_at: Mapped[datetime | None]


class Deputy(Base):
    """Somebody who stands in for an absent colleague: reaches what is that colleague's own or assigned."""

    __tablename__ = "deputy"
    __table_args__ = (Index("ix_deputy_deputy", "deputy_id", "until"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"), index=True)
    deputy_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"))
    set_by: Mapped[str] = mapped_column(String(36))
    since: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Reveal(Base):
    """An uncovered identity: one account, one sign-in, one case, a few minutes."""

    __tablename__ = "reveal"
    __table_args__ = (Index("ix_reveal_user_case", "user_id", "case_id", "until"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"))
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"))
    session_id: Mapped[str] = mapped_column(String(36))
    since: Mapped[datetime]
    until: Mapped[datetime]
