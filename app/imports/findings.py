"""What was found in a table: line, column, rule and class of the value; never the value itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from app.kit.words import mark

__all__ = ["CLASSES", "COUNTED", "NOTED", "NOT_CARRIED", "OUTCOMES", "RULES", "UNREAD", "Finding"]

# A rule that stops its row. What to do about it is in the sentence.
RULES: Final[Mapping[str, str]] = {
    "unreadable": mark("The cell holds characters that are no text. Type it again."),
    "formula": mark("The cell begins as a formula. Keep the value alone, without the sign."),
    "too_long": mark("The cell holds more than its field can keep. Shorten it, or have it kept as told."),
    "not_a_day": mark("This is not a day in the order of the mapping."),
    "no_such_day": mark("There is no such day in the calendar."),
    "year_needs_four_digits": mark("Write the year with four digits, such as 1998 or 2541."),
    "year_unlikely": mark("Nobody who is meant here can be of this year."),
    "other_era": mark("The year is of another era than the mapping says."),
    "not_an_age": mark("This is not an age in full years."),
    "record_missing": mark("The row has no number of the record in the other system."),
    "record_twice": mark("Another row of the file has the same number of the record."),
    "too_many_cells": mark("The row has more cells than there are columns: something has shifted."),
    "too_few_cells": mark("The row has fewer cells than there are columns: something has shifted."),
    "not_a_code": mark("The mapping has no code of ours for this value, and the field cannot be left open."),
    "not_the_standard": mark("This is not as the standard wants it: nothing of the record comes in until it is."),
    "refused_here": mark("The case cannot be opened like this."),
    "may_be_known": mark("Somebody with a like name has a case within your reach. Look, and say if this is another."),
}  # fmt: skip
# Of a record of a standard: what is said and does not arrive in the case, with the reason. It is kept as it came.
NOT_CARRIED: Final[Mapping[str, str]] = {
    "no_place": mark("A new case has no place for this. It is kept as it came, in the history of the case."),
    "consent_not_taken": mark("A consent that was given elsewhere is none here. What was said is kept as it came."),
    "course_not_taken": mark(
        "How far a case has come follows from steps here, never from a file. What was said is kept as it came."
    ),
    "further_values": mark("A case has room for one value: the first came in, the others are kept as they came."),
}
# What stops nothing, and is told.
NOTED: Final[Mapping[str, str]] = {
    "unknown_code": mark("The mapping has no code of ours for this value. It is kept as it came, and counts nowhere."),
    "marks_removed": mark("Marks that show nothing and turn the direction of the line were left out."),
    "changed": mark("The record has come in before, and this cell said something else then. Nothing was changed."),
    "record_made": mark("The record has no number, so one was made from what it says: changed, it is another record."),
    "header_rows_disagree": mark("The two rows of the header name different fields; the one people see is believed."),
    "read_as_nearest": mark("The standard has no such value. It is read as the nearest one, and kept as it came."),
    **NOT_CARRIED,
}
# Why a file cannot be read at all.
UNREAD: Final[Mapping[str, str]] = {
    "missing": mark("Choose a file."),
    "empty": mark("This file is empty."),
    "wrong_type": mark("Only tables as CSV, XLSX or ODS, and JSON lists, can be read."),
    "too_large": mark("This file is too large. Bring the cases in in several parts."),
    "broken": mark("This file is damaged and cannot be read. Save it again."),
    "locked": mark("This file is locked with a password. Save it without the password."),
    "bursts": mark("This file is built so that reading it takes too much."),
    "not_utf8": mark("The file is not in UTF-8. Say in the mapping in which letters it is, or save it in UTF-8."),
    "not_this_encoding": mark("The file is not in the letters that the mapping says."),
    "no_header": mark("No row names the columns."),
    "no_records": mark("No records were found in the file."),
    "not_json": mark("This is not JSON."),
    "not_a_record": mark("The list holds something that is no record."),
    "too_many_rows": mark("The file has more rows than may come in at once."),
    "too_many_columns": mark("The file has more columns than a table may have."),
    "open_quotes": mark("A quote that opens here does not close as it should."),
    "cell_without_end": mark("A cell that begins here is so long that a quote before it must be missing."),
    "unnamed_column": mark("A column holds values and has no name."),
    "doubled_column": mark("Two columns have the same name."),
    "no_such_sheet": mark("The file has no sheet of the name that the mapping says."),
    "not_the_standard": mark("No column of the file is a field of the standard that the mapping names."),
    "lacks_columns": mark("The file does not have these columns, which the mapping reads."),
    "unmapped_columns": mark("The mapping says nothing of these columns. Map them, keep them as told, or ignore them."),
}
# What is counted beside the rows.
COUNTED: Final[Mapping[str, str]] = {
    "unknown_code": mark("Values without a code of ours, kept as they came"),
    "kept_as_told": mark("Values of columns the mapping does not know, kept as they came"),
    "not_carried": mark("Values that have no place in a new case, kept as they came; the report names each"),
}
# What became of a row, or would become of it.
OUTCOMES: Final[Mapping[str, str]] = {
    "new": mark("A case comes in"),
    "opened": mark("A case came in"),
    "known": mark("Came in before, and is unchanged"),
    "changed": mark("Came in before, and has changed since: look at it by hand"),
    "erased": mark("Came in before; the person was erased, and does not come in again"),
    "alike": mark("May be somebody who is known: somebody has to look first"),
    "refused": mark("Cannot come in like this"),
}
CLASSES: Final[Mapping[str, str]] = {
    "empty": mark("empty"), "number": mark("a number"), "day": mark("a day"), "word": mark("a word"),
    "text": mark("a text"), "long_text": mark("a long text"), "formula": mark("a formula"),
    "unreadable": mark("unreadable"), "row": mark("the whole row"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in one cell. ``column``: its name, "" for the row. ``said``: the rule in the words of the form
    that refused it, where it was one, or of the reader of a standard; such rules name fields and codes of ours or of
    the standard, and never what was typed."""

    column: str
    rule: str
    value_class: str
    said: str = ""

    @property
    def stops(self) -> bool:
        """Whether the row cannot come in with it."""
        return self.rule in RULES

    @property
    def plain(self) -> dict[str, Any]:
        """The finding as plain JSON values."""
        return asdict(self)

    @property
    def sentence(self) -> str:
        """The marked sentence of the rule."""
        return RULES.get(self.rule) or NOTED[self.rule]
