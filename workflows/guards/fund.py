"""Questions before the fund pays: the person's right, the limits of the policy, and more than one pair of eyes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from policies.country import DatedAmount, Entitlement
from policies.model import Policies
from workflows import entitlements
from workflows.facts import Actor, CaseFacts, MatterFacts, Today
from workflows.guards.services import AGREED, groups_told, is_covered
from workflows.guards.transfers import agreed_groups
from workflows.step import guard
from workflows.verdict import Lack, lacking

CLAIMERS = ("social_worker", "case_manager", "legal_officer")
DECIDERS = ("supervisor", "national_focal_point")
FUND_STAFF = ("fund_officer", "fund_cashier")
FUND = ("OHCHR-G4.4", "WM-FUND")
_LIST = "entitlement"
# What the house finds out when a claim is submitted: that people of the fund's own office decide on it here.
DECIDES = "decides"
# The flags that name the papers of a claim.
SHOWN_BY = "shown_by"
# The states in which the fund's office has to act.
WAITS_FOR_FUND = frozenset({"submitted", "approved"})


def asked_by(user: str) -> str:
    """The flag that somebody has submitted a claim, first or again."""
    return f"asked_by.{user}"


def decider_of(matter: MatterFacts) -> str | None:
    """The office of the fund that decides on this claim without the case; None where who holds the case decides."""
    found = (flag.removeprefix(f"{DECIDES}.") for flag in matter.flags if flag.startswith(f"{DECIDES}."))
    return next(found, None)


def fund_answers(matter: MatterFacts) -> bool:
    """Whether the next word on a claim is the fund's, so that its duties lead to no step of the team's."""
    return decider_of(matter) is not None and matter.state in WAITS_FOR_FUND


def as_told(matter: MatterFacts, office: str, right: Entitlement | None) -> MatterFacts:
    """A claim as a request for help to that office: what is given for health tells of health, and so on."""
    return replace(matter, office=office, about=right.service if right is not None else "money")


def claim_is_covered(case: CaseFacts, matter: MatterFacts, today: Today, policies: Policies) -> bool:
    """Whether the person agrees today that the office which decides on this claim knows of it."""
    office = decider_of(matter)
    if office is None or case.deceased:
        return True
    return is_covered(case, as_told(matter, office, _right(case, matter, policies)), today, policies)


def _day(matter: MatterFacts) -> date:
    return matter.concerns or matter.opened_on


def _right(case: CaseFacts, matter: MatterFacts, policies: Policies) -> Entitlement | None:
    return entitlements.fund_right(policies.countries[case.country], matter.about)


def _amount(case: CaseFacts, matter: MatterFacts, policies: Policies) -> DatedAmount | None:
    """What the policy gives of it on the day that the claim concerns; None where it gives nothing, or no amount."""
    right = _right(case, matter, policies)
    return None if right is None else right.amount(_day(matter))


def _what(policies: Policies, code: str) -> str:
    return policies.label(_LIST, code) if policies.knows(_LIST, code) else code


def _sources(policy: DatedAmount) -> str:
    return ", ".join(policy.sources) or policy.basis.value


def _within_the_amount(case: CaseFacts, matter: MatterFacts, policies: Policies, said: int) -> bool | Lack:
    right, policy = _right(case, matter, policies), _amount(case, matter, policies)
    if right is None or policy is None:
        return True
    most = entitlements.most_units(case, right, matter)
    if most is None or said <= most:
        return True
    return lacking(
        said=f"{said} {matter.currency or ''}".strip(), most=f"{most} {policy.currency or ''}".strip(),
        what=_what(policies, matter.about), day=_day(matter).isoformat(), source=_sources(policy),
    )  # fmt: skip


@guard(
    sources=("WM-CONSENT", "OHCHR-G4.4"),
    says="The person has not agreed to this claim.",
    why="The money is the person's; nobody asks for it behind their back.",
    mend="Talk the claim through with the person and record their answer.",
    who=CLAIMERS,
)
def claim_is_agreed(case: CaseFacts, matter: MatterFacts) -> bool:
    # Nobody can ask the dead; what is owed is then the family's.
    return AGREED in matter.flags or case.deceased


@guard(
    sources=("OHCHR-G4.8", "OHCHR-P8", "WM-FUND"),
    says="On {day} the fund of this country does not owe '{what}' to this person.",
    why="The law says to whom the fund pays, and since when. Whether somebody speaks with the police is never asked.",
    mend="Look at what the person is entitled to, and claim that.",
    who=CLAIMERS,
)
def claim_is_the_person_s_right(case: CaseFacts, matter: MatterFacts, policies: Policies) -> bool | Lack:
    country, right, day = policies.countries[case.country], _right(case, matter, policies), _day(matter)
    held = {
        each.entitlement.code for each in entitlements.rights_of(case, country, day)
        if not each.declined and each.since <= day
    }  # fmt: skip
    if right is not None and right.code in held:
        return True
    return lacking(day=day.isoformat(), what=_what(policies, matter.about))


@guard(
    sources=FUND,
    says="The fund pays in {wanted}, and the form says {said}.",
    why="What the policy gives in one currency cannot be compared with another.",
    mend="Write the amount in the currency of the policy.",
    who=CLAIMERS,
)
def claim_is_in_the_fund_s_currency(case: CaseFacts, matter: MatterFacts, policies: Policies) -> bool | Lack:
    policy = _amount(case, matter, policies)
    own = policy.currency if policy is not None else None
    wanted = frozenset({own}) if own is not None else policies.countries[case.country].fund_currencies
    if matter.currency is not None and (matter.currency in wanted or not wanted):
        return True
    return lacking(wanted=", ".join(sorted(wanted)) or "-", said=matter.currency or "-")


@guard(
    sources=FUND,
    says="{said} is more than the {most} that can be claimed for '{what}' on {day} ({source}).",
    why="What was claimed before counts. The amount of the day which the claim concerns is the limit.",
    mend="Claim no more than that.",
    who=CLAIMERS,
)
def claim_is_within_the_amount(case: CaseFacts, matter: MatterFacts, policies: Policies) -> bool | Lack:
    return _within_the_amount(case, matter, policies, matter.amount or 0)


@guard(
    sources=FUND,
    says="'{what}' was claimed {count} times in {year} already; the policy gives it {most} times a year ({source}).",
    why="The policy limits how often in a calendar year it is given.",
    mend="Withdraw a claim that is not needed, or wait for the next year.",
    who=CLAIMERS,
)
def claim_is_within_the_times(case: CaseFacts, matter: MatterFacts, policies: Policies) -> bool | Lack:
    policy = _amount(case, matter, policies)
    if policy is None or policy.times_a_year is None:
        return True
    count = entitlements.times_used(case, matter)
    if count < policy.times_a_year:
        return True
    return lacking(
        what=_what(policies, matter.about), count=count, year=_day(matter).year, most=policy.times_a_year,
        source=_sources(policy),
    )  # fmt: skip


@guard(
    sources=FUND,
    says="'{what}' is given by the day, 1 to {most} days in all ({source}). With the {days} of this claim it is {sum}.",
    why="An amount for each day needs the number of days, and the policy limits them.",
    mend="Say how many days the claim is for, within the limit.",
    who=CLAIMERS,
)
def claim_is_within_the_days(case: CaseFacts, matter: MatterFacts, policies: Policies) -> bool | Lack:
    policy = _amount(case, matter, policies)
    if policy is None or policy.per != "day":
        return True
    days = matter.days or 0
    total = days + entitlements.days_used(case, matter)
    if days > 0 and (policy.longest_days is None or total <= policy.longest_days):
        return True
    return lacking(
        what=_what(policies, matter.about), days=days, sum=total, most=policy.longest_days or "-",
        source=_sources(policy),
    )  # fmt: skip


@guard(
    sources=FUND,
    says="'{what}' was claimed for {first} to {last} already.",
    why="A day is paid once.",
    mend="Claim only days that are in no other claim.",
    who=CLAIMERS,
)
def claim_days_are_free(case: CaseFacts, matter: MatterFacts, policies: Policies) -> bool | Lack:
    policy = _amount(case, matter, policies)
    if policy is None or policy.per != "day":
        return True
    days = entitlements.days_taken(case, matter)
    if not days:
        return True
    return lacking(what=_what(policies, matter.about), first=days[0].isoformat(), last=days[-1].isoformat())


@guard(
    sources=("WM-TWO-EYES", "WM-FUND"),
    says="You have submitted this claim yourself.",
    why="Who asks for money does not decide on it and does not pay it.",
    mend="Have a colleague do it who has not submitted the claim.",
    who=DECIDERS,
)
def claim_is_another_s(matter: MatterFacts, actor: Actor) -> bool:
    return actor.id != matter.by and asked_by(actor.id) not in matter.flags


@guard(
    sources=FUND,
    says="{said} is more than the {asked} that was asked for.",
    why="A decision gives what was asked for, or less; for more there has to be a claim.",
    mend="Approve no more than was asked for, or return the claim.",
    who=DECIDERS,
)
def approval_is_within_the_claim(matter: MatterFacts) -> bool | Lack:
    said, asked = matter.amount or 0, matter.claimed or 0
    return 0 < said <= asked or lacking(said=said, asked=asked)


@guard(
    sources=FUND,
    says="{said} is not what was approved: 1 to {approved}.",
    why="Nobody is paid more than was approved.",
    mend="Pay no more than was approved.",
    who=DECIDERS,
)
def payment_is_within_the_approval(matter: MatterFacts) -> bool | Lack:
    said, approved = matter.paid or 0, matter.amount or 0
    return 0 < said <= approved or lacking(said=said, approved=approved)


# A payment that failed leaves its claim approved, and what it had left may be another claim's by then.
@guard(
    sources=FUND,
    says="{said} is more than the {most} that can be claimed for '{what}' on {day} ({source}).",
    why="What was claimed before counts. The amount of the day which the claim concerns is the limit.",
    mend="Pay no more than that, or have the claim withdrawn.",
    who=DECIDERS,
)
def payment_is_within_the_amount(case: CaseFacts, matter: MatterFacts, policies: Policies) -> bool | Lack:
    return _within_the_amount(case, matter, policies, matter.paid or 0)


@guard(
    sources=("WM-FUND",),
    says="The day {gap}.",
    why="A payment is booked on the day on which it was made, and what is booked stays.",
    mend="Look at the paper again and correct the day.",
    who=DECIDERS,
)
def payment_was_made(matter: MatterFacts, today: Today) -> bool | Lack:
    return matter.paid_on is None or matter.paid_on <= today.date or lacking(gap="has not come yet")


@guard(
    sources=("IOM-4", "WM-CONSENT", "WM-FUND"),
    says="The person has not agreed that the office of the fund learns of: {groups}.",
    why="Nothing about a person goes to another organisation without their own, current, specific consent.",
    mend="Ask the person and record the answer.",
    who=CLAIMERS,
)
def consent_for_claim(
    case: CaseFacts, matter: MatterFacts, given: Mapping[str, object], today: Today, policies: Policies
) -> bool | Lack:
    # Asked of the office that decides on this very claim; where who holds the case decides, nothing goes anywhere.
    office = str(given.get(DECIDES) or decider_of(matter) or "")
    if not office or case.deceased:
        return True
    told = as_told(matter, office, _right(case, matter, policies))
    if is_covered(case, told, today, policies):
        return True
    missing = groups_told(told) - agreed_groups(case, office, today, policies)
    return lacking(groups=", ".join(sorted(missing)))


@guard(
    sources=("WM-FUND",),
    says="It is for the office {office} to say so.",
    why="Where the fund has an office of its own, that office decides and pays, and sees no case for it.",
    mend="Wait for its answer, or withdraw the claim.",
    who=FUND_STAFF,
)
def fund_office_decides(matter: MatterFacts, actor: Actor) -> bool | Lack:
    office = decider_of(matter)
    return office is None or office in {actor.office, *actor.stands_in} or lacking(office=office)
