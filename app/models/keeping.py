"""How long a person's data stay: legal holds, and the erasures with their signed tombstones."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class LegalHold(Base):
    """Keeps everything of the person of a case, whatever the time says. ``why``: hold_reason; ``until``: its last day.

    The reason in words is sealed in the history of the case.
    """

    __tablename__ = "legal_hold"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), index=True)
    why: Mapped[str] = mapped_column(String(40))
    until: Mapped[date | None] = mapped_column(Date)
    set_by: Mapped[str] = mapped_column(String(36))
    since: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(String(36))


class Erasure(Base):
    """One person who was erased in one country: by whom, on which ground, and what was destroyed.

    ``case_id``: the case it was asked for at; where there never was one, ``referral_id`` is the copy of what another
    country told, and there is no ``person_id``. ``key_id``: the key that is gone. ``erased_at``: when everything else
    was gone too, and ``tombstone`` (canonical JSON of ids, codes and counts) was signed by the country. ``left_at``:
    when no trace was left in the files of the database and the tombstone had left for the backups.
    """

    __tablename__ = "erasure"
    __table_args__ = (Index("ix_erasure_country", "country", "agreed_at", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), unique=True)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    referral_id: Mapped[str | None] = mapped_column(ForeignKey("referral.id"), index=True)
    key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"), index=True)
    ground: Mapped[str] = mapped_column(String(40))
    approval_id: Mapped[str] = mapped_column(String(36))
    asked_by: Mapped[str] = mapped_column(String(36))
    agreed_by: Mapped[str] = mapped_column(String(36))
    agreed_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    tombstone: Mapped[bytes | None] = mapped_column(LargeBinary)
    signature: Mapped[bytes | None] = mapped_column(LargeBinary(64))
    left_at: Mapped[datetime | None]
