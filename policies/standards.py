"""Standards of others: their fields and codes letter by letter, the files they come in, and our codes in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictFloat, StrictInt

from policies.terms import Dated, Day, FieldGroup, FrozenMap, Policy, Text

__all__ = [
    "EXTENSION", "BackRow", "FieldType", "ListMap", "Standard", "StandardCode", "StandardField", "StandardList",
    "StandardMap", "Target", "TargetColumn", "View",
]  # fmt: skip

# What stands before a column that a standard does not have and we add.
EXTENSION: Final = "x_waymark_"

FieldType = Literal["text", "long_text", "number", "place", "bool", "date", "one", "many", "link", "blank"]


def _label_alone(value: Any) -> Any:
    """`Code: Label` is short for `Code: {label: Label}`."""
    return {"label": value} if isinstance(value, str) else value


def _is_pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as fault:
        raise ValueError(f"is no pattern: {fault}") from None
    return value


Pattern = Annotated[str, AfterValidator(_is_pattern)]


class StandardCode(Policy):
    """One value of a list: what people read for it, and other spellings of it that were seen in files.

    aliases: the same under another name. nearest: names without a value of their own, which are read as this one while
    what stood there is kept beside.
    """

    label: Text
    aliases: tuple[Text, ...] = ()
    nearest: tuple[Text, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every other word that is read as this value."""
        return (self.label, *self.aliases, *self.nearest)


class StandardList(Policy):
    """A list of values, or (with ``pattern``) the shape of codes that an outside register holds."""

    title: Text
    open: StrictBool = False
    pattern: Pattern | None = None
    note: str = ""
    codes: FrozenMap[Annotated[StandardCode, BeforeValidator(_label_alone)]] = Field(default_factory=dict)


class StandardField(Policy):
    """One field: its name is the key it stands under, its type is the standard's own."""

    label: Text
    section: Text
    type: FieldType
    group: FieldGroup
    core: StrictBool = False
    deprecated: StrictBool = False
    list: str | None = None
    pattern: Pattern | None = None
    whole: StrictBool = False
    least: StrictInt | StrictFloat | None = None
    most: StrictInt | StrictFloat | None = None
    # What a record may have several of; each further one stands in a row of its own.
    repeats: Text | None = None
    # A record may hold several values although the standard's own sheet has one.
    several: StrictBool = False
    aliases: tuple[Text, ...] = ()
    note: str = ""

    @property
    def holds_many(self) -> bool:
        """Whether a record may hold several values."""
        return self.type == "many" or self.several


class TargetColumn(Policy):
    """One column of a published file; ``name`` and ``label`` where its two header rows say something of their own."""

    field: Text
    name: str | None = None
    label: str | None = None


class Target(Policy):
    """A kind of file: what stands in its header, how several values share a cell, and what it has no room for."""

    title: Text
    words: Literal["names", "labels"]
    # Lists that are written by name although the rest is written by label.
    by_name: tuple[Text, ...] = ()
    within: Annotated[str, Field(min_length=1, max_length=1)]
    header_rows: Literal[1, 2] = 1
    row_numbers: StrictBool = False
    sheets: tuple[Text, ...] = ()
    # Fields of one value here and of several elsewhere, the other way round, and of free text instead of a list.
    single: tuple[Text, ...] = ()
    many: tuple[Text, ...] = ()
    free: tuple[Text, ...] = ()
    extensions: StrictBool = True
    columns: tuple[TargetColumn, ...] = ()  # none = every field of the standard, in its order
    note: str = ""


class Standard(Policy):
    """A standard with fields, as published."""

    name: str
    kind: Literal["fields"]
    title: Text
    version: Text
    published: Day
    custodian: Text
    licence: Text
    attribution: Text
    source: str
    note: str = ""
    sections: FrozenMap[Text] = Field(min_length=1)
    fields: FrozenMap[StandardField] = Field(min_length=1)
    lists: FrozenMap[StandardList] = Field(min_length=1)
    targets: FrozenMap[Target] = Field(min_length=1)

    def columns(self, target: str) -> tuple[TargetColumn, ...]:
        """The columns of a kind of file, in order; KeyError for one that the standard does not have."""
        own = self.targets[target].columns
        return own or tuple(TargetColumn(field=name) for name in self.fields)

    def repeated(self) -> dict[str, tuple[str, ...]]:
        """What a record may have several of -> the fields of each."""
        found: dict[str, tuple[str, ...]] = {}
        for name, field in self.fields.items():
            if field.repeats is not None:
                found[field.repeats] = (*found.get(field.repeats, ()), name)
        return found


class BackRow(Dated):
    """What we read for one value of a standard from a day on, where its spelling does not say so."""

    theirs: Text
    ours: Text


class ListMap(Policy):
    """One of our code lists beside a list of the standard.

    Codes that carry a name of the standard already (``htcds`` in codes/) are not repeated in ``forth``.
    """

    ours: Text
    also: tuple[Text, ...] = ()  # further lists of ours whose codes carry names of this list
    forth: FrozenMap[tuple[Text, ...]] = Field(default_factory=dict)
    unsaid: tuple[Text, ...] = ()  # codes of ours that the standard cannot say: nothing is written for them
    back: tuple[BackRow, ...] = ()
    kept: tuple[Text, ...] = ()  # values of theirs that we have no word for: kept as they came, and counted
    note: str = ""

    def read(self, theirs: str, on: date) -> BackRow | None:
        """The row for a value of theirs in a file of a day; None where the table has none."""
        return next((row for row in self.back if row.theirs == theirs and row.holds_on(on)), None)


class View(Policy):
    """One published shape of a standard that is a table of columns: its columns, and our lists in them."""

    title: Text
    columns: tuple[Text, ...] = ()
    lists: FrozenMap[ListMap] = Field(default_factory=dict)
    note: str = ""


class StandardMap(Policy):
    """How our code lists are said in a standard: a mapping of ours, which nobody else has agreed to unless noted."""

    name: str
    kind: Literal["mapping"]
    title: Text
    standard: Text
    version: Text
    of: Literal["ours"]
    status: Literal["ready", "to_be_filled"]
    source: str
    note: Text
    views: FrozenMap[View]

    @property
    def header(self) -> str:
        """What a file says at its head about this mapping."""
        if self.status == "to_be_filled":
            return f"No {self.standard} codes: the mapping table {self.name} ({self.version}) is empty."
        return f"{self.standard} values by Waymark's own mapping {self.name} ({self.version})."

    def entries(self) -> Iterator[tuple[str, str, ListMap]]:
        """Every list of every view: view, list of the standard, map."""
        for view_name, view in self.views.items():
            for list_name, table in view.lists.items():
                yield view_name, list_name, table
