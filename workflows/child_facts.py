"""Facts about a child: the guardian, the age, and what was found to serve the child best."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


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
