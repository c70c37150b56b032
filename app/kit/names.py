"""Names of countries and languages in the reader's language."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from babel import Locale

from app.kit.reader import reader
from app.kit.words import Word, say_as

__all__ = ["countries", "country", "is_country", "language", "language_called"]

# Territories of the registry that are no country: groups, and codes kept for tests.
_NO_COUNTRY: Final = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
_ENGLISH: Final = "en"


def country(code: str, called: str = "") -> str:
    """The name of a country by its two letters; the letters themselves where it has none.

    ``called``: what we call it in English, where we do so in words of our own, which are translated with the rest.
    """
    if called:
        return Word.of(say_as("country", called), called)
    return _territories(reader().language).get(code) or _territories(_ENGLISH).get(code, code)


def countries() -> list[tuple[str, str]]:
    """Every country as code and name, by name."""
    known, english = _territories(reader().language), _territories(_ENGLISH)
    codes = [code for code in english if is_country(code)]
    return sorted(((code, known.get(code, english[code])) for code in codes), key=lambda pair: pair[1])


def is_country(code: str) -> bool:
    """Whether these are the two letters of a country, whoever reads them."""
    return len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY and code in _territories(_ENGLISH)


def language(code: str) -> str:
    """The name of a language by its code; the code itself where it has none."""
    return _languages(reader().language).get(code) or _languages(_ENGLISH).get(code, code)


def language_called(typed: str) -> str | None:
    """The code of the language that is called ``typed`` by the reader or in English, or has it as code; else None."""
    wanted = typed.strip().casefold()
    for names in (_languages(reader().language), _languages(_ENGLISH)):
        for code, name in names.items():
            if wanted in (name.casefold(), code.casefold()):
                return code.replace("_", "-")
    return None


@lru_cache(maxsize=16)
def _territories(locale: str) -> dict[str, str]:
    return dict(Locale.parse(locale).territories)


@lru_cache(maxsize=16)
def _languages(locale: str) -> dict[str, str]:
    return dict(Locale.parse(locale).languages)
