"""Working lists: the filters of the list of cases that somebody, or an office, comes back to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class SavedList(Base):
    """One list of one account. ``filters``: the words of the address, as canonical JSON; no case stands in it.

    ``wrapped``: a key of its own under the key-encryption ring, opens ``sealed``: the name, which is somebody's own
    words. ``office_id``: the office that shares it; None for a list of one's own. A list that is shared belongs to the
    office: whoever leaves it sees the list no more, its maker neither.
    """

    __tablename__ = "saved_list"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"), index=True)
    office_id: Mapped[str | None] = mapped_column(ForeignKey("office.id"), index=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    filters: Mapped[str] = mapped_column(String(500))
    made_at: Mapped[datetime]
