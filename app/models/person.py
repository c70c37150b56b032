"""The person as a reference and a key; who they are lies in identity.py, sealed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class DataKey(Base):
    """One wrapped data key: of a person, or of what another country sent before a case exists here."""

    __tablename__ = "data_key"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    # Whose key it is must be known before there is a person or a copy it belongs to.
    country: Mapped[str] = mapped_column(String(2))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class Person(Base):
    """A person in one country's records: nothing but a reference, an office and a key."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"), index=True)
    created_at: Mapped[datetime]
