"""Offices: the posts, shelters and ministries that hold cases, and the country each belongs to."""

from __future__ import annotations

from sqlalchemy import Boolean, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class Office(Base):
    """One office of one country; ``code`` is the name policies use, ``id`` the one tables use."""

    __tablename__ = "office"
    __table_args__ = (Index("ix_office_country_code", "country", "code"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    country: Mapped[str] = mapped_column(String(2))
    organisation: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(16))
    level: Mapped[str] = mapped_column(String(16))
    national_focal_point: Mapped[bool] = mapped_column(Boolean, default=False)
