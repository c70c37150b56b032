"""Two cases whose people a worker found to be one person, until another look shows that they are not."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class PersonLink(Base):
    """One merge; ``until``: when it was taken back. Nothing of either record moves (docs/decisions/0038)."""

    __tablename__ = "person_link"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), index=True)
    other_case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), index=True)
    made_by: Mapped[str] = mapped_column(String(36))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(36))
