"""Reads a form that carries a file, in memory alone: the framework would write a large one to the disk, unsealed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from app.access.shell import roomy
from app.kit.errors import AppError, BadRequest

__all__ = ["FilesOnly", "SentFile", "read_form", "sent_file"]

_MULTIPART: Final = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file in a form: its content alone. ``chosen``: False for a field that was left empty."""

    content: bytes
    chosen: bool

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the content."""
        return hashlib.sha256(self.content).hexdigest()


class FilesOnly(AppError):
    """A route that takes a file was sent something else."""

    status = 415
    code = "not_a_file"
    title = "This takes a form with a file."
    default_detail = "Send multipart/form-data with the fields and the file."


async def read_form(request: Request, most_fields: int) -> FormData:
    """The form with at most one file. The shell has bounded the body, so memory is the right place for it.

    FilesOnly (415) for another kind of body; BadRequest (400) for one that cannot be read.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _MULTIPART:
        raise FilesOnly()
    parser = MultiPartParser(request.headers, request.stream(), max_files=1, max_fields=most_fields)
    parser.spool_max_size = roomy(request.scope)
    try:
        form = await parser.parse()
    except MultiPartException:
        raise BadRequest("The form cannot be read.", code="form_unreadable") from None
    try:
        pairs: list[Any] = [(name, await _taken(value)) for name, value in form.multi_items()]
    finally:
        await form.close()
    return FormData(pairs)


def sent_file(form: FormData | None, name: str) -> bytes | None:
    """The content of the file in field ``name``, None if none was chosen; what it is called is not looked at."""
    value: Any = form.get(name) if form is not None else None
    return value.content if isinstance(value, SentFile) and value.chosen else None


async def _taken(value: str | UploadFile) -> str | SentFile:
    if isinstance(value, str):
        return value
    content = await value.read()
    # A browser sends a part without name and content for a field that was left empty.
    return SentFile(content, bool(content or value.filename))
