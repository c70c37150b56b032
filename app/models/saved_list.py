"""Working lists: the filters of the list of cases that somebody comes back to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class SavedList(Base):
    """One list of one account. ``filters``: the words of the address, as canonical JSON; no case stands in it.

    ``wrapped``: a key of its own under the key-encryption ring, opens ``sealed``: the name, which is somebody's own
    words.
    """

    __tablename__ = "saved_list"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"), index=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    filters: Mapped[str] = mapped_column(String(500))
    made_at: Mapped[datetime]
