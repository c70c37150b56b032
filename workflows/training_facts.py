"""Facts of who signs: the trainings they hold, and the days on which these have to hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class TrainingFacts:
    """One training of one account: a code of training_kind, the day it was done, its last day (None: no end)."""

    id: str
    kind: str
    done_on: date
    valid_until: date | None = None

    def holds_on(self, on: date) -> bool:
        """Whether it had been done by a day and had not run out."""
        return self.done_on <= on and (self.valid_until is None or on <= self.valid_until)


@dataclass(frozen=True, slots=True)
class SigningFacts:
    """What whoever signs was trained in.

    on: the calendar day of the act, where it is not today. anybody: it is asked what blocks a step whoever takes it,
    and not whether one person may; a colleague who is trained can be found.
    """

    trainings: tuple[TrainingFacts, ...] = ()
    on: date | None = None
    anybody: bool = False
