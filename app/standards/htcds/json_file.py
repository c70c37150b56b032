"""JSON, record by record: an array, an object with `records`, or one object in each line; never the whole at once."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import IO, Any, Final

from app.standards.htcds.book import Book
from app.standards.htcds.faults import Unreadable
from app.standards.htcds.limits import MOST_RECORD
from app.standards.htcds.source import File, size_of
from app.standards.htcds.writing import objects

__all__ = ["RECORDS", "read", "write"]

RECORDS: Final = "records"
_CHUNK: Final = 1 << 16
_SPACE: Final = " \t\r\n"
_NO_JSON: Final = "The file cannot be read as JSON at line {line}: {why}."

Progress = Callable[[int, int], None]


def read(path: File, progress: Progress | None = None) -> Iterator[tuple[int, Any]]:
    """Each record with the line on which it begins. Raises Unreadable where it is no JSON of this shape."""
    whole = size_of(path)
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding="utf-8-sig") as file:
        text = _Text(file)
        try:
            begins = text.peek()
            if begins == "":
                raise Unreadable("The file is empty.", "empty")
            if begins == "{":
                found = _in_object(text)
            elif begins == "[":
                found = _in_array(text)
            else:
                raise Unreadable("The file is no JSON: it begins with neither [ nor {.", "not_json")
            for count, each in enumerate(found):
                yield each
                if progress is not None and count % 500 == 0:
                    progress(raw.tell(), whole)
        except UnicodeDecodeError as fault:
            raise Unreadable("The file is not in UTF-8.", "not_utf8") from fault
        except json.JSONDecodeError as fault:
            raise Unreadable(_NO_JSON.format(line=text.line, why=fault.msg), "not_json", text.line) from fault
        except RecursionError as fault:
            said = _NO_JSON.format(line=text.line, why="it is nested too deep")
            raise Unreadable(said, "bursts", text.line) from fault


class _Text:
    """The text of a file, read as far as it is needed."""

    def __init__(self, file: IO[str]) -> None:
        self._file, self._kept, self._ended = file, "", False
        self.line = 1
        self._decoder = json.JSONDecoder(object_pairs_hook=_no_twins)

    def _more(self) -> bool:
        piece = "" if self._ended else self._file.read(_CHUNK)
        self._ended = not piece
        self._kept += piece
        return bool(piece)

    def _drop(self, count: int) -> None:
        self.line += self._kept.count("\n", 0, count)
        self._kept = self._kept[count:]

    def peek(self) -> str:
        """The next letter that is no space; the empty text at the end."""
        while True:
            bare = self._kept.lstrip(_SPACE)
            if bare:
                self._drop(len(self._kept) - len(bare))
                return self._kept[0]
            if not self._more():
                return ""

    def take(self, wanted: str) -> str:
        """Take one of some letters. Raises JSONDecodeError for any other."""
        found = self.peek()
        if not found or found not in wanted:
            raise json.JSONDecodeError(f"one of {' '.join(wanted)} is expected", "", 0)
        self._drop(1)
        return found

    def value(self) -> Any:
        """The next value, read whole."""
        if not self.peek():
            raise json.JSONDecodeError("a value is missing", "", 0)
        size = 0
        while True:
            try:
                found, end = self._decoder.raw_decode(self._kept)
                # A number at the very end may go on in what is not read yet.
                if end < len(self._kept) or self._ended or not self._more():
                    self._drop(end)
                    return found
            except json.JSONDecodeError:
                if len(self._kept) > MOST_RECORD:
                    raise Unreadable(
                        f"A record that begins in line {self.line} is longer than 4 million letters.",
                        "cell_without_end",
                        self.line,
                    ) from None
                # Read twice as much as before, so that a long value is not tried again for each piece.
                size = max(size * 2, _CHUNK)
                before = len(self._kept)
                while len(self._kept) < before + size and self._more():
                    pass
                if len(self._kept) == before:
                    raise


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise json.JSONDecodeError("a name stands twice in one object", "", 0)
    return found


def _in_array(text: _Text) -> Iterator[tuple[int, Any]]:
    text.take("[")
    if text.peek() == "]":
        text.take("]")
    else:
        while True:
            text.peek()
            line = text.line
            yield line, text.value()
            if text.take(",]") == "]":
                break


def _in_object(text: _Text) -> Iterator[tuple[int, Any]]:
    """What stands under `records`; an object without it is itself a record, and others may follow it."""
    text.take("{")
    said: dict[str, Any] = {}
    line, found = text.line, False
    if text.peek() == "}":
        text.take("}")
    else:
        while True:
            name = text.value()
            if not isinstance(name, str):
                raise json.JSONDecodeError("a name in quotes is expected", "", 0)
            text.take(":")
            if name == RECORDS and text.peek() == "[":
                found = True
                yield from _in_array(text)
            elif name in said:
                raise json.JSONDecodeError("a name stands twice in one object", "", 0)
            else:
                said[name] = text.value()
            if text.take(",}") == "}":
                break
    if not found:
        yield line, said
        while text.peek():
            line = text.line
            yield line, text.value()
    elif text.peek():
        raise json.JSONDecodeError("something follows the end", "", 0)


def write(book: Book, rows: Iterable[Any], about: Mapping[str, Any]) -> bytes:
    """The rows as one JSON object: what the file is, then its records."""
    body = {
        "standard": "HTCDS",
        "version": book.standard.version,
        "about": dict(about),
        RECORDS: list(objects(book, rows)),
    }
    return json.dumps(body, ensure_ascii=False, indent=1).encode("utf-8")
