"""One cell read as the type of its field, or the rule that it breaks."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from app.kit.csv_text import LIVE
from app.standards.htcds.book import Book
from app.standards.htcds.rows import Value
from policies.standards import StandardField

__all__ = ["PHONE", "Cell", "read_cell", "text_of"]

PHONE: Final = "+ and up to 15 digits, the country first (E.164)"
MOST_LETTERS: Final = 32_767
FIRST_YEAR, LAST_YEAR = 1900, 2100
# Of a list that may grow.
NEW_WORD: Final = re.compile(r"[A-Za-z0-9]{1,40}")
YES: Final = frozenset({"true", "yes", "y", "1", "x", "checked"})
NO: Final = frozenset({"false", "no", "n", "0", "unchecked"})
_QUOTED: Final = re.compile(r"'[\s'\"]*(.)", re.DOTALL)
_SEPARATORS: Final = str.maketrans("", "", " -()./\u00a0")
_ALLOWED: Final = "\n\r\t"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell holds: a value, or the rule it breaks; ``unknown``: what is kept as it came; ``near``: read so."""

    value: Value | None = None
    rule: str = ""
    hint: str = ""
    unknown: tuple[str, ...] = ()
    near: str = ""


def text_of(raw: Any) -> str:
    """A cell as text, without spaces at its ends and the apostrophe that keeps spreadsheets from reckoning."""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    if isinstance(raw, datetime):
        return raw.date().isoformat() if (raw.hour, raw.minute, raw.second) == (0, 0, 0) else raw.isoformat()
    if isinstance(raw, date):
        return raw.isoformat()
    text = ("" if raw is None else str(raw)).replace("\r\n", "\n").strip()
    shielded = _QUOTED.match(text)
    if shielded is not None and unicodedata.normalize("NFKC", shielded[1])[:1] in LIVE:
        text = text[1:]
    return text


def read_cell(book: Book, name: str, raw: Any) -> Cell:
    """What stands in a cell of the field ``name``; an empty one holds nothing and breaks nothing."""
    field = book.fields[name]
    if isinstance(raw, (list, tuple)):
        if book.one_only(name) or not all(isinstance(each, str) for each in raw):
            return Cell(rule="wrong_kind")
        return _from_list(book, name, [text_of(each) for each in raw])
    if isinstance(raw, dict):
        return Cell(rule="wrong_kind")
    text = text_of(raw)
    if not text:
        return Cell()
    if any(unicodedata.category(each) in ("Cc", "Cs", "Cn") and each not in _ALLOWED for each in text):
        return Cell(rule="unseen_letters")
    if field.list is not None:
        if name in book.target.free and book.word(field.list, text) is None:
            # Free text in this kind of file; what is no value of the list is kept and no fault.
            return Cell(unknown=(text,))
        return _from_list(book, name, _parts(book, field.list, text))
    return _READ.get(field.type, _text)(field, text, raw)


def _parts(book: Book, list_name: str, text: str) -> list[str]:
    """The values in a cell. Some labels have the mark between values inside, so the longest that fits is taken."""
    if book.word(list_name, text) is not None:
        return [text]
    mark = book.target.within
    pieces = [each.strip() for line in text.split("\n") for each in (line.split() if mark == " " else line.split(mark))]
    pieces = [each for each in pieces if each]
    found: list[str] = []
    at = 0
    while at < len(pieces):
        for end in range(len(pieces), at, -1):
            joined = (mark if mark == " " else f"{mark} ").join(pieces[at:end])
            if end == at + 1 or book.word(list_name, joined) is not None:
                found.append(joined)
                at = end
                break
    return found


def _from_list(book: Book, name: str, parts: list[str]) -> Cell:
    field = book.fields[name]
    assert field.list is not None
    values = book.standard.lists[field.list]
    known: dict[str, None] = {}
    strange: list[str] = []
    unread: list[str] = []
    near = ""
    for part in parts:
        word = book.word(field.list, part)
        if word is not None:
            known[word.code] = None
            if word.near:
                near = word.code
                strange.append(part)
        elif values.pattern is not None and re.fullmatch(values.pattern, part.strip().lower()):
            known[part.strip().lower()] = None
        elif values.open and NEW_WORD.fullmatch(part):
            known[part] = None
        else:
            strange.append(part)
            unread.append(part)
    rule, hint = "", ""
    if unread:
        rule = "not_in_open_list" if values.open else "not_in_list"
        hint = book.near(field.list, unread[0])
    if len(known) > 1 and book.one_only(name):
        if not field.holds_many:
            return Cell(rule="several_values", hint=name, unknown=tuple(parts))
        rule, hint = rule or "several_values", hint or name
    found: Value | None = (tuple(known) if field.holds_many else next(iter(known))) if known else None
    return Cell(found, rule, hint, tuple(strange), near)


def _text(field: StandardField, text: str, raw: Any) -> Cell:
    if len(text) > MOST_LETTERS:
        return Cell(rule="too_long")
    if field.pattern is not None:
        bare = text.translate(_SEPARATORS)
        if not re.fullmatch(field.pattern, text, re.ASCII):
            fits = re.fullmatch(field.pattern, bare, re.ASCII) is not None
            return Cell(rule="wrong_pattern", hint=PHONE if not fits else f"{PHONE}, without spaces and signs between")
        # By definition the country stands first, so the sign is no guess; files that take + for a formula leave it out.
        return Cell("+" + text.lstrip("+"))
    return Cell(text)


def _number(field: StandardField, text: str, raw: Any) -> Cell:
    try:
        number = (
            Decimal(text) if re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", text, re.ASCII) else Decimal(repr(float(raw)))
        )
    except (InvalidOperation, TypeError, ValueError):
        return Cell(rule="not_a_number")
    if isinstance(raw, str) and not re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", text, re.ASCII):
        return Cell(rule="not_a_number")
    if not number.is_finite() or math.isinf(float(number)):
        return Cell(rule="not_a_number")
    if field.whole and number != number.to_integral_value():
        return Cell(rule="not_a_whole_number")
    least, most = field.least, field.most
    if (least is not None and number < Decimal(str(least))) or (most is not None and number > Decimal(str(most))):
        return Cell(rule="out_of_range", hint=f"from {least} to {most}")
    return Cell(int(number) if number == number.to_integral_value() else float(number))


def _bool(field: StandardField, text: str, raw: Any) -> Cell:
    word = text.casefold()
    if word in YES or word in NO:
        return Cell(word in YES)
    return Cell(rule="not_yes_or_no")


def _date(field: StandardField, text: str, raw: Any) -> Cell:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return Cell(rule="not_a_day")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return Cell(rule="not_a_day")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return Cell(rule="day_out_of_range")
    return Cell(text)


_READ: Final[dict[str, Callable[[StandardField, str, Any], Cell]]] = {
    "number": _number, "place": _number, "bool": _bool, "date": _date,
}  # fmt: skip
