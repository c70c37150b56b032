"""When something happened, as it is typed: a day, a time of day and the country whose clock counts; or nothing."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Final

from app.kit.errors import Invalid
from app.kit.fields import at_field
from app.kit.typed import Typed
from app.kit.typed_dates import typed_day, typed_number
from app.kit.words import mark
from policies.model import Policies

__all__ = ["happened_at", "note_of"]

NAME: Final = "happened"
_TIME: Final = re.compile(r"(\d{1,2})[:.](\d{2})")
_WRONG_TIME: Final = mark("Write the time as hours and minutes, such as 14:30.")
_LONGEST_NOTE: Final = 4000


def happened_at(policies: Policies, typed: Typed, country: str) -> datetime | None:
    """The moment that was typed, in the time of ``happened_zone`` (a country; ``country`` if none was chosen).

    None where nothing was typed: it happened just now. Invalid (422) with a sentence for what is no moment.
    """
    parts = [typed.get(f"{NAME}_{part}", "").strip() for part in ("day", "month", "year")]
    clock = typed.get(f"{NAME}_time", "").strip()
    if not any(parts) and not clock:
        return None
    try:
        day = typed_day(*parts)
    except ValueError as error:
        raise _wrong(NAME, str(error)) from None
    zone = typed.get(f"{NAME}_zone", "")
    at = policies.zone(zone if zone in policies.countries else country)
    return datetime.combine(day, _time(clock), at)


def _time(clock: str) -> time:
    match = _TIME.fullmatch(clock)
    if match is None:
        raise _wrong(f"{NAME}_time", _WRONG_TIME)
    try:
        return time(typed_number(match[1]), typed_number(match[2]))
    except ValueError:
        raise _wrong(f"{NAME}_time", _WRONG_TIME) from None


def note_of(typed: Typed) -> str | None:
    """The note that was typed, None for none. Invalid (422) for one that is too long."""
    note = typed.get("note", "").strip()
    if len(note) > _LONGEST_NOTE:
        raise _wrong("note", mark("This is too long. Use at most 4000 characters."))
    return note or None


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid("Some answers are missing or cannot be read.", extra=at_field(field, sentence))
