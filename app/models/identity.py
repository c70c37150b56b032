"""Who a person is, sealed under the person's own key; only app/people reads it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class PersonIdentity(Base):
    """Names, birth date, contact: one sealed JSON document for each person."""

    __tablename__ = "person_identity"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    source: Mapped[str] = mapped_column(String(40))
    changed_at: Mapped[datetime]
