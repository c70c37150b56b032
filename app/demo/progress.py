"""How far a long piece of work is: a bar on a terminal, a few plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TextIO

WIDTH = 40
# On paper and in logs every tenth is enough.
LINES = 10


class Bar:
    """Call it with what is done and how much there is; `end` closes the line and says how long it took."""

    def __init__(self, what: str, stream: TextIO | None = None) -> None:
        """what: the work, in a few words; stream: standard error if left out."""
        self._what = what
        self._stream = stream or sys.stderr
        self._began = time.monotonic()
        self._told = -1

    def __call__(self, done: int, whole: int) -> None:
        """Show that ``done`` of ``whole`` is done, if that says anything new."""
        share = min(1.0, done / whole) if whole else 1.0
        if self._stream.isatty():
            filled = round(share * WIDTH)
            self._write(f"\r{self._what} [{'#' * filled}{'.' * (WIDTH - filled)}] {share:4.0%}")
        elif int(share * LINES) > self._told:
            self._told = int(share * LINES)
            self._write(f"{self._what}: {int(share * 100)}%\n")

    def end(self, words: str) -> None:
        """Say that it is done, with ``words`` and the seconds it took."""
        lead = "\n" if self._stream.isatty() else ""
        self._write(f"{lead}{words} in {time.monotonic() - self._began:.0f} seconds.\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
