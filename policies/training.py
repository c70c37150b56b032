"""Training: which acts ask for which training of whoever signs them, since when, and how long a training holds."""

from __future__ import annotations

from datetime import date
from typing import Literal

from policies.terms import Cited, Clock, Dated, DatedClock, FrozenMap, Policy

# What is signed: a kind of record, with every step that rests on it; the panel of a decision signs with the decider.
Act = Literal["screening", "identification_decision", "panel", "age_assessment", "best_interests"]


class Demand(Dated, Cited):
    """From one day on (until another) whoever signs an act holds a training that has not run out."""

    act: Act
    training: str  # code list training_kind
    persons: Literal["everyone", "children"]  # whom the act is about: everybody, or only children


class TrainingRules(Policy):
    """What a country asks of those who sign."""

    # How long before its last day a training that runs out is told of.
    notice: Clock
    # Kind of training -> how long it holds from the day it was done; a kind that is not here does not run out.
    validity: FrozenMap[tuple[DatedClock, ...]]
    demands: tuple[Demand, ...] = ()

    def wanted(self, act: str, child: bool, on: date) -> tuple[str, ...]:
        """The kinds of training (codes) that an act asks for on a day, by whether it is about a child."""
        found = (
            each.training
            for each in self.demands
            if each.act == act and each.holds_on(on) and (child or each.persons == "everyone")
        )
        return tuple(dict.fromkeys(found))

    def holds_for(self, kind: str, done_on: date) -> Clock | None:
        """How long a training of a kind holds that was done on a day; None where nobody limits it."""
        return next((each for each in self.validity.get(kind, ()) if each.holds_on(done_on)), None)
