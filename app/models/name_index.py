"""Where a name is found again without being opened: keyed digests of its sounds, and whose key made them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class NameKey(Base):
    """One digest of one person's name (docs/decisions/0038); five letters, so that many names share each.

    A row ``=1`` says that the person was written in under rule 1 of `app.casework.name_index`.
    """

    __tablename__ = "name_key"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(8), primary_key=True, index=True)


class IndexKey(Base):
    """Which data key digests the names of a country; without it the digests say nothing.

    rule: the one under which everybody of the country is written in; None while somebody may not be.
    """

    __tablename__ = "index_key"

    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"), index=True)
    created_at: Mapped[datetime]
    rule: Mapped[int | None]
