"""What partners gave back after a backup was restored: one row for each partner and epoch, written when it is whole."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Stamp


class PartnerReplay(Base):
    """``partner`` has told ``country`` everything that went to and fro after the backup that ``epoch`` began with.

    ``theirs``, ``ours``: messages of either side that came back; ``lost``: conversations that could not be taken up.
    """

    __tablename__ = "partner_replay"

    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    partner: Mapped[str] = mapped_column(String(2), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(36), primary_key=True)
    done_at: Mapped[datetime] = mapped_column(Stamp)
    theirs: Mapped[int]
    ours: Mapped[int]
    lost: Mapped[int]
