"""Facts of help in daily life: needs, plans, what somebody is allowed, how they may be reached, flags, and the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

# An answer of a report of a death that leaves something to be done (codes family_told, remains).
NOT_YET: Final = "not_yet"


@dataclass(frozen=True, slots=True)
class PermitFacts:
    """The newest word on one kind of leave (codes permit_kind, permit_outcome), and by when to ask for more time."""

    permit: str
    result: str
    on: date
    until: date | None = None
    renew_on: date | None = None
    # After a refusal: the last day to appeal it; whether the person knows and was offered advice, what comes next (code
    # refused_way) and since when, and whether they want to wait here for it. The last holds until they say otherwise.
    appeal_until: date | None = None
    known: bool = False
    way: str | None = None
    answered_on: date | None = None
    waits: bool = False

    @property
    def is_answered(self) -> bool:
        """Whether a refusal was explained, advice was offered, and it is settled what comes next."""
        return self.known and self.way is not None


@dataclass(frozen=True, slots=True)
class VisitWishFacts:
    """What a person says to one visit from abroad, by its number: whether they want to be met, and who agreed.

    may_tell: whether the visitors may hear what the person wants.
    """

    visit: str
    on: date
    agrees: bool
    by_guardian: bool = False
    child_assent: bool | None = None
    may_tell: bool = False


@dataclass(frozen=True, slots=True)
class EmploymentFacts:
    """Where looking for work stands: office_asked, agreed, nothing_found or no_wish; ``fair``: with a wage by law."""

    on: date
    stage: str
    fair: bool = False


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """Ways (codes of safe_contact_way) in which the person may be reached, and those in which never."""

    on: date
    ways: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NeedsFacts:
    """Needs and risk assessment: ``level`` low, medium, high or serious."""

    on: date
    level: str
    reassess_on: date | None = None


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A care, return or reintegration plan: services named in it and whether the person agreed.

    adulthood: a care plan that prepares a child for what comes with turning 18.
    """

    on: date
    agreed: bool
    services: frozenset[str] = frozenset()
    child_services: bool = False
    escort: bool = False
    review_on: date | None = None
    adulthood: bool = False


@dataclass(frozen=True, slots=True)
class ClosureFacts:
    """Why a case ends, and what the person was told."""

    on: date
    reason: str
    person_told: bool
    person_agrees: bool
    unreachable: bool


@dataclass(frozen=True, slots=True)
class FlagFacts:
    """A flag that is up: a code of the list flag_kind, since which day, and who raised it."""

    flag: str
    since: date
    by: str


@dataclass(frozen=True, slots=True)
class DeathFacts:
    """What was done after a death: codes of family_told and remains; whether the ministry in charge knows."""

    on: date
    family_told: str
    remains: str
    ministry_told: bool

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to be done."""
        return self.ministry_told and NOT_YET not in (self.family_told, self.remains)


class LeaveDays:
    """From which days on leave to stay and to work is waited for, told by what a case knows (workflows.leave)."""

    __slots__ = ()

    permits: tuple[PermitFacts, ...]
    employment: EmploymentFacts | None
    visit_wishes: tuple[VisitWishFacts, ...]
    # Both have the day they were made (``on``).
    decision: Any
    placement: Any

    @property
    def stay_since(self) -> date | None:
        """From which day on leave to stay is waited for: identified, or the last word on a leave before, if later."""
        return self._latest(self.decision.on if self.decision is not None else None)

    @property
    def protected_stay_since(self) -> date | None:
        """The same where it counts from protection: the day of the place, if the person had none when identified."""
        return self._latest(self.stay_since, self.placement.on if self.placement is not None else None)

    @property
    def stay_asked_on(self) -> date | None:
        """Since when leave to stay is asked for or given; leave to work is no leave to stay."""
        days = [each.on for each in self.permits if each.permit != "work" and each.result in {"applied", "granted"}]
        return min(days, default=None)

    @property
    def work_since(self) -> date | None:
        """From which day on an agreement with an employer is waited for: the word with the employment office."""
        if self.employment is not None:
            return self.employment.on
        return next((each.on for each in self.permits if (each.permit, each.result) == ("work", "applied")), None)

    @property
    def appeal_due(self) -> date | None:
        """The first last day on which a refused leave can be appealed, of those that wait for an answer."""
        waiting = (each for each in self.permits if each.result == "refused" and not each.is_answered)
        return min((each.appeal_until for each in waiting if each.appeal_until is not None), default=None)

    @property
    def asks_to_work(self) -> bool:
        """Whether leave to work has been asked for and not been decided."""
        return any((each.permit, each.result) == ("work", "applied") for each in self.permits)

    def visit_wish(self, visit: str) -> VisitWishFacts | None:
        """The newest word of the person on the visit from abroad of that number, or None."""
        return next((each for each in self.visit_wishes if each.visit == visit), None)

    def _latest(self, *days: date | None) -> date | None:
        over = (each for each in self.permits if each.permit != "work" and each.result in {"refused", "ended"})
        ended = [each.answered_on or each.on for each in over]
        return max((day for day in (*days, *ended) if day is not None), default=None)
