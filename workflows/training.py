"""Whether whoever signs an act is trained for it: as the country asks on the day of the act, by what holds on that day.

An act that is written down later is signed on two days: the training was done by the day of the act, and it has not
run out on the day of the signature.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

from policies.model import Policies
from workflows.deadlines import due_at
from workflows.training_facts import SigningFacts, TrainingFacts

__all__ = ["act_day", "counting", "last_day", "told_from", "untrained", "wanted"]


def act_day(signing: SigningFacts, today: date) -> date:
    """The calendar day of the act: today, or the earlier day it is written down for."""
    return signing.on or today


def wanted(policies: Policies, country: str, act: str, child: bool, on: date) -> tuple[str, ...]:
    """The kinds of training that a country asks of whoever signs an act on a day; none where it has agreed on none."""
    known = policies.countries.get(country)
    rules = known.training if known is not None else None
    return rules.wanted(act, child, on) if rules is not None else ()


def counting(signing: SigningFacts, kind: str, today: date) -> tuple[TrainingFacts, ...]:
    """The trainings of a kind by which somebody may sign, one for each day that counts; empty if one of them lacks."""
    days = sorted({act_day(signing, today), today})
    found = [_on(signing.trainings, kind, day) for day in days]
    return tuple(dict.fromkeys(each for each in found if each is not None)) if all(found) else ()


def untrained(signing: SigningFacts, kinds: Iterable[str], today: date) -> tuple[str, ...]:
    """The kinds among ``kinds`` by which whoever signs is not trained."""
    return () if signing.anybody else tuple(kind for kind in kinds if not counting(signing, kind, today))


def last_day(policies: Policies, country: str, kind: str, done_on: date, stated: date | None) -> date | None:
    """The last day of a training: the one its paper states, never later than the country lets such a training hold.

    The rule of the day on which it was done counts, so that a later change takes nothing away.
    """
    known = policies.countries.get(country)
    rules = known.training if known is not None else None
    clock = rules.holds_for(kind, done_on) if rules is not None else None
    if clock is None:
        return stated
    zone = policies.zone(country)
    longest = due_at(datetime.combine(done_on, time(), tzinfo=zone), clock, zone=zone).astimezone(zone).date()
    return longest if stated is None else min(stated, longest)


def told_from(policies: Policies, country: str, today: date) -> date | None:
    """The last day up to which trainings that run out are told of today; None where a country says nothing."""
    known = policies.countries.get(country)
    if known is None or known.training is None:
        return None
    zone = policies.zone(country)
    start = datetime.combine(today, time(), tzinfo=zone)
    return due_at(start, known.training.notice, zone=zone).astimezone(zone).date()


def _on(trainings: Iterable[TrainingFacts], kind: str, on: date) -> TrainingFacts | None:
    """The training of a kind that holds on a day and ends last."""
    held = [each for each in trainings if each.kind == kind and each.holds_on(on)]
    return max(held, key=lambda each: (each.valid_until or date.max, each.done_on, each.id), default=None)
