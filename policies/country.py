"""One country: who is competent, which clocks run, what a person is entitled to, which offices exist."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StrictBool, StrictInt

from policies.terms import Cited, Clock, CountryCode, Dated, DatedClock, Day, FrozenMap, Policy, Slug, Text
from policies.training import TrainingRules

# Every country file answers these; what its law does not say is a default with a note.
COUNTRY_CLOCKS = (
    "screening",
    "decision",
    "reflection",
    "reconsideration",
    "rights_notification",
    "needs_assessment",
    "care_plan",
    "care_plan_review",
    "follow_up",
    "child_protection",
    "temporary_protection",
    "placement_review",
    "coming_of_age",
    "contact_decision",
    "service_answer",
    "service_answer_urgent",
    "service_start",
    "service_review",
    "remedy_filing",
    "remedy_follow_up",
    "remedy_appeal",
    "transfer_answer",
    "transfer_answer_urgent",
    "transfer_sight",
    "share_review",
    "bed_answer",
    "bed_hold",
    "tip_triage",
    "tip_triage_urgent",
    "operation_end",
    "missing_search",
    "fund_answer",
    "fund_payment",
    "penalty_review",
    "penalty_review_urgent",
    "penalty_representation",
    "penalty_answer",
    "proceeding_review",
    "file_review",
    "stay_request",
    "stay_after",
    "stay_refused",
    "threat_assessment",
    "threat_urgent",
    "protection_review",
    "after_death",
    "data_request",
)
# A country may also state these.
EXTRA_COUNTRY_CLOCKS = (
    "temporary_protection_limit", "stay_protected", "stay_identified", "employment_office", "work_agreement",
)  # fmt: skip

OfficeKind = Literal["ministry", "shelter", "border", "police", "ngo", "health", "legal", "embassy", "authority"]


# From and until, local time; 00:00-24:00 is day and night.
Hours = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$")]


class PolicyOffice(Cited):
    """An office that can hold users, cases and referrals."""

    code: Slug
    country: CountryCode
    name: Text
    organisation: Slug
    kind: OfficeKind
    hours: Hours | None = None
    level: Literal["national", "local"]
    national_focal_point: StrictBool = False
    # Who answers when the line between two programs is dead; None where nobody has given a number.
    duty_phone: Annotated[str, Field(pattern=r"^\+[0-9][0-9 ]{5,24}$")] | None = None


class CompetentAuthority(Cited):
    """The office whose identification decision has legal effect."""

    office: Slug


class FundOffice(Cited):
    """The office that decides on claims to the fund and pays them, without sight of the case."""

    office: Slug


class Panel(Cited):
    """Who must at least sit where the competent authority decides on identification."""

    members: Annotated[StrictInt, Field(ge=1, le=20)]
    professions: tuple[str, ...] = ()  # code list panel_profession: each of them must be there


class Hotline(Cited):
    """The number a person can call; None where no source gives one."""

    number: str | None


class OfficeHours(Cited):
    """When the offices of a country answer, local time, where an office says nothing of its own."""

    hours: Hours


class NamedDay(Policy):
    """A day off that the calendar package does not know."""

    day: Day
    name: Text


class Holidays(Policy):
    """Which public calendar is used (code of the `holidays` package) and where it is corrected."""

    calendar: CountryCode
    weekend: tuple[Annotated[StrictInt, Field(ge=1, le=7)], ...] = (6, 7)  # ISO weekdays
    extra: tuple[NamedDay, ...] = ()
    removed: tuple[Day, ...] = ()


class DatedAmount(Dated, Cited):
    """What an entitlement is worth between two dates; `amount` None = decided case by case."""

    amount: Annotated[StrictInt, Field(ge=0)] | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    per: Literal["time", "day", "case"] = "case"
    ceiling: StrictBool = True
    times_a_year: Annotated[StrictInt, Field(gt=0)] | None = None
    longest_days: Annotated[StrictInt, Field(gt=0)] | None = None


class Entitlement(Policy):
    """What the law gives to a person; cooperation with police is never asked for (OHCHR-P8)."""

    code: Slug  # code list entitlement, where its name for people stands
    title: Text
    service: str  # code list service_kind
    persons: tuple[str, ...]  # code list entitled_person
    fund: StrictBool = False  # paid by the fund of the country: it is claimed, approved and paid here
    kept_if_protection_declined: StrictBool = False
    amounts: tuple[DatedAmount, ...]

    def amount(self, on: date) -> DatedAmount | None:
        """What it is worth on a day; None when it does not exist (yet) on that day."""
        return next((each for each in self.amounts if each.holds_on(on)), None)


def _known_zone(name: str) -> str:
    """The name of a time zone; ValueError when there is no such zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"there is no time zone '{name}'") from None
    return name


class Country(Policy):
    """Everything the rules need to know of one country."""

    code: CountryCode
    name: Text
    languages: tuple[str, ...] = Field(min_length=1)  # ISO 639-1, official or national first
    timezone: Annotated[str, AfterValidator(_known_zone)]  # whose calendar says which day it is, e.g. at a border
    age_of_majority: Annotated[StrictInt, Field(ge=18, le=25)]
    competent_authority: CompetentAuthority
    fund_office: FundOffice | None = None  # None: who holds the case decides on its claims
    panel: Panel | None = None  # None: the country asks for no more than the house, a panel at all
    hotline: Hotline
    # What stands as sender on a letter that must not say why it is written; None: a line to fill in by hand.
    letterhead: Text | None = None
    office_hours: OfficeHours | None = None
    training: TrainingRules | None = None  # None: the country asks nobody who signs for a training
    clocks: FrozenMap[tuple[DatedClock, ...]]
    entitlements: tuple[Entitlement, ...] = ()
    holidays: Holidays
    corridors: tuple[Slug, ...] = ()  # keys of the corridor files that have this country at one end
    offices: tuple[PolicyOffice, ...] = Field(min_length=1)

    def clock(self, name: str, on: date) -> Clock:
        """The time limit `name` as it stands on a day.

        Raises KeyError, naming country, clock and day, when the country states none for that day.
        """
        for each in self.clocks.get(name, ()):
            if each.holds_on(on):
                return each
        raise KeyError(f"{self.code} has no clock '{name}' in force on {on.isoformat()}")

    def office(self, code: str) -> PolicyOffice:
        """The office with this code; KeyError when the country has none."""
        for each in self.offices:
            if each.code == code:
                return each
        raise KeyError(f"{self.code} has no office '{code}'")

    def entitled(self, person: str, on: date) -> tuple[Entitlement, ...]:
        """What a kind of person (code list entitled_person) may have on a day."""
        return tuple(each for each in self.entitlements if person in each.persons and each.amount(on))

    @property
    def fund_currencies(self) -> frozenset[str]:
        """The currencies in which the country's fund pays; one, unless its policy says otherwise."""
        amounts = (amount for each in self.entitlements if each.fund for amount in each.amounts)
        return frozenset(amount.currency for amount in amounts if amount.currency is not None)
