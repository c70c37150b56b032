"""How a table of another system is read: which column is which field of ours, and what becomes of everything else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import Field, StrictBool, StrictInt

from policies.terms import FrozenMap, Policy, Slug, Text

__all__ = [
    "CODED", "COUNTRIES", "DAYS", "TARGETS", "TEXTS", "Column", "ImportMapping", "Part", "Table", "part", "part_name",
    "same_word",
]  # fmt: skip

# What opening a case takes today (app/cases/schemas.py) -> the code list its values come from.
CODED: Final[Mapping[str, str]] = {
    "source": "case_source", "age_band": "age_band", "sex": "sex", "exploitation": "exploitation",
    "channel": "return_channel",
}  # fmt: skip
# Channels of a case that is no return, beside those of the list.
CHANNELS: Final = frozenset({"shelter", "other"})
DAYS: Final = frozenset({"happened_at", "identity.birth_date", "returned_on"})
# A country by its two letters; of these ``returned_from`` is always a country, the others may be unknown.
COUNTRIES: Final = frozenset({"nationality", "exploited_in", "returned_from"})
TEXTS: Final = frozenset(
    {
        "note", "identity.given_names", "identity.family_name", "identity.other_names", "identity.place_of_origin",
        "identity.safe_contact", "identity.phone", "identity.family_contact", "identity.health_alert",
    }
)  # fmt: skip
# ``age`` is a number of years, which becomes an age band; ``child`` is yes or no.
OTHERS: Final = frozenset({"child", "age", "language", "identity.birth_year"}) | COUNTRIES
TARGETS: Final = frozenset(CODED) | DAYS | TEXTS | OTHERS
# What a constant may say of everybody in a file; a name that all share is nobody's.
CONSTANTS: Final = frozenset(CODED) | COUNTRIES | {"language"}

Word = Annotated[str, Field(min_length=1, max_length=120)]
Encoding = Literal["find", "utf-8", "utf-16", "cp874", "tis-620", "windows-1252", "windows-1258", "gb18030"]


class Table(Policy):
    """The file itself: its letters, what stands between cells, which sheet, in which row the columns are named."""

    encoding: Encoding = "find"
    delimiter: Literal["find", ",", ";", "|", "\t"] = "find"
    sheet: Text | None = None
    header: Annotated[StrictInt, Field(ge=1, le=100)] = 1


class Column(Policy):
    """What becomes of one column: a field of ours (``to``), or words that are kept beside the case (``told``).

    ``codes``: their value -> our code, compared without regard to case and to spaces at the ends. ``dates``: the order
    of day, month and year; four digits that come first are always the year. ``era``: of their years. ``split``: what
    stands between several names. ``told`` keeps a value as it came: what another system says of a consent or of how
    far a case has come is told, and never counts here.

    Of a standard: ``when`` says for which entries of a record the column leads to the field (other fields of the same
    entry and their values); ``because`` why it can only be told, where that is not that a new case has no place for it.
    """

    to: str | None = None
    told: Word | None = None
    codes: FrozenMap[str | StrictBool] = Field(default_factory=dict)
    dates: Literal["dmy", "mdy", "ymd"] = "ymd"
    era: Literal["common", "buddhist", "either"] = "either"
    split: Annotated[str, Field(min_length=1, max_length=3)] | None = None
    when: FrozenMap[Text] = Field(default_factory=dict)
    because: Literal["consent", "course"] | None = None
    note: str = ""

    def ours(self, value: str) -> str | bool | None:
        """Our code for a value of theirs; None where the table says nothing."""
        wanted = same_word(value)
        return next((code for theirs, code in self.codes.items() if same_word(theirs) == wanted), None)


class ImportMapping(Policy):
    """One file of mapping. ``record``: the column with the other system's own number of a record.

    ``standard``: a file of standards/ by whose fields and lists the table is written, and by whose reader it is read.
    """

    name: Slug
    version: Annotated[StrictInt, Field(ge=1, le=10_000)]
    title: Text
    source_system: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    note: str = ""
    table: Table = Table()
    standard: str | None = None
    record: Word
    columns: FrozenMap[Column]
    constants: FrozenMap[Text] = Field(default_factory=dict)
    ignore: tuple[Word, ...] = ()
    empty: tuple[Word, ...] = ()
    unmapped: Literal["refuse", "keep"] = "refuse"

    @property
    def named(self) -> frozenset[str]:
        """Every column that the mapping says something of."""
        return frozenset(self.columns) | {self.record} | frozenset(self.ignore)

    @property
    def needed(self) -> frozenset[str]:
        """The columns a file must have; what is only to be ignored may be missing."""
        # A file of a standard has the columns that whoever wrote it could fill.
        all_of_them = self.unmapped == "refuse" and self.standard is None
        return frozenset({self.record}) | (frozenset(self.columns) if all_of_them else frozenset())

    def base(self, name: str) -> str:
        """The name by which a column is looked up: of a standard without which entry of a record it is."""
        return name if self.standard is None or self.says(name) else part(name).base

    def says(self, name: str) -> bool:
        """Whether a column stands in the mapping by just this name."""
        return name in self.columns or name == self.record or name in self.ignore

    def columns_of(self, target: str) -> tuple[str, ...]:
        """The columns that lead to a field."""
        return tuple(name for name, column in self.columns.items() if column.to == target)

    def is_empty(self, value: str) -> bool:
        """Whether a cell says nothing: white space, or a sign that stands for that here."""
        word = same_word(value)
        return not word or any(same_word(each) == word for each in self.empty)


class Part(NamedTuple):
    """A column of a record of a standard: its name, which entry (from 1), and whether no list knew what stood there."""

    base: str
    number: int
    unknown: bool


_PART: Final = re.compile(r"(.+?) \((?:(\d{1,6})|(unknown)|(\d{1,6}), unknown)\)", re.DOTALL)


def part_name(base: str, number: int = 1, unknown: bool = False) -> str:
    """How a column of one of several entries of a record is named: hte_City, hte_City (2), hte_Type (2, unknown)."""
    said = ([str(number)] if number > 1 else []) + (["unknown"] if unknown else [])
    return f"{base} ({', '.join(said)})" if said else base


def part(name: str) -> Part:
    """What such a name says."""
    found = _PART.fullmatch(name)
    if found is None:
        return Part(name, 1, False)
    base, number, alone, numbered = found.groups()
    return Part(base, int(number or numbered or 1), bool(alone or numbered))


def same_word(value: str) -> str:
    """A value as it is compared: without regard to case and to white space."""
    return " ".join(value.split()).casefold()
