"""What rules read of one of the many open things of a case; workflows.facts hands it on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

# The flag of a claim that moved after the person went home, and of which they have not been told.
NEWS: Final = "news"


@dataclass(frozen=True, slots=True)
class MatterFacts:
    """One of the many things of a kind that are open on a case: a request for a service, a claim, a proceeding.

    machine: whose steps move it, by name (workflows.engine.MACHINES). state: empty while the step that opens it is
    being decided. about: the code that says what it is about. office: who has to answer. claimed, amount, paid: whole
    units of the currency; amount is what is due. acted_on: the day of the last act that others were told of or decided.
    flags: what rules need of its forms and of the coded inputs of its steps ("reason.no_capacity").
    added, dropped: the day that its newest form set, and the one that it took away (a hearing; due is the next one).
    by: who opened it; decided_by: who took the last step that decided. ended_on: set in a final state.
    """

    id: str
    machine: str
    state: str
    opened_on: date
    changed_on: date
    about: str = ""
    office: str | None = None
    due: date | None = None
    amount: int | None = None
    paid: int | None = None
    currency: str | None = None
    # Of a claim: the (first) day it concerns, for how many days, and the day it was paid.
    concerns: date | None = None
    days: int | None = None
    paid_on: date | None = None
    flags: frozenset[str] = frozenset()
    by: str = ""
    decided_by: str | None = None
    ended_on: date | None = None
    claimed: int | None = None
    acted_on: date | None = None
    added: date | None = None
    dropped: date | None = None

    @property
    def outstanding(self) -> int | None:
        """What is due and not paid yet; None where nothing is due."""
        return None if self.amount is None else self.amount - (self.paid or 0)

    @property
    def settlement(self) -> str:
        """Whether what is due has been paid: in_full, in_part or nothing (a fact that steps can fork on)."""
        if self.outstanding is not None and self.outstanding <= 0:
            return "in_full"
        return "in_part" if self.paid else "nothing"

    @property
    def is_open(self) -> bool:
        """Whether something still has to happen with it."""
        return self.ended_on is None


class ClaimDays:
    """By when the person has to hear of a claim, told by what the case knows of its matters."""

    __slots__ = ()

    matters: tuple[MatterFacts, ...]

    @property
    def news_due(self) -> date | None:
        """The first last day of a claim that moved after the person went home, and of which they have not been told."""
        return min((each.due for each in self.matters if NEWS in each.flags and each.due is not None), default=None)
