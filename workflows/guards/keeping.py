"""Questions before a person is erased: nothing is open, nothing travels, no hold stands, and the time is over."""

from __future__ import annotations

from typing import Final

from policies.model import Policies
from workflows.facts import KeepingFacts, ReferralFacts, Today
from workflows.step import guard
from workflows.verdict import Lack, lacking

# The ground that rests on time alone; every other is a decision that is taken about this one person.
TIME_OVER: Final = "time_over"
CLOSERS: Final = ("case_manager", "supervisor")
# The ground that is there only where another country asks.
PARTNER_ASKED: Final = "partner_asked"
HOLDERS: Final = ("legal_officer", "supervisor", "national_focal_point", "data_protection_officer")
ERASERS: Final = ("data_protection_officer", "national_focal_point")


@guard(
    sources=("WM-RETENTION", "IOM-9"),
    says="Cases of the person that are still open: {count}.",
    why="Whoever is helped needs their record.",
    mend="Close the cases first.",
    who=CLOSERS,
)
def every_case_is_closed(keeping: KeepingFacts) -> bool | Lack:
    return lacking(count=keeping.open_cases) if keeping.open_cases else True


@guard(
    sources=("WM-RETENTION", "WM-CUSTODY"),
    says="Referrals and messages of the person that are still under way: {count}.",
    why="What is erased can no longer be delivered, and somebody may be waiting at a border.",
    mend="Let the referral end, or withdraw it.",
    who=("national_focal_point",),
)
def nothing_is_under_way(keeping: KeepingFacts) -> bool | Lack:
    return lacking(count=keeping.travelling) if keeping.travelling else True


@guard(
    sources=("WM-RETENTION", "IOM-9"),
    says="A legal hold stands: {holds}.",
    why="What a court, a claim or an inspection needs is not destroyed before they are done.",
    mend="Lift the hold when its reason is gone, or wait for its last day.",
    who=HOLDERS,
)
def no_hold_stands(keeping: KeepingFacts, today: Today, policies: Policies) -> bool | Lack:
    said = [
        policies.label("hold_reason", each.why) + (f" (until {each.until.isoformat()})" if each.until else "")
        for each in keeping.standing(today.date)
    ]
    if keeping.flagged:
        said.append("a record says that everything must be kept for a court")
    return lacking(holds="; ".join(said)) if said else True


@guard(
    sources=("WM-RETENTION", "IOM-9"),
    says="The data are kept until {day}.",
    why="Until then the person, or a court, may need them.",
    mend="Wait for that day, or name another ground if there is one.",
    who=ERASERS,
)
def time_is_over(keeping: KeepingFacts, today: Today) -> bool | Lack:
    if keeping.ground != TIME_OVER or (keeping.ends_on is not None and keeping.ends_on < today.date):
        return True
    return lacking(day=keeping.ends_on.isoformat() if keeping.ends_on else "no day that is known")


@guard(
    sources=("WM-RETENTION", "WM-PROTOCOL"),
    says="No other country asks for this person to be erased.",
    why="A request from abroad is a ground only where it came.",
    mend="Name another ground if there is one.",
    who=ERASERS,
)
def another_country_has_asked(keeping: KeepingFacts) -> bool:
    return keeping.ground != PARTNER_ASKED or keeping.asked_abroad


@guard(
    sources=("WM-RETENTION", "WM-PROTOCOL"),
    says="The sending country does not wait for an answer about erasing.",
    why="Only what was asked can be answered.",
    mend="Nothing is to be done here.",
    who=ERASERS,
)
def erasure_waits_here(referral: ReferralFacts) -> bool:
    return referral.sender_waits_for_erasure


@guard(
    sources=("WM-RETENTION", "WM-PROTOCOL"),
    says="The receiving country does not wait for an answer about erasing.",
    why="Only what was asked can be answered.",
    mend="Nothing is to be done here.",
    who=ERASERS,
)
def erasure_waits_for_us(referral: ReferralFacts) -> bool:
    return referral.receiver_waits_for_erasure


@guard(
    sources=("WM-RETENTION", "WM-PROTOCOL"),
    says="The sending country did not ask, or knows already that this copy is erased.",
    why="Nobody is told of one erasure twice.",
    mend="Nothing is to be done here.",
    who=ERASERS,
)
def erasure_is_not_confirmed_to_the_sender(referral: ReferralFacts) -> bool:
    return referral.sender_asked_erasure is not None and referral.erasure_answer != "erased"


@guard(
    sources=("WM-RETENTION", "WM-PROTOCOL"),
    says="The receiving country did not ask, or knows already that this copy is erased.",
    why="Nobody is told of one erasure twice.",
    mend="Nothing is to be done here.",
    who=ERASERS,
)
def erasure_is_not_confirmed_to_the_receiver(referral: ReferralFacts) -> bool:
    return referral.receiver_asked_erasure is not None and referral.erasure_answer != "erased"
