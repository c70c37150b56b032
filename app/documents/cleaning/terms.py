"""What both sides of the wall between the program and the cleaning process speak of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PDF: Final = "application/pdf"
JPEG: Final = "image/jpeg"
PNG: Final = "image/png"

# What a file was found to hold, and no longer does.
DETAILS: Final = "details"
ACTIONS: Final = "actions"


class Unclean(Exception):
    """The file cannot be made safe; ``why`` is a code of `app.documents.washing.SENTENCES`."""

    def __init__(self, why: str) -> None:
        """``why``: the code."""
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may ask for: pixels of a picture, pages of a PDF, seconds and bytes of memory to clean it."""

    pixels: int
    pages: int
    seconds: int
    memory: int


@dataclass(frozen=True, slots=True)
class Clean:
    """A file made anew. ``pages``: of a PDF, else None. ``removed``: what was taken out, as codes, sorted."""

    content: bytes
    pages: int | None
    removed: tuple[str, ...]
