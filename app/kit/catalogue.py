"""The translations: files of gettext under app/locale, read when a language is first asked for, and kept.

`en` holds the sentences themselves, as collected from templates and code; a language holds what has been translated.
An entry that is marked fuzzy was translated by a machine, and waits for somebody to review it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

__all__ = ["FILES", "FOLDER", "SOURCE", "Catalogue", "Parts", "Standing", "Translation", "is_known", "is_partial", "of",
           "standing", "taken_apart"]  # fmt: skip

SOURCE: Final = "en"
FOLDER: Final = Path(__file__).resolve().parent.parent / "locale"
# What pages say, and the words of code lists, roles and permissions.
FILES: Final = ("ui", "codes")
Key = tuple[str | None, str]
_PLACE: Final = re.compile(r"%\((\w+)\)s")
# A sentence of less text of its own than this could be read into anything.
_LEAST_TEXT: Final = 8


@dataclass(frozen=True, slots=True)
class Translation:
    """One sentence in one language; whether somebody who knows the work has reviewed it."""

    text: str
    reviewed: bool


@dataclass(frozen=True, slots=True)
class Parts:
    """A sentence that came put together: the sentence as it is translated, and what was put into it."""

    context: str | None
    text: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a language is: sentences in all, of them reviewed, translated by a machine, and missing."""

    total: int
    reviewed: int
    unreviewed: int

    @property
    def missing(self) -> int:
        """How many have no translation at all."""
        return self.total - self.reviewed - self.unreviewed


class Catalogue:
    """What is translated into one language. All of them but English have one form for every count."""

    def __init__(self, entries: Mapping[Key, Translation]) -> None:
        """``entries``: by context and English text."""
        self.entries = entries
        # Of one text that is translated in several contexts, the first serves where nobody named a context.
        self._anywhere: dict[str, Translation] = {}
        for (_, text), entry in entries.items():
            self._anywhere.setdefault(text, entry)

    def find(self, context: str | None, text: str) -> Translation | None:
        """The translation of ``text``: in ``context``, else without one, else as it is said elsewhere."""
        return self.entries.get((context, text)) or self.entries.get((None, text)) or self._anywhere.get(text)


def _read(language: str) -> list[Catalog]:
    """The files of a language; none for a language without any."""
    found = []
    for name in FILES:
        path = FOLDER / language / f"{name}.po"
        if path.is_file():
            with path.open("rb") as file:
                found.append(read_po(file, language))
    return found


@cache
def of(language: str) -> Catalogue:
    """The translations of a language, read once; empty for a language that has no files."""
    entries: dict[Key, Translation] = {}
    for each in _messages(language):
        said = each.string or ""
        text = said if isinstance(said, str) else next(iter(said), "")
        if text:
            entries[each.context, _text_of(each)] = Translation(text, not each.fuzzy)
    return Catalogue(entries)


@cache
def _sources() -> tuple[Key, ...]:
    return tuple((each.context, _text_of(each)) for each in _messages(SOURCE))


@cache
def _known() -> frozenset[str]:
    return frozenset(text for _, text in _sources())


def is_known(text: str) -> bool:
    """Whether ``text`` is one of the sentences that are translated."""
    return text in _known()


@lru_cache(maxsize=2048)
def taken_apart(text: str) -> Parts | None:
    """The sentence that ``text`` was made from by putting values into it; None if it is none of ours.

    Services refuse in whole English sentences, which programs read as well. The sentence with most text of its own
    wins.
    """
    if text in _known():
        return None
    for pattern, context, source in _patterns():
        if match := pattern.fullmatch(text):
            return Parts(context, source, match.groupdict())
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str | None, str], ...]:
    """Every sentence with a place for a value, those with most text of their own first."""
    made = []
    for context, text in _sources():
        own = _PLACE.sub("", text)
        if own != text and len(own) >= _LEAST_TEXT:
            made.append((len(own), _pattern(text), context, text))
    made.sort(key=lambda each: (-each[0], each[3]))
    return tuple((pattern, context, text) for _, pattern, context, text in made)


def _pattern(text: str) -> re.Pattern[str]:
    written, seen = [], set()
    for at, piece in enumerate(_PLACE.split(text)):
        if at % 2 == 0:
            written.append(re.escape(piece.replace("%%", "%")))
        else:
            written.append(f"(?P={piece})" if piece in seen else f"(?P<{piece}>.+?)")
            seen.add(piece)
    return re.compile("".join(written), re.DOTALL)


@cache
def standing(language: str) -> Standing:
    """How far the translation of a language is; English is complete by itself."""
    wanted = set(_sources())
    if language == SOURCE:
        return Standing(len(wanted), len(wanted), 0)
    entries = of(language).entries
    found = [entries[key] for key in wanted if key in entries]
    reviewed = sum(each.reviewed for each in found)
    return Standing(len(wanted), reviewed, len(found) - reviewed)


def is_partial(language: str) -> bool:
    """Whether something in this language is missing, or nobody has reviewed it."""
    known = standing(language)
    return known.reviewed < known.total


def _messages(language: str) -> Iterable[Message]:
    return (message for catalog in _read(language) for message in catalog if message.id)


def _text_of(message: Message) -> str:
    """The English text: of a pair for one and many, the one for one."""
    return message.id if isinstance(message.id, str) else message.id[0]
