"""Takes a file in: what it is by its content, whether it is allowed, and what is left of it once it is clean.

What strangers made is opened in another process (`app.documents.cleaning`), which holds no key and sees no database:
a fault in a library that reads pictures or PDFs ends that process and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.documents.cleaning.terms import JPEG, PDF, PNG, Limits
from app.kit.errors import Busy, Invalid
from app.kit.words import mark
from policies.safeguards import Files

__all__ = ["ENDINGS", "SENTENCES", "Washed", "recognised", "wash"]

# A file says what it is by its first bytes; its name and what the browser says of it count for nothing.
_BEGINNINGS: Final = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
ENDINGS: Final[Mapping[str, str]] = {PDF: "pdf", JPEG: "jpg", PNG: "png"}
SENTENCES: Final[Mapping[str, str]] = {
    "missing": mark("Choose a file."),
    "empty": mark("This file is empty."),
    "wrong_type": mark("Only PDF, JPEG and PNG files can be kept. Save it as one of these, or photograph it."),
    "too_large": mark("This file is too large. Make it smaller: fewer pages, or a smaller photo."),
    "broken": mark("This file is damaged and cannot be read. Save or photograph it again."),
    "locked": mark("This PDF is locked with a password. Save it without the password, then add it again."),
    "carries_files": mark("This PDF carries other files inside. Take them out, and add each one by itself."),
    "too_many_pixels": mark("This picture has too many pixels. Save it smaller, then add it again."),
    "too_many_pages": mark("This PDF has too many pages. Add it in parts."),
    "bursts": mark("This file is built so that opening it takes too much. Print or photograph it instead."),
}
# A cleaning may take a core and some hundred megabytes; more than two at a time would starve the desk.
_AT_ONCE: Final = threading.BoundedSemaphore(2)
_PATIENCE: Final = 15.0
_ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Washed:
    """A clean file. ``original``: SHA-256 (hex) of what was sent; ``removed``: what was taken out, as codes."""

    content: bytes
    media_type: str
    pages: int | None
    removed: tuple[str, ...]
    original: str

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the clean file: what whoever downloads it can compare."""
        return hashlib.sha256(self.content).hexdigest()


def wash(content: bytes | None, rules: Files, field: str = "file") -> Washed:
    """The clean file of what was sent (None: nothing was).

    Invalid (422) with a sentence at ``field`` for what cannot be kept; Busy (503) if too many are cleaned already.
    """
    if content is None:
        raise _refused("missing", field)
    if len(content) > rules.largest_bytes:
        raise _refused("too_large", field)
    media_type = recognised(content)
    if media_type is None:
        raise _refused("wrong_type" if content else "empty", field)
    limits = Limits(rules.largest_pixels, rules.most_pages, rules.seconds, rules.memory_bytes)
    if not _AT_ONCE.acquire(timeout=_PATIENCE):
        raise Busy()
    try:
        head, clean = _apart(content, media_type, limits)
    finally:
        _AT_ONCE.release()
    if "refused" in head or not clean:
        raise _refused(str(head.get("refused", "broken")), field)
    # A picture of one colour may grow when it is drawn anew; nothing that is kept is larger than what may be sent.
    if len(clean) > rules.largest_bytes:
        raise _refused("too_large", field)
    pages, removed = head.get("pages"), head.get("removed", [])
    return Washed(clean, media_type, pages, tuple(removed), hashlib.sha256(content).hexdigest())


def recognised(content: bytes) -> str | None:
    """The media type by the first bytes; None for anything that is not kept here."""
    return next((kind for beginning, kind in _BEGINNINGS if content.startswith(beginning)), None)


def _apart(content: bytes, media_type: str, limits: Limits) -> tuple[dict[str, Any], bytes]:
    """What the cleaning process answers; a process that died of the file counts as a file that bursts."""
    numbers = (limits.pixels, limits.pages, limits.seconds, limits.memory)
    command = [sys.executable, "-m", "app.documents.cleaning", media_type, *(str(each) for each in numbers)]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, cwd=_ROOT, env={}, timeout=limits.seconds * 2, check=False
        )
    except subprocess.TimeoutExpired:
        return {"refused": "bursts"}, b""
    head, _, clean = done.stdout.partition(b"\n")
    if done.returncode != 0 or not head:
        return {"refused": "bursts"}, b""
    told: dict[str, Any] = json.loads(head)
    return told, clean


def _refused(why: str, field: str) -> Invalid:
    sentence = SENTENCES[why]
    rule = {"field": field, "rule": why, "sentence": sentence}
    return Invalid("This file cannot be kept.", code=f"file_{why}", extra={"errors": [rule]})
