"""Signed-in sessions of both doors, their rotating refresh tokens, and the count of failed sign-ins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String, false
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Stamp, new_id


class LoginSession(Base):
    """One sign-in: alive until it expires, is signed out, or its account changes.

    ``kind``: token (the JSON door), page (the HTML door) or half (password shown, second factor not yet). ``digest``:
    SHA-256 of the random value in the browser's cookie, for the last two; ``seen_at``: when a page was last asked for.
    """

    __tablename__ = "login_session"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"), index=True)
    token_version: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime] = mapped_column(Stamp)
    expires_at: Mapped[datetime] = mapped_column(Stamp)
    ended_at: Mapped[datetime | None] = mapped_column(Stamp, default=None)
    ended_why: Mapped[str | None] = mapped_column(String(32), default=None)
    # When its person last proved with a second factor that it is still them.
    stepped_up_at: Mapped[datetime | None] = mapped_column(Stamp, default=None)
    kind: Mapped[str] = mapped_column(String(8), default="token", server_default="token")
    digest: Mapped[str | None] = mapped_column(String(64), unique=True, default=None)
    seen_at: Mapped[datetime | None] = mapped_column(Stamp, default=None)
    # Since when its pages are locked, and how often a wrong number was typed to unlock them.
    locked_at: Mapped[datetime | None] = mapped_column(Stamp, default=None)
    pin_failures: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # Whether the person said that this device is theirs alone; a shared one locks sooner.
    own_device: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


class RefreshToken(Base):
    """One single-use refresh token of a session; only its SHA-256 is kept."""

    __tablename__ = "refresh_token"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("login_session.id"), index=True)
    issued_at: Mapped[datetime] = mapped_column(Stamp)
    expires_at: Mapped[datetime] = mapped_column(Stamp)
    used_at: Mapped[datetime | None] = mapped_column(Stamp, default=None)


class LoginAttempt(Base):
    """Sign-ins counted against one bucket: an account name or a network address, kept as a digest only."""

    __tablename__ = "login_attempt"

    bucket: Mapped[str] = mapped_column(String(80), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    since: Mapped[datetime] = mapped_column(Stamp, index=True)
