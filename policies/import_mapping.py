"""How a table of another system is read: which column is which field of ours, and what becomes of everything else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field, StrictBool, StrictInt

from policies.terms import FrozenMap, Policy, Slug, Text

__all__ = ["CODED", "DAYS", "TARGETS", "TEXTS", "Column", "ImportMapping", "Table", "same_word"]

# What opening a case takes today (app/cases/schemas.py) -> the code list its values come from.
CODED: Final[Mapping[str, str]] = {
    "source": "case_source", "age_band": "age_band", "sex": "sex", "exploitation": "exploitation",
    "channel": "return_channel",
}  # fmt: skip
# Channels of a case that is no return, beside those of the list.
CHANNELS: Final = frozenset({"shelter", "other"})
DAYS: Final = frozenset({"happened_at", "identity.birth_date"})
TEXTS: Final = frozenset(
    {
        "note", "identity.given_names", "identity.family_name", "identity.other_names", "identity.place_of_origin",
        "identity.safe_contact", "identity.phone", "identity.family_contact", "identity.health_alert",
    }
)  # fmt: skip
# ``age`` is a number of years, which becomes an age band; ``child`` is yes or no.
OTHERS: Final = frozenset({"child", "age", "nationality", "language", "identity.birth_year"})
TARGETS: Final = frozenset(CODED) | DAYS | TEXTS | OTHERS
# What a constant may say of everybody in a file; a name that all share is nobody's.
CONSTANTS: Final = frozenset(CODED) | {"nationality", "language"}

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
    """

    to: str | None = None
    told: Word | None = None
    codes: FrozenMap[str | StrictBool] = Field(default_factory=dict)
    dates: Literal["dmy", "mdy", "ymd"] = "ymd"
    era: Literal["common", "buddhist", "either"] = "either"
    split: Annotated[str, Field(min_length=1, max_length=3)] | None = None
    note: str = ""

    def ours(self, value: str) -> str | bool | None:
        """Our code for a value of theirs; None where the table says nothing."""
        wanted = same_word(value)
        return next((code for theirs, code in self.codes.items() if same_word(theirs) == wanted), None)


class ImportMapping(Policy):
    """One file of mapping. ``record``: the column with the other system's own number of a record."""

    name: Slug
    version: Annotated[StrictInt, Field(ge=1, le=10_000)]
    title: Text
    source_system: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    note: str = ""
    table: Table = Table()
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
        return frozenset({self.record}) | (frozenset(self.columns) if self.unmapped == "refuse" else frozenset())

    def columns_of(self, target: str) -> tuple[str, ...]:
        """The columns that lead to a field."""
        return tuple(name for name, column in self.columns.items() if column.to == target)

    def is_empty(self, value: str) -> bool:
        """Whether a cell says nothing: white space, or a sign that stands for that here."""
        word = same_word(value)
        return not word or any(same_word(each) == word for each in self.empty)


def same_word(value: str) -> str:
    """A value as it is compared: without regard to case and to white space."""
    return " ".join(value.split()).casefold()
