"""What was put to a person and left unsaid: codes in the history, put into words wherever somebody reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.casework.inputs import SILENCES
from app.casework.kinds import KINDS
from app.kit.words import mark

__all__ = ["AT_OPENING", "of_opening", "of_record"]

# What a person is asked when their case is opened, as the answer is called -> in words.
AT_OPENING: Final[Mapping[str, str]] = {
    "age_band": mark("Age"),
    "sex": mark("Sex"),
    "nationality": mark("Nationality"),
    "language": mark("Language"),
    "exploitation": mark("What happened"),
    "given_names": mark("Given names"),
    "family_name": mark("Family name"),
    "birth_date": mark("Day of birth"),
    "birth_year": mark("Year of birth"),
    "safe_contact": mark("Safe contact"),
    "phone": mark("Phone"),
}


def of_opening(details: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """What was left unsaid when a case was opened: field -> the question and the reason, both marked.

    ``details``: those of the first event of the case.
    """
    silent = details.get("silent") or {}
    return {name: (words, SILENCES[silent[name]]) for name, words in AT_OPENING.items() if silent.get(name) in SILENCES}


def of_record(record: Any) -> list[tuple[str, str]]:
    """The questions of a record that were put to the person and have no answer, each with the reason, both marked.

    ``record``: what an event says of its record; any other value has none.
    """
    kind = KINDS.get(record.get("kind", "")) if isinstance(record, dict) else None
    if kind is None:
        return []
    fields = kind.form.model_fields
    return [
        (fields[name].title or name, SILENCES[why])
        for name, why in (record.get("silent") or {}).items()
        if name in fields and why in SILENCES
    ]
