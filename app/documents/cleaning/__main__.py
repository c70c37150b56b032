"""The process that cleans one file: limits itself, reads it from standard input, writes what is clean to the output.

    python -m app.documents.cleaning MEDIA_TYPE PIXELS PAGES SECONDS BYTES < file

First a line of JSON: {"pages", "removed"} or {"refused"}; after it the bytes of the file.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

from app.documents.cleaning import papers, pictures
from app.documents.cleaning.terms import PDF, Clean, Limits, Unclean


def hold(limits: Limits) -> None:
    """From now on: so much memory and time, and no file written that is not open already."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def cleaned(content: bytes, media_type: str, limits: Limits) -> Clean:
    """The clean file. Unclean if there is none."""
    try:
        if media_type == PDF:
            return papers.clean(content, limits)
        return pictures.clean(content, media_type, limits)
    except (MemoryError, RecursionError):
        raise Unclean("bursts") from None


def main(arguments: list[str]) -> None:
    """Clean what comes in and write it out."""
    media_type = arguments[0]
    limits = Limits(*(int(each) for each in arguments[1:5]))
    hold(limits)
    head: dict[str, Any]
    content = b""
    try:
        found = cleaned(sys.stdin.buffer.read(), media_type, limits)
        head, content = {"pages": found.pages, "removed": found.removed}, found.content
    except Unclean as refusal:
        head = {"refused": refusal.why}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")
    sys.stdout.buffer.write(content)


if __name__ == "__main__":
    main(sys.argv[1:])
