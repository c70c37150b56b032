"""Who reads the page that is being written: language, calendar and time zone, for as long as one page is rendered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

__all__ = ["ENGLISH", "LANGUAGES", "Reader", "reader", "reading"]

# Interface languages, each by its name in its own script.
LANGUAGES: Final = {
    "en": "English",
    "th": "ไทย",
    "my": "မြန်မာ",
    "lo": "ລາວ",
    "km": "ខ្មែរ",
    "vi": "Tiếng Việt",
    "zh_Hans": "简体中文",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom words and dates are written.

    ``language``: a key of LANGUAGES. ``calendar``: "ce" or "be" (Buddhist era); "" means the custom of the language.
    ``zone``: the time zone moments are told in. ``now``: the moment of the page, for "3 days ago".
    ``large``: whether text is shown larger.
    """

    language: str = "en"
    calendar: str = ""
    zone: tzinfo = UTC
    now: datetime | None = None
    large: bool = False

    @property
    def buddhist(self) -> bool:
        """Whether years are written in the Buddhist era."""
        return self.calendar == "be" or (not self.calendar and self.language == "th")

    @property
    def tag(self) -> str:
        """The language as HTML names it: zh-Hans."""
        return self.language.replace("_", "-")


ENGLISH: Final = Reader()
_READER: ContextVar[Reader] = ContextVar("reader", default=ENGLISH)


def reader() -> Reader:
    """The reader of the page that is being written."""
    return _READER.get()


@contextmanager
def reading(who: Reader) -> Iterator[None]:
    """Write for ``who`` inside the block."""
    token = _READER.set(who)
    try:
        yield
    finally:
        _READER.reset(token)
