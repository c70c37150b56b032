"""What runs out by itself, and who looks at it before it does: a consent, what serves a child, a travel document.

What happens on the day it has run out is asked by guards; here somebody is told in time. How long before stands in
`policies/clocks.yaml` (leads).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from workflows.effects import CloseTask, Effect, OpenTask
from workflows.facts import CaseFacts
from workflows.stay import LEFT_THE_HOUSE


@dataclass(frozen=True, slots=True)
class Reminder:
    """One kind of end: the task by which somebody looks at it, the days, and the records that answer it."""

    task: OpenTask
    ends: Callable[[CaseFacts], frozenset[date]]
    answered_by: tuple[str, ...]

    def follow(self, before: CaseFacts, after: CaseFacts, on: date) -> tuple[Effect, ...]:
        """Tasks for the days that are to come, one for each, wherever a record or its correction has moved a day."""
        was, now = _ends(self, before), _ends(self, after)
        if was == now:
            return ()
        ahead = (replace(self.task, ends=day) for day in sorted(now) if day >= on)
        return (CloseTask(self.task.kind, by_the_way=True), *ahead)


def _ends(reminder: Reminder, case: CaseFacts) -> frozenset[date]:
    """Nobody is asked again who is not here, or whose case has ended."""
    return frozenset() if case.deceased or case.care in LEFT_THE_HOUSE else reminder.ends(case)


def _consents(case: CaseFacts) -> frozenset[date]:
    rows = (each for each in case.consents if each.informed and each.withdrawn_on is None)
    return frozenset(each.valid_until for each in rows if each.valid_until is not None)


def _interests(case: CaseFacts) -> frozenset[date]:
    if not case.child:
        return frozenset()
    found = case.best_interests
    review = {found.review_on} if found is not None and found.review_on is not None else set()
    return frozenset({each.until for each in case.interests} | review)


def _document(case: CaseFacts) -> frozenset[date]:
    return frozenset() if case.travel_document is None else frozenset({case.travel_document.expires})


REMINDERS = (
    Reminder(
        OpenTask("renew_consent", "case_manager", "care_plan_review", lead="consent"),
        _consents, ("consent", "consent_withdrawal"),
    ),
    Reminder(
        OpenTask("review_interests", "case_manager", "care_plan_review", lead="best_interests", only_child=True),
        _interests, ("best_interests", "best_interests_assessment"),
    ),
    Reminder(
        OpenTask("renew_document", "case_manager", "care_plan_review", lead="travel_document"),
        _document, ("travel_document",),
    ),
)  # fmt: skip


def reminded(before: CaseFacts, after: CaseFacts, on: date) -> tuple[Effect, ...]:
    """What follows where a day on which something runs out was named, moved or dropped."""
    return tuple(effect for each in REMINDERS for effect in each.follow(before, after, on))
