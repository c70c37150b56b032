"""What a paper of a case is made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.access.desk import Desk
from app.casework.held import Held, hold_case
from workflows.facts import CaseFacts


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a paper is made from: the desk, the case, its facts, and the language of whoever will hold it."""

    desk: Desk
    held: Held
    facts: CaseFacts
    language: str

    @property
    def number(self) -> str:
        """What the paper is filed under: the reference of the case."""
        return str(self.held.row.reference)


def wanted(desk: Desk, row: Any, language: str) -> Wanted:
    """The case of ``row`` (a case the actor was found to reach) and its facts, for a paper in ``language``."""
    held = hold_case(desk, row.id, lock=False)
    assert isinstance(held.facts, CaseFacts)
    return Wanted(desk, held, held.facts, language)
