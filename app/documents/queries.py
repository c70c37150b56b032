"""Every SELECT of the documents room, always below a case that was found within the asker's scope."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, bindparam, func, select

from app.access.desk import Desk
from app.models.document import Document, DocumentError

DOCUMENT: Final[Any] = Document.__table__
ERROR: Final[Any] = DocumentError.__table__

# Lists never read the content itself.
_KNOWN: Final = (
    select(
        *(column for column in DOCUMENT.c if column.name != "sealed"),
        ERROR.c.reason, ERROR.c.replaced_by, ERROR.c.marked_by, ERROR.c.marked_at,
    )
    .outerjoin(ERROR, ERROR.c.document_id == DOCUMENT.c.id)
    .where(DOCUMENT.c.case_id == bindparam("case_id"), DOCUMENT.c.country == bindparam("country"))
)  # fmt: skip
_OF_CASE: Final = _KNOWN.order_by(DOCUMENT.c.seq.desc())
_ONE: Final = _KNOWN.where(DOCUMENT.c.id == bindparam("document_id"))
_CONTENT: Final = select(DOCUMENT.c.sealed).where(DOCUMENT.c.id == bindparam("document_id"))
_COUNT: Final = select(func.count()).select_from(DOCUMENT).where(DOCUMENT.c.case_id == bindparam("case_id"))


def of_case(desk: Desk, case_id: str) -> list[Row[Any]]:
    """The files of a case with their marks, newest first, without their content."""
    return list(desk.session.execute(_OF_CASE, {"case_id": case_id, "country": desk.actor.country}))


def one(desk: Desk, case_id: str, document_id: str) -> Row[Any] | None:
    """One file of this case with its mark, without its content."""
    which = {"case_id": case_id, "country": desk.actor.country, "document_id": document_id}
    rows: list[Row[Any]] = list(desk.session.execute(_ONE, which))
    return rows[0] if rows else None


def content(desk: Desk, document_id: str) -> bytes:
    """The sealed content of a file that was found already."""
    return bytes(desk.session.execute(_CONTENT, {"document_id": document_id}).scalar_one())


def how_many(desk: Desk, case_id: str) -> int:
    """How many files a case has, those entered in error among them."""
    return int(desk.session.execute(_COUNT, {"case_id": case_id}).scalar_one())
