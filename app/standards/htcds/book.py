"""The names of the standard as they are looked up: headers, labels, aliases and values, in one kind of file."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Final

from babel.core import get_global

from policies.standards import EXTENSION, Standard, StandardCode, StandardField, Target

__all__ = ["AMBIGUOUS", "Book", "Word", "folded"]

AMBIGUOUS: Final = "*"
COUNTRY: Final = "country"


def folded(text: str) -> str:
    """A word as it is compared: one form of each letter, single spaces, none at the ends, no capitals."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


@dataclass(frozen=True, slots=True)
class Word:
    """What a word in a cell is read as; ``near``: the list has nothing that means the same."""

    code: str
    near: bool = False


class Book:
    """One standard in one kind of file."""

    def __init__(self, standard: Standard, target: str) -> None:
        """target: a key of the standard's targets; KeyError for any other."""
        self.standard = standard
        self.name = target
        self.target: Target = standard.targets[target]
        self.columns = standard.columns(target)
        self.fields: dict[str, StandardField] = dict(standard.fields)

    @cached_property
    def labels(self) -> dict[str, str]:
        """Field -> the label that this kind of file shows for it."""
        return {column.field: column.label or self.fields[column.field].label for column in self.columns}

    @cached_property
    def headers(self) -> dict[str, str]:
        """Field -> its name in this kind of file."""
        # Where the published names contradict the labels we write names that agree with them (htcds.md trap 1).
        published = {
            column.name: column.field for column in self.columns if column.name and column.name not in self.fields
        }
        known = {field: name for name, field in published.items() if name != "vic_TraffickinStatusDecisionMakingOrg"}
        return {column.field: known.get(column.field, column.field) for column in self.columns}

    @cached_property
    def _by_name(self) -> dict[str, str]:
        found = {folded(column.name): column.field for column in self.columns if column.name not in (None, "")
                 and column.name not in self.fields}  # fmt: skip
        for name, field in self.fields.items():
            found |= {folded(word): name for word in (name, *field.aliases)}
        return found

    @cached_property
    def _by_label(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for field, label in self.labels.items():
            key = folded(label)
            found[key] = field if found.get(key, field) == field else AMBIGUOUS
        return found

    def named(self, text: str) -> str | None:
        """The field of a header that holds a name of the standard or an alias of one."""
        return self._by_name.get(folded(text))

    def labelled(self, text: str) -> str | None:
        """The field of a header that holds a label; AMBIGUOUS where several fields of this file have it."""
        return self._by_label.get(folded(text))

    @cached_property
    def _words(self) -> dict[str, dict[str, Word]]:
        found: dict[str, dict[str, Word]] = {}
        for name, values in self.standard.lists.items():
            words: dict[str, Word] = {}
            for code, each in values.codes.items():
                words |= {folded(word): Word(code) for word in (code, each.label, *each.aliases)}
                words |= {folded(word): Word(code, near=True) for word in each.nearest}
            found[name] = words
        return found

    def word(self, list_name: str, text: str) -> Word | None:
        """What a word is read as in a list: by name, label or alias, whatever its capitals and spaces."""
        key = folded(text)
        found = self._words[list_name].get(key)
        if found is not None:
            return found
        if list_name == COUNTRY and len(key) == 3:
            # Three letters or digits of the same register.
            other = get_global("territory_aliases").get(key.upper(), ())
            return Word(other[0]) if len(other) == 1 and other[0] in self.standard.lists[COUNTRY].codes else None
        return None

    def near(self, list_name: str, text: str) -> str:
        """The list's name, with the value whose spelling is closest if there is one: words of the standard alone."""
        close = get_close_matches(folded(text), list(self._words[list_name]), n=1, cutoff=0.75)
        return f"'{list_name}'" + (f" (perhaps {self._words[list_name][close[0]].code})" if close else "")

    def code(self, list_name: str, code: str) -> StandardCode | None:
        """The entry of a value, None for one that the list does not have."""
        return self.standard.lists[list_name].codes.get(code)

    def shown(self, list_name: str, code: str) -> str:
        """What is written for a value in this kind of file: its name or its label."""
        entry = self.code(list_name, code)
        if entry is None or self.target.words == "names" or list_name in self.target.by_name:
            return code
        return entry.label

    def one_only(self, field: str) -> bool:
        """Whether this kind of file has room for one value of a field alone."""
        return not self.fields[field].holds_many or field in self.target.single

    @staticmethod
    def is_extension(header: str) -> bool:
        """Whether a column is no part of the standard and says so."""
        return folded(header).startswith("x_")

    @staticmethod
    def is_ours(header: str) -> bool:
        """Whether it is one that we add."""
        return folded(header).startswith(EXTENSION)
