"""People who sign in, and the roles they hold: the only place rights are read from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String, false
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Stamp, new_id


class User(Base):
    """One account. ``token_version`` grows whenever rights or password change; older tokens die with it."""

    __tablename__ = "user_account"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str] = mapped_column(String(256))
    display_name: Mapped[str] = mapped_column(String(120))
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"), index=True)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    token_version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(Stamp)
    # How they read: interface language, calendar ("ce", "be", "" for the custom of the language), larger text.
    language: Mapped[str] = mapped_column(String(8), default="en", server_default="en")
    calendar: Mapped[str] = mapped_column(String(2), default="", server_default="")
    large_text: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # Where to write that there is something new; never what.
    email: Mapped[str | None] = mapped_column(String(254), default=None)
    # The slow hash of the number that unlocks a locked page.
    pin_hash: Mapped[str | None] = mapped_column(String(256), default=None)


class UserRole(Base):
    """One role of one account; the role's permissions live in policies/roles.yaml."""

    __tablename__ = "user_role"

    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(64), primary_key=True)
