"""References: pseudonymous ones of the shape the program makes, no two alike however many there are."""

from __future__ import annotations

from typing import Final

from app.casework.opening import ALPHABET

_LETTERS: Final = 8
_ALL: Final = len(ALPHABET) ** _LETTERS
# Prime, so that going round in steps of it meets every number once before any comes again.
_STEP: Final = 386_960_000_033


class References:
    """Hands out references. The program draws them and tries again where one is taken; a filler may not meet itself."""

    def __init__(self, seed: int) -> None:
        """seed: the same references come for the same."""
        self._at = seed * 7_919 % _ALL

    def next(self, head: str, year: int) -> str:
        """The next one, e.g. TH-2017-7F3K2QWX; head: the country, or both countries of a referral."""
        self._at = (self._at + _STEP) % _ALL
        rest, letters = self._at, []
        for _ in range(_LETTERS):
            rest, at = divmod(rest, len(ALPHABET))
            letters.append(ALPHABET[at])
        return f"{head}-{year}-{''.join(letters)}"
