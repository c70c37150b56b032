"""How far the words of code lists are translated: reviewed, made by a machine, or missing, for each language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.kit import catalogue
from app.kit.reader import LANGUAGES
from policies.model import CodeList

__all__ = ["TRANSLATED", "Gap", "Word", "gaps", "words"]

# Every language but the one the words are written in.
TRANSLATED = {language: name for language, name in LANGUAGES.items() if language != catalogue.SOURCE}


@dataclass(frozen=True, slots=True)
class Gap:
    """How many words of a list are reviewed, machine-made and missing in a language."""

    reviewed: int
    machine: int
    missing: int


@dataclass(frozen=True, slots=True)
class Word:
    """One label in one language; ``text`` empty where it has no translation."""

    text: str
    reviewed: bool


def words(context: str, label: str) -> dict[str, Word]:
    """Language -> what stands for ``label`` there."""
    found = {}
    for language in TRANSLATED:
        said = catalogue.of(language).find(context, label)
        found[language] = Word("", False) if said is None else Word(said.text, said.reviewed)
    return found


def gaps(lists: Iterable[CodeList]) -> dict[str, dict[str, Gap]]:
    """List name -> language -> how far its labels are translated."""
    found = {}
    for each in lists:
        said = [words(each.name, entry.label) for entry in each.codes.values()]
        found[each.name] = {language: _count([row[language] for row in said]) for language in TRANSLATED}
    return found


def _count(said: list[Word]) -> Gap:
    reviewed = sum(word.reviewed for word in said)
    missing = sum(not word.text for word in said)
    return Gap(reviewed, len(said) - reviewed - missing, missing)
