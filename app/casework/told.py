"""A record as it is read: each question in the words of its field, with the answer that was given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.casework.forms import SILENT
from app.casework.inputs import NO, SILENCES, YES, Choice, Input

__all__ = ["Answer", "amount_of", "answers"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. chosen: words that were offered; text: what somebody wrote; day; silence: why there is none (marked).

    rows: the answers of each row of a list.
    """

    name: str
    title: str
    chosen: tuple[Choice, ...] = ()
    text: str = ""
    day: date | None = None
    silence: str = ""
    rows: tuple[tuple[Answer, ...], ...] = ()

    @property
    def given(self) -> bool:
        """Whether anything was said at all."""
        return bool(self.chosen or self.text or self.day or self.silence or self.rows)


def answers(inputs: Iterable[Input], body: Mapping[str, Any]) -> list[Answer]:
    """The answers of ``body`` (plain JSON) in the order of the questions; ``inputs`` with their lists put in."""
    silent = body.get(SILENT) or {}
    return [_answer(each, body.get(each.field), silent.get(each.field, "")) for each in inputs]


def amount_of(units: int, currency: str) -> str:
    """An amount as people read it: thousands apart; the code of the currency is read everywhere in the same letters."""
    return f"{units:,} {currency}".replace(",", "\u202f")


def _answer(each: Input, value: Any, silence: str) -> Answer:
    if value is None:
        return Answer(each.name, each.title, silence=SILENCES.get(silence, ""))
    match each.look:
        case "choice":
            code = (YES if value else NO) if each.yes_no else str(value)
            return Answer(each.name, each.title, chosen=(_word(each, code),))
        case "boxes":
            return Answer(each.name, each.title, chosen=tuple(_word(each, str(code)) for code in value))
        case "date":
            return Answer(each.name, each.title, day=date.fromisoformat(value))
        case "rows":
            return Answer(each.name, each.title, rows=tuple(tuple(answers(each.rows, row)) for row in value))
        case "amount":
            return Answer(each.name, each.title, text=amount_of(value["units"], value["currency"]))
        case "lines":
            return Answer(each.name, each.title, text="\n".join(value))
        case _:
            return Answer(each.name, each.title, text=str(value))


def _word(each: Input, code: str) -> Choice:
    """The choice of that code; a code the list no longer has is shown as itself."""
    return next((one for one in each.choices if one.code == code), Choice(code, code))
