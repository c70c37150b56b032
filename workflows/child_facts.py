"""Facts about a child: the guardian, the age, and what was found to serve the child best."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class GuardianFacts:
    """A guardian appointed for a child; ``conflict_checked`` means against the suspects.

    of_family: a relative of the child, who cannot serve where the family is said to be involved.
    """

    since: date
    until: date | None
    conflict_checked: bool
    of_family: bool = False

    def serves_on(self, day: date) -> bool:
        """True while the appointment runs."""
        return self.since <= day and (self.until is None or day <= self.until)

    def speaks_on(self, day: date, family_involved: bool) -> bool:
        """True while somebody checked serves, who is no relative of a family said to be involved."""
        return self.conflict_checked and self.serves_on(day) and not (self.of_family and family_involved)


def line_with(line: tuple[GuardianFacts, ...], new: GuardianFacts, on: date) -> tuple[GuardianFacts, ...]:
    """The appointments that count from the day ``on``, by their first days, once ``new`` is among them.

    A new one counts from its first day, in place of all that would begin then or later; until then whoever speaks for
    the child goes on. Empty never: the first is the one of that day, or the next if nobody was appointed yet.
    """
    return line_from((*(each for each in line if each.since < new.since), new), on)


def line_from(line: tuple[GuardianFacts, ...], day: date) -> tuple[GuardianFacts, ...]:
    """The appointments that count from a day on: the last that has begun, or else the first, and those after it."""
    begun = [place for place, each in enumerate(line) if each.since <= day]
    return line[begun[-1] if begun else 0 :]


def spoken_for_until(line: tuple[GuardianFacts, ...], family_involved: bool) -> date | None:
    """The last day of an unbroken line of guardians, from the first of them on; None if it has no end."""
    for each, later in pairwise(line):
        eve = later.since - timedelta(days=1)
        if each.until is not None and each.until < eve:
            return each.until
        if not later.speaks_on(later.since, family_involved):
            return eve
    return line[-1].until if line else None


@dataclass(frozen=True, slots=True)
class AgeFacts:
    """An age assessment: ``finding`` is a code of the list age_finding; in doubt counts as a child."""

    on: date
    finding: str


@dataclass(frozen=True, slots=True)
class InterestFacts:
    """A best-interests assessment by one worker, before a decision: ``question`` is a code of the list bia_question.

    serves: whether what is planned serves the child. heard: the child was heard and the weight of what it said is
    reasoned, or it is said why it could not be. used_on: the day of the placement that rested on it.
    """

    on: date
    question: str
    serves: bool
    heard: bool
    until: date
    used_on: date | None = None


@dataclass(frozen=True, slots=True)
class BestInterestsFacts:
    """A best-interests determination: outcome is a code of the list durable_solution.

    weighed: it is reasoned how much the child's views counted, by age and maturity.
    """

    on: date
    outcome: str
    panel: int
    views_heard: bool
    views_reason: bool
    review_on: date | None = None
    weighed: bool = False
