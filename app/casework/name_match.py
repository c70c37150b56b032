"""Comparing names: as parts, without case, accents of Latin letters and signs between them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import Final

__all__ = ["PLAIN", "alike", "parts_of", "plain_letters", "same"]

# From here on two spellings are taken for one name: Thandar and Thanda are, Thandar and Thida are not.
_ALIKE: Final = 0.84
# Letters that Unicode does not take apart into a letter and a mark.
PLAIN: Final = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "ı": "i"})


def parts_of(*names: str) -> frozenset[str]:
    """The parts of names in the form in which they are compared."""
    return frozenset(part for name in names for part in plain_letters(name).split())


def same(typed: frozenset[str], known: frozenset[str]) -> bool:
    """Whether every part that was typed is exactly a part of the name that is known."""
    return bool(typed) and typed <= known


def alike(typed: frozenset[str], known: frozenset[str]) -> bool:
    """Whether two names may be spellings of one: the order of their parts does not count, nor a letter or two."""
    if not typed or not known:
        return False
    return same(typed, known) or SequenceMatcher(None, _line(typed), _line(known)).ratio() >= _ALIKE


def _line(parts: Iterable[str]) -> str:
    return " ".join(sorted(parts))


def plain_letters(name: str, others: Mapping[int, str | int] = PLAIN) -> str:
    """Small letters; marks on Latin letters are left out, those of other scripts are vowels and tones and stay.

    others: letters that Unicode does not take apart, and what is written for them (as of `str.maketrans`).
    """
    kept: list[str] = []
    for sign in unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name).casefold().translate(others)):
        category = unicodedata.category(sign)
        if category == "Mn" and kept and kept[-1].isascii():
            continue
        kept.append(sign if category[0] in "LMN" else " ")
    return unicodedata.normalize("NFC", "".join(kept))
