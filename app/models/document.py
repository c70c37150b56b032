"""Files of a case, sealed whole; one that was entered in error is marked in a row beside it and stays."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class Document(Base):
    """One file. ``about``: what was told of it, sealed JSON; ``sealed``: its content; ``digest``: SHA-256 of that.

    ``seq``: the number of the history entry that tells of it. The content stands last: SQLite reads a row from its
    beginning, and lists ask for everything but this.
    """

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("case_id", "seq"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"))
    key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40))
    field_group: Mapped[str] = mapped_column(String(20))
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    added_by: Mapped[str] = mapped_column(String(36))
    added_at: Mapped[datetime]
    about: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class DocumentError(Base):
    """That a file was entered in error: why, by whose word, and which file stands in its place, if one does."""

    __tablename__ = "document_error"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    reason: Mapped[str] = mapped_column(String(40))
    replaced_by: Mapped[str | None] = mapped_column(ForeignKey("document.id"), index=True)
    marked_by: Mapped[str] = mapped_column(String(36))
    marked_at: Mapped[datetime]
