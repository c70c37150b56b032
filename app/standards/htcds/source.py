"""Where the bytes of a file come from: a file on the disk, or one that is held in memory and never written down."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

__all__ = ["File", "Held", "size_of"]


@dataclass(frozen=True, slots=True)
class Held:
    """A file in memory. ``suffix``: the ending it would have on a disk, such as .csv."""

    content: bytes
    suffix: str

    def open(self, mode: Literal["rb"] = "rb") -> BinaryIO:
        """Its bytes from the beginning."""
        return io.BytesIO(self.content)


File = Path | Held


def size_of(file: File) -> int:
    """How many bytes a file has."""
    return len(file.content) if isinstance(file, Held) else file.stat().st_size
