"""What was put to a person and left unsaid: codes in the history, put into words wherever somebody reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.casework.inputs import SILENCES, Input, inputs_of
from app.casework.kinds import KINDS
from app.kit.words import mark

__all__ = ["AT_OPENING", "Unsaid", "of_opening", "of_record"]

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


@dataclass(frozen=True, slots=True)
class Unsaid:
    """One question that was put to the person and has no answer, and why: both marked.

    of: for a question of a row, the question of its list (marked); row: which row of it, counted from one.
    """

    question: str
    why: str
    of: str = ""
    row: int = 0


def of_record(record: Any) -> list[Unsaid]:
    """The questions of a record that were put to the person and have no answer, also those in the rows of its lists.

    ``record``: what an event says of its record; any other value has none.
    """
    kind = KINDS.get(record.get("kind", "")) if isinstance(record, dict) else None
    if kind is None:
        return []
    inputs = inputs_of(kind.form)
    found = (_one(inputs, name, SILENCES[why]) for name, why in (record.get("silent") or {}).items() if why in SILENCES)
    return [each for each in found if each is not None]


def _one(inputs: Iterable[Input], name: str, why: str) -> Unsaid | None:
    """The question called ``name``; None where the kind asks it no more."""
    field, _, rest = name.partition(".")
    asked = next((each for each in inputs if each.field == field), None)
    if asked is None or not rest:
        return None if asked is None else Unsaid(asked.title, why)
    number, _, below = rest.partition(".")
    in_row = _one(asked.rows, below, why)
    return None if in_row is None else Unsaid(in_row.question, why, asked.title, int(number) + 1)
