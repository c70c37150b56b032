"""Frozen snapshots that rules read: only what rules need, never a name, an address or a story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeAlias

from workflows.abroad import AbroadFacts, HeardCode
from workflows.care_facts import ClosureFacts as ClosureFacts
from workflows.care_facts import ContactFacts as ContactFacts
from workflows.care_facts import DeathFacts as DeathFacts
from workflows.care_facts import EmploymentFacts as EmploymentFacts
from workflows.care_facts import FlagFacts as FlagFacts
from workflows.care_facts import LeaveDays
from workflows.care_facts import NeedsFacts as NeedsFacts
from workflows.care_facts import PermitFacts as PermitFacts
from workflows.care_facts import PlanFacts as PlanFacts
from workflows.care_facts import VisitWishFacts as VisitWishFacts
from workflows.child_facts import AgeFacts as AgeFacts
from workflows.child_facts import BestInterestsFacts as BestInterestsFacts
from workflows.child_facts import GuardianFacts as GuardianFacts
from workflows.child_facts import InterestFacts as InterestFacts
from workflows.child_facts import line_from, spoken_for_until
from workflows.directory import DirectoryFacts
from workflows.identification_facts import DecisionFacts as DecisionFacts
from workflows.identification_facts import InformationFacts as InformationFacts
from workflows.identification_facts import NoticeFacts as NoticeFacts
from workflows.identification_facts import ScreeningFacts as ScreeningFacts
from workflows.keeping_facts import DataRequestFacts as DataRequestFacts
from workflows.keeping_facts import HoldFacts as HoldFacts
from workflows.keeping_facts import KeepingFacts as KeepingFacts
from workflows.matter_facts import ClaimDays
from workflows.matter_facts import MatterFacts as MatterFacts
from workflows.referral_facts import DayOffFacts as DayOffFacts
from workflows.referral_facts import HandoverFacts as HandoverFacts
from workflows.referral_facts import ReceiptFacts as ReceiptFacts
from workflows.referral_facts import ReceptionFacts as ReceptionFacts
from workflows.referral_facts import RemedyNewsFacts as RemedyNewsFacts
from workflows.referral_facts import RemedyReplyFacts as RemedyReplyFacts
from workflows.referral_facts import ScheduleFacts as ScheduleFacts
from workflows.referral_facts import TracingFacts as TracingFacts
from workflows.referral_facts import Waiting
from workflows.return_facts import ReturnRiskFacts as ReturnRiskFacts
from workflows.return_facts import TravelDocumentFacts as TravelDocumentFacts
from workflows.return_facts import WishFacts as WishFacts
from workflows.stay import AdmissionFacts, BedFacts, ExtensionFacts, LeaveFacts
from workflows.training_facts import SigningFacts as SigningFacts
from workflows.training_facts import TrainingFacts as TrainingFacts

# `Today` has a field of the type's own name.
Day: TypeAlias = date


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: user id, role codes, office code, organisation code and country; other offices they stand in at."""

    id: str
    roles: frozenset[str]
    office: str
    organisation: str
    country: str
    system: bool = False
    stands_in: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Today:
    """The moment of the question: ``now`` aware UTC, ``date`` the calendar day used by rules.

    there: the day it was in the other country of a referral when the act happened; around midnight it is another one.
    """

    now: datetime
    date: date
    there: Day | None = None


@dataclass(frozen=True, slots=True)
class ConsentFacts:
    """One consent row: purpose x recipient x data groups x time, and who gave it.

    informed: everything it rests on was explained; without that nobody has consented to anything (IOM-4).
    """

    purpose: str
    recipient: str
    data_groups: frozenset[str]
    giver: str
    valid_from: date
    valid_until: date | None = None
    withdrawn_on: date | None = None
    child_assent: bool | None = None
    informed: bool = True

    def covers(self, purpose: str, recipient: str, on: date) -> bool:
        """True when this row allows ``purpose`` towards ``recipient`` (a country code) on that day."""
        return (
            self.purpose == purpose
            and self.recipient in (recipient, "*")
            and self.informed
            and self.withdrawn_on is None
            and self.valid_from <= on
            and (self.valid_until is None or on <= self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class PlacementFacts:
    """Where the person stays: a code of the list placement_kind, and the shelter, if it keeps its beds here.

    no_beds_here: it was said that this shelter keeps no beds here.
    """

    on: date
    kind: str
    matched_to_needs: bool
    shelter: str | None = None
    no_beds_here: bool = False


@dataclass(frozen=True, slots=True)
class LegalFacts:
    """Proceedings and claims of the person. Deliberately holds nothing about cooperation (OHCHR-P8).

    open_proceedings: those that a form of older days only counted (workflows.guards.legal.untold_proceedings);
    told_on: the day of that record, where a newer one counts none.
    open_claims, cross_border_route: claims that a record counts without following them, and whether somebody carries
    those on; counted_on: the day of that record, where a newer one counts none (workflows.claims).
    """

    on: date
    open_proceedings: int
    considered: bool
    open_claims: int
    cross_border_route: bool
    counted_on: date | None = None
    expected_until: date | None = None
    told_on: date | None = None


@dataclass(frozen=True, slots=True)
class JusticeFacts:
    """Cooperation with the authorities, kept apart from every other fact (OHCHR-P8, G6.1)."""

    cooperates: bool | None = None
    gave_statement: bool | None = None


@dataclass(frozen=True, slots=True)
class OverrideFacts:
    """A reasoned exception from one guard, granted by somebody else, for a time."""

    guard: str
    by: str
    until: date


@dataclass(frozen=True, slots=True)
class CaseFacts(LeaveDays, ClaimDays):
    """All that rules may know of one case."""

    country: str
    office: str
    identification: str
    care: str
    opened_on: date
    child: bool
    age_band: str = "unknown"
    sex: str = "U"
    nationality: str = "unknown"
    exploitation: str = "unknown"
    language: str = "unknown"
    source: str = "unknown"
    presumed_on: date | None = None
    negative_on: date | None = None
    screening: ScreeningFacts | None = None
    # Everybody who has ever led or corrected a screening of this case.
    screeners: frozenset[str] = frozenset()
    decision: DecisionFacts | None = None
    earlier_deciders: frozenset[str] = frozenset()
    reconsideration_grounds: bool = False
    # The first day on which the person asked, where that is all that the grounds say.
    only_asked: date | None = None
    rights: NoticeFacts | None = None
    remedies_notice: NoticeFacts | None = None
    needs: NeedsFacts | None = None
    placement: PlacementFacts | None = None
    bed_held: BedFacts | None = None
    bed_used: BedFacts | None = None
    admission: AdmissionFacts | None = None
    leave: LeaveFacts | None = None
    protected_from: date | None = None
    extension: ExtensionFacts | None = None
    care_plan: PlanFacts | None = None
    guardian: GuardianFacts | None = None
    later_guardians: tuple[GuardianFacts, ...] = ()
    best_interests: BestInterestsFacts | None = None
    best_interests_due: bool = False
    wish: WishFacts | None = None
    consents: tuple[ConsentFacts, ...] = ()
    return_risk: ReturnRiskFacts | None = None
    return_plan: PlanFacts | None = None
    travel_document: TravelDocumentFacts | None = None
    legal: LegalFacts | None = None
    reintegration_plan: PlanFacts | None = None
    case_manager: str | None = None
    visits: int = 0
    contact_lost: bool = False
    closure: ClosureFacts | None = None
    overrides: tuple[OverrideFacts, ...] = ()
    open_referrals: int = 0
    referral_state: str | None = None
    receipt_signed: bool = False
    asylum_claim: bool = False
    missing: bool = False
    deceased: bool = False
    death: DeathFacts | None = None
    protection_risk: bool = False
    complicity_alleged: bool = False
    family_complicity: bool = False
    legal_hold: bool = False
    detained: bool = False
    blocked_countries: frozenset[str] = frozenset()
    support_agency: bool = False
    follows_failed_return: bool = False
    matters: tuple[MatterFacts, ...] = ()

    @property
    def rights_read(self) -> bool:
        """Whether the rights were read to the person whole, understood and before a witness."""
        notice = self.rights
        return notice is not None and notice.own_language and notice.witnessed and not notice.untold

    @property
    def remedies_told(self) -> bool:
        """Whether the person has heard of remedies, understood, and answered."""
        notice = self.remedies_notice
        return notice is not None and notice.own_language and notice.answer is not None

    @property
    def needs_due(self) -> date | None:
        """By when needs and risks are looked at again."""
        return self.needs.reassess_on if self.needs is not None else None

    @property
    def plan_due(self) -> date | None:
        """By when the care plan is looked at again, where the plan says a day."""
        return self.care_plan.review_on if self.care_plan is not None else None

    def guardian_speaks(self, on: date) -> bool:
        """Whether somebody speaks for the child that day: appointed, begun, not over, and checked."""
        keeper = self.guardian_on(on)
        return keeper is not None and keeper.speaks_on(on, self.family_complicity)

    def guardian_on(self, day: date) -> GuardianFacts | None:
        """The appointment of a guardian that counts on a day, whether or not it runs."""
        return next(iter(line_from(self.guardians, day)), None)

    def as_of(self, day: date) -> CaseFacts:
        """The same on a later day: appointments that another has followed since are over."""
        if not self.later_guardians:
            return self
        first, *later = line_from(self.guardians, day)
        return replace(self, guardian=first, later_guardians=tuple(later))

    @property
    def guardians(self) -> tuple[GuardianFacts, ...]:
        """The guardian and whoever is appointed from a later day on, by their first days."""
        return () if self.guardian is None else (self.guardian, *self.later_guardians)

    @property
    def guardian_until(self) -> date | None:
        """The last day on which an appointed guardian speaks, where the appointments have an end."""
        return spoken_for_until(self.guardians, self.family_complicity)

    @property
    def back_on(self) -> date | None:
        """By when a person who is out of the shelter wants to be back, where they said so."""
        return self.leave.until if self.leave is not None else None

    @property
    def permit_due(self) -> date | None:
        """By when more time has to be asked for, for the leave that ends first."""
        return min((each.renew_on for each in self.permits if each.renew_on is not None), default=None)

    def matter(self, matter_id: str) -> MatterFacts | None:
        """The matter of that id, or None."""
        return next((each for each in self.matters if each.id == matter_id), None)

    def matters_of(self, machine: str) -> tuple[MatterFacts, ...]:
        """The matters that a machine moves, in the order they were opened."""
        return tuple(each for each in self.matters if each.machine == machine)
    flags: tuple[FlagFacts, ...] = ()
    reopened: int = 0
    closed_from: str | None = None
    reopening_agreed: bool | None = None
    # What was found instead of trafficking (code list other_finding).
    finding: str | None = None
    information: InformationFacts | None = None
    decision_notice: NoticeFacts | None = None
    accompanies: bool = False  # a child who came with a trafficked person
    age: AgeFacts | None = None
    # What the person asked about their own data, in the order in which they asked.
    data_requests: tuple[DataRequestFacts, ...] = ()
    interests: tuple[InterestFacts, ...] = ()

    def interest(self, question: str) -> InterestFacts | None:
        """The newest best-interests assessment of that question, or None."""
        return next((each for each in self.interests if each.question == question), None)
    permits: tuple[PermitFacts, ...] = ()
    contact: ContactFacts | None = None
    employment: EmploymentFacts | None = None
    visit_wishes: tuple[VisitWishFacts, ...] = ()
    # The country in which the person was exploited: two letters, as far as anybody knows.
    exploited_in: str = "unknown"
    # Of somebody who was handed over without a referral of this program: from which country, and on which day.
    returned_from: str = ""
    returned_on: date | None = None


@dataclass(frozen=True, slots=True)
class ReferralFacts(Waiting):
    """One side's copy of a referral between two countries."""

    side: str
    from_country: str
    to_country: str
    state: str
    child: bool
    drafted_by: str = ""
    approved_by: str | None = None
    came_from: str | None = None
    end_asked: str | None = None
    receiver_office: str | None = None
    consents: tuple[ConsentFacts, ...] = ()
    identity_disclosed: bool = False
    tracing: TracingFacts | None = None
    plan: PlanFacts | None = None
    reception: ReceptionFacts | None = None
    schedule: ScheduleFacts | None = None
    handover: HandoverFacts | None = None
    receipt: ReceiptFacts | None = None
    reintegration_started: bool = False
    visits: int = 0
    contact_lost: bool = False
    custody: str = "sender"
    unknown_codes: tuple[str, ...] = ()
    heard_codes: tuple[HeardCode, ...] = ()
    # Since when the other country has been told that a consent has ended and has not confirmed it, by either side.
    sender_took_back: date | None = None
    receiver_took_back: date | None = None
    # Since when a side that erased the person asks the other to do so; the answer: erased, or why not.
    sender_asked_erasure: date | None = None
    receiver_asked_erasure: date | None = None
    erasure_answer: str = ""
    days_off: tuple[DayOffFacts, ...] = ()
    # What was told of claims after the return; what a form says of one until its step is taken.
    remedy_news: tuple[RemedyNewsFacts, ...] = ()
    remedy_said: RemedyNewsFacts | None = None
    remedy_reply: RemedyReplyFacts | None = None
    # Why it was declined last (code list decline_reason).
    declined_for: str = ""

    @property
    def other_country(self) -> str:
        """The country at the other end, seen from this copy."""
        return self.to_country if self.side == "sender" else self.from_country


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything one decision may look at. ``given`` is what the step's form says, as plain values.

    matter: the one of the case's matters that the step is about; it is among ``case.matters`` unless the step opens it.
    signing: what the actor was trained in. keeping: how long the person's data are kept. abroad: what the other
    country's installation reads. directory: the contacts of the corridor, for steps that need an addressee.
    """

    actor: Actor
    today: Today
    case: CaseFacts | None = None
    referral: ReferralFacts | None = None
    given: Mapping[str, object] = field(default_factory=dict)
    justice: JusticeFacts = JusticeFacts()
    matter: MatterFacts | None = None
    signing: SigningFacts = SigningFacts()
    keeping: KeepingFacts = KeepingFacts()
    abroad: AbroadFacts = AbroadFacts()
    directory: DirectoryFacts = DirectoryFacts()
