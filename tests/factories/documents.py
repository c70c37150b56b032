"""Puts a file into a case through the real service, without the washing, which has tests of its own."""

from __future__ import annotations

import hashlib

from app.access.desk import House
from app.documents import service
from app.documents.schemas import DocumentIn
from app.documents.washing import Washed
from tests.factories.staff import Worker, desk_of

PDF = "application/pdf"


def put_document(
    house: House, worker: Worker, case_id: str, content: bytes = b"%PDF-1.7", kind: str = "court_paper",
    note: str | None = None,
) -> str:
    """The id of a fresh file of a case, added by ``worker``."""
    file = Washed(content, PDF, 1, (), hashlib.sha256(content).hexdigest())
    with desk_of(house, worker) as desk:
        return service.added(desk, case_id, DocumentIn(kind=kind, note=note), file).id
