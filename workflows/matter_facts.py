"""What rules read of one of the many open things of a case; workflows.facts hands it on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class MatterFacts:
    """One of the many things of a kind that are open on a case: a request for a service, a claim, a proceeding.

    machine: whose steps move it, by name (workflows.engine.MACHINES). state: empty while the step that opens it is
    being decided. about: the code that says what it is about. office: who has to answer. amount, paid: whole units
    of the currency. flags: what rules need of its forms and of the coded inputs of its steps ("reason.no_capacity").
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
    # Of a claim: what was asked for, the (first) day it concerns, for how many days, and the day it was paid.
    asked: int | None = None
    concerns: date | None = None
    days: int | None = None
    paid_on: date | None = None
    flags: frozenset[str] = frozenset()
    by: str = ""
    decided_by: str | None = None
    ended_on: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether something still has to happen with it."""
        return self.ended_on is None
