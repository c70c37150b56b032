"""How a move shows how far it is, to whoever asked for it."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Count", "Shown", "Shows"]


class Shown(Protocol):
    """Shows how far a part of the work is."""

    def __call__(self, done: int, whole: int, /) -> None:
        """``done`` of ``whole`` is done."""

    def end(self, words: str, /) -> None:
        """The part is done."""


class Shows(Protocol):
    """Begins to show a part of the work."""

    def __call__(self, what: str, /) -> Shown:
        """``what``: the part, in a few words."""


class Count:
    """Adds up what is told piece by piece."""

    def __init__(self, shown: Shown, whole: int) -> None:
        """``shown``: where it is told; ``whole``: how much there is."""
        self._shown, self.whole, self._done = shown, whole, 0

    def __call__(self, more: int) -> None:
        """So much more is done."""
        self._done += more
        self._shown(self._done, self.whole)

    def end(self, words: str) -> None:
        """The part is done."""
        self._shown.end(words)
