"""What is wrong in a file, told by line, column and rule: never by what stands there, for it may be a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["MENDS", "Fault", "Unreadable", "class_of", "letters"]

_DAY: Final = re.compile(r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}")
_LONG: Final = 80

# Rule -> what to do. Only words of the standard stand in the places.
MENDS: Final = {
    "not_in_list": "Use a name or a label of the list %(hint)s.",
    "not_in_open_list": "Write the name as one word of letters and digits, up to 40.",
    "read_as_nearest": "The list has no such value; it is read as the nearest, %(hint)s, and kept as it came.",
    "several_values": "Leave one value: %(hint)s has room for no more.",
    "not_a_day": "Write the day as year-month-day, such as 2026-11-27.",
    "day_out_of_range": "Write a day between 1900 and 2100 of the common era, not of the Buddhist one.",
    "not_a_number": "Write a number in digits, with a point before decimals.",
    "not_a_whole_number": "Write a whole number in digits.",
    "out_of_range": "Write a number %(hint)s.",
    "not_yes_or_no": "Write TRUE or FALSE.",
    "wrong_pattern": "Write it as %(hint)s.",
    "too_long": "Shorten the text: a cell holds 32,767 letters.",
    "wrong_kind": "Write one plain value here, no list and no object.",
    "unseen_letters": "Take out the characters that cannot be seen.",
    "column_twice": "Keep one column of this field; the first one is read.",
    "beyond_header": "Give the column a name in the header, or empty the cell.",
    "row_out_of_order": "Number the rows of a record from 1 and keep them together (x_waymark_record, x_waymark_row).",
    "stands_in_first_row": "Write this field in row 1 of the record: only what repeats stands in further rows.",
    "not_an_object": "Write each record as an object of field names and values.",
    "not_extension_json": "Leave this column as Waymark wrote it: an object of field names and lists.",
    "header_rows_disagree": "The two header rows name different fields; the visible label is believed: %(hint)s.",
    "unknown_column": "HTCDS 2.0 has no such field. Name it x_..., or leave it out.",
    "ambiguous_column": "Several fields have this label: write the name of the field instead.",
    "foreign_extension": "A column of another system; it is carried along and not checked.",
    "deprecated_field": "The standard has given this field up; it is still read.",
}  # fmt: skip


class Unreadable(Exception):
    """The file cannot be read as what it is meant to be; the sentence says why and what to do.

    ``why``: a code for programs; ``line``: where, 0 for nowhere in particular.
    """

    def __init__(self, said: str, why: str = "broken", line: int = 0) -> None:
        super().__init__(said)
        self.why = why
        self.line = line


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong, or with ``warning`` worth knowing, at one place of a file.

    column counts from 1 and is None where there are no columns; value is the class of what stands there, never itself.
    """

    line: int
    column: int | None
    field: str
    rule: str
    value: str = ""
    hint: str = ""
    warning: bool = False

    @property
    def mend(self) -> str:
        """What to do about it."""
        return MENDS[self.rule] % {"hint": self.hint}

    @property
    def sentence(self) -> str:
        """Everything in one line."""
        at = "" if self.column is None else f", column {letters(self.column)}"
        what = f" ({self.value})" if self.value else ""
        return f"line {self.line}{at}, {self.field}: {self.rule}{what}. {self.mend}"

    @property
    def plain(self) -> dict[str, Any]:
        """The same for programs."""
        column = None if self.column is None else letters(self.column)
        return {
            "line": self.line, "column": self.column, "letters": column, "field": self.field, "rule": self.rule,
            "value_class": self.value, "mend": self.mend,
        }  # fmt: skip


def letters(column: int) -> str:
    """The name of a column as spreadsheets show it: 1 is A, 27 is AA."""
    found = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def class_of(value: Any) -> str:
    """What kind of thing stands in a cell, without telling what it is."""
    if value is None or value == "":
        return "empty"
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, dict):
        return "object"
    if isinstance(value, (list, tuple)):
        return "list"
    text = str(value).strip()
    if _DAY.fullmatch(text):
        return "digits written like a day"
    if not any(letter.isalpha() for letter in text):
        return "digits" if text.isdigit() else "digits and signs"
    if len(text) > _LONG:
        return "long text"
    return "several words" if " " in text else "one word"
