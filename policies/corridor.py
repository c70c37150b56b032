"""One corridor: the agreement between two countries as data."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from policies.terms import Cited, Clock, CountryCode, Dated, DatedClock, FrozenMap, Policy, Slug, Text

CORRIDOR_CLOCKS = (
    "stored",
    "stored_child",
    "seen",
    "seen_child",
    "acknowledge",
    "acknowledge_child",
    "supply_info",
    "tracing",
    "tracing_extension",
    "nationality_check",
    "inquiry_kept",
    "assess",
    "plan",
    "accept",
    "schedule",
    "receipt",
    "risk_assessment_validity",
    "start_reintegration",
    "visit_1",
    "visit_2",
    "visit_3",
    "visit_4",
    "erasure_answer",
    "contact_check",
    "remedy_news",
    "embassy_letter",
    "embassy_answer",
)

# What may travel before anybody at the other end has said that they are competent (DESIGN 4, minimum first).
# A corridor can offer less, never more (OHCHR-G1.9).
OFFERABLE = frozenset({"needs", "age_band", "language", "nationality", "corridor_plan"})


class Instrument(Dated):
    """An agreement that carries the corridor, and the days it is known to be in force."""

    source: str
    kind: Literal["agreement", "mou", "sop", "procedures", "plan_of_action", "guidelines"]
    note: str = ""


class BorderPoint(Cited):
    """A place where a person may be handed over, and the office on each side of it."""

    code: Slug
    names: FrozenMap[Text]
    offices: FrozenMap[Slug]


class Meeting(Cited):
    """A standing meeting; conflicting statements about its rhythm are kept, not settled."""

    kind: str  # code list meeting_kind
    every_months: Annotated[StrictInt, Field(gt=0)] | None = None
    conflicts: tuple[Text, ...] = ()


class Disclosure(Policy):
    """Which data groups may travel from which moment on; always less what the person has not agreed to."""

    offer: tuple[str, ...]
    after_acknowledgement: tuple[str, ...]
    after_acceptance: tuple[str, ...]


class Corridor(Policy):
    """The rules between two countries; `countries` is empty only in the default itself."""

    key: str
    countries: tuple[CountryCode, ...]
    instruments: tuple[Instrument, ...]
    focal_offices: FrozenMap[tuple[Slug, ...]] = Field(default_factory=dict)
    border_points: tuple[BorderPoint, ...] = ()
    usual_border_point: Slug | None = None
    dated_clocks: FrozenMap[tuple[DatedClock, ...]] = Field(alias="clocks", default_factory=dict)
    documents: tuple[str, ...]  # code list document_kind
    escalation: tuple[str, ...]  # code list escalation_step, first rung first
    meetings: tuple[Meeting, ...]
    disclosure: Disclosure
    statistics_channel: str | None  # code list return_channel
    note: str = ""
    is_default: StrictBool = False

    @property
    def clocks(self) -> dict[str, Clock]:
        """The newest value of each clock, for showing the corridor; rules ask `clock(name, on)`."""
        dated = self.dated_clocks.items()
        return {name: max(values, key=lambda each: each.from_) for name, values in dated if values}

    def clock(self, name: str, on: date) -> Clock | None:
        """The corridor's own time limit on a day, None if it states none."""
        return next((each for each in self.dated_clocks.get(name, ()) if each.holds_on(on)), None)

    def in_force(self, on: date) -> tuple[Instrument, ...]:
        """The instruments that hold on a day."""
        return tuple(each for each in self.instruments if each.holds_on(on))

    def other(self, country: str) -> str:
        """The country at the other end; ValueError when `country` is not at either end."""
        if country not in self.countries:
            raise ValueError(f"{country} is not part of corridor {self.key}")
        return next(each for each in self.countries if each != country)

    def focal_office(self, country: str) -> str | None:
        """The office that receives referrals for a country, None when none is agreed."""
        return next(iter(self.focal_offices.get(country, ())), None)

    def border_point(self, code: str) -> BorderPoint:
        """The border point with this code; KeyError when the corridor has none."""
        for each in self.border_points:
            if each.code == code:
                return each
        raise KeyError(f"corridor {self.key} has no border point '{code}'")

    def may_travel(self, moment: Literal["offer", "acknowledged", "accepted"]) -> frozenset[str]:
        """All data groups that the corridor lets travel by then (consent may still take some away)."""
        groups = set(self.disclosure.offer)
        if moment in ("acknowledged", "accepted"):
            groups.update(self.disclosure.after_acknowledgement)
        if moment == "accepted":
            groups.update(self.disclosure.after_acceptance)
        return frozenset(groups)
