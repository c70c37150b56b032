"""One and only one byte form for a piece of data, so that a hash or a signature over it can be repeated."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

__all__ = ["NotCanonical", "canonical_bytes"]

# Every JSON reader, in whatever language a partner country writes, keeps integers exact up to here.
LARGEST_INTEGER = 2**53 - 1
DEEPEST_NESTING = 64


class NotCanonical(ValueError):
    """The data holds something that has no single byte form."""


def canonical_bytes(obj: Any) -> bytes:
    """Return the canonical JSON of `obj` in UTF-8.

    Keys are sorted by their UTF-16 code units (the order RFC 8785 asks for), there is no white space,
    every text is brought to Unicode form NFC, so two spellings of the same Burmese or Vietnamese word
    hash alike.

    Args:
        obj: str, int, bool, None, list or dict with str keys, nested at most 64 deep. Integers stay
            within plus or minus 2**53 - 1.

    Raises:
        NotCanonical: a float, a tuple, a date, bytes, a key that is no text, a text that UTF-8 cannot
            hold, two keys that become one under NFC, or nesting that is too deep.
    """
    plain = _plain(obj, "$", 0)
    text = json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8")


def _plain(obj: Any, where: str, depth: int) -> Any:
    """Return a copy made of the exact built-in types, with sorted keys and NFC text."""
    if obj is None or obj is True or obj is False:
        return obj
    if isinstance(obj, str):
        return _text(obj, where)
    if isinstance(obj, int):
        if abs(obj) > LARGEST_INTEGER:
            raise NotCanonical(f"{where}: the integer is beyond 2**53 - 1")
        return int(obj)
    if depth >= DEEPEST_NESTING:
        raise NotCanonical(f"{where}: nested deeper than {DEEPEST_NESTING}")
    if isinstance(obj, list):
        return [_plain(item, f"{where}[{index}]", depth + 1) for index, item in enumerate(obj)]
    if isinstance(obj, dict):
        return _mapping(obj, where, depth)
    raise NotCanonical(f"{where}: {type(obj).__name__} has no canonical form")


def _mapping(obj: dict[Any, Any], where: str, depth: int) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for key, value in obj.items():
        if not isinstance(key, str):
            raise NotCanonical(f"{where}: a key is {type(key).__name__}, not text")
        name = _text(key, where)
        if name in named:
            raise NotCanonical(f"{where}: two keys are the same text after normalisation")
        named[name] = _plain(value, f"{where}.{name}", depth + 1)
    return {name: named[name] for name in sorted(named, key=_utf16)}


def _text(text: str, where: str) -> str:
    if type(text) is str and text.isascii():
        return text  # has one form only, and most texts here are codes, ids and moments
    # str.__str__: a member of a StrEnum counts as the text it stands for.
    normal = unicodedata.normalize("NFC", str.__str__(text))
    try:
        normal.encode("utf-8")
    except UnicodeEncodeError:
        raise NotCanonical(f"{where}: the text holds half of a surrogate pair") from None
    return normal


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-be")
