"""Second factors: the secret of an authenticator app, sealed, and the codes for the day it is lost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class SecondFactor(Base):
    """The authenticator of one account; it counts only once ``confirmed_at`` is set.

    ``data_key``: wrapped under the key-encryption ring, opens ``sealed_secret``. ``last_step``: the 30-second step
    (seconds since 1970 divided by 30) of the code that was taken last; no code of that step or before works again.
    """

    __tablename__ = "second_factor"

    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    data_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(Integer, default=0)


class RecoveryCode(Base):
    """One single-use code that stands in for a lost authenticator; only its SHA-256 is kept."""

    __tablename__ = "recovery_code"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"), index=True)
    used_at: Mapped[datetime | None]
