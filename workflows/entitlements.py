"""What the law gives to the person of a case on a day, and how much of it is claimed already. Pure.

Cooperation with the authorities is no part of it (OHCHR-P8): nothing here can read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from policies.country import Country, DatedAmount, Entitlement
from workflows.facts import CaseFacts, MatterFacts

__all__ = [
    "CLAIM", "Right", "approved_units", "claims_of", "comes_from_abroad", "days_taken", "days_used", "fund_right",
    "most_units", "paid_units", "persons_of", "rights_of", "times_used", "units_used",
]  # fmt: skip

# The machine of claims to the fund, by name (workflows.fund_claim).
CLAIM: Final = "fund_claim"
DECLINED: Final = "declined"
_PRESUMED: Final = "presumed"
_UNDER_IDENTIFICATION: Final = frozenset({"presumed", "deciding", "reconsidering"})
# Who was brought by another country or an embassy, or is awaited or received from a handover, comes from abroad.
_FROM_ABROAD: Final = frozenset({"other_country", "embassy"})
_AFTER_A_JOURNEY: Final = frozenset({"awaiting_arrival", "reintegrating"})
_APPROVED: Final = frozenset({"approved", "paid", "closed"})
_PAID: Final = frozenset({"paid", "closed"})
# A claim that waits for an answer keeps its share, so that two claims cannot take the same money.
_TAKES: Final = _APPROVED | {"submitted", "returned"}


@dataclass(frozen=True, slots=True)
class Right:
    """One entitlement of a person on a day.

    amount: the policy of that day. since: from when on it applies to this person. declined: the person has declined
    protection, and this is not among what they keep; only they can take that back.
    """

    entitlement: Entitlement
    amount: DatedAmount
    person: str
    since: date
    declined: bool


def persons_of(case: CaseFacts, country: Country) -> Mapping[str, date]:
    """Who the person is for the law of a country (code list entitled_person) -> since when.

    Where a country's law names foreign persons or returning nationals apart, they are not simply 'identified'. Whose
    nationality is not known is given what a foreign person has in any case.
    """
    named = {person for each in country.entitlements for person in each.persons}
    own = case.nationality == country.code
    if case.identification == "identified":
        since = case.decision.on if case.decision is not None else case.presumed_on or case.opened_on
        if own and "returning_national" in named and comes_from_abroad(case):
            return {"returning_national": since}
        foreign = not own and case.nationality != "stateless" and "foreign" in named
        return {"foreign" if foreign else "identified": since}
    if case.identification in _UNDER_IDENTIFICATION:
        abroad = own and case.care == "awaiting_arrival"
        return {"presumed_abroad" if abroad else "presumed": case.presumed_on or case.opened_on}
    if case.accompanies and case.child:
        return {"accompanying_child": case.opened_on}
    return {}


def comes_from_abroad(case: CaseFacts) -> bool:
    """Whether the person was brought by another country, or is awaited or was received from a handover."""
    return case.source in _FROM_ABROAD or case.care in _AFTER_A_JOURNEY


def rights_of(case: CaseFacts, country: Country, on: date) -> tuple[Right, ...]:
    """Every entitlement the person has by the law in force ``on`` that day, in the order of the policy file."""
    persons = persons_of(case, country)
    refused = case.rights is not None and case.rights.answer == DECLINED
    found: dict[str, Right] = {}
    for person, since in persons.items():
        for each in country.entitled(person, on):
            amount = each.amount(on)
            assert amount is not None
            declined = refused and not each.kept_if_protection_declined
            # Who was presumed before has had it since then, where the law gives it to them already.
            first = min(since, case.presumed_on) if _PRESUMED in each.persons and case.presumed_on else since
            found.setdefault(each.code, Right(each, amount, person, max(first, amount.from_), declined))
    return tuple(found[each.code] for each in country.entitlements if each.code in found)


def fund_right(country: Country, code: str) -> Entitlement | None:
    """The entitlement of that code, if the country's fund pays it; None otherwise."""
    return next((each for each in country.entitlements if each.code == code and each.fund), None)


def claims_of(case: CaseFacts, code: str, but: str = "") -> tuple[MatterFacts, ...]:
    """The claims for one entitlement that take a share of it, without the claim ``but``."""
    claims = case.matters_of(CLAIM)
    return tuple(each for each in claims if each.about == code and each.state in _TAKES and each.id != but)


def units_used(claim: MatterFacts) -> int:
    """How much a claim takes of what there is: what was paid, else what was approved or asked for."""
    return (claim.paid if claim.state in _PAID else claim.amount) or 0


def approved_units(claim: MatterFacts) -> int:
    """What of a claim is approved and not taken back; once it is closed, no more than was paid: nothing follows."""
    if claim.state == "closed":
        return claim.paid or 0
    return (claim.amount or 0) if claim.state in _APPROVED else 0


def paid_units(claim: MatterFacts) -> int:
    """What of a claim is paid; nothing again once a payment did not arrive."""
    return (claim.paid or 0) if claim.state in _PAID else 0


def most_units(case: CaseFacts, entitlement: Entitlement, claim: MatterFacts) -> int | None:
    """The most this claim may be, by the amounts of the days it concerns; None where the fund decides freely.

    per time: the amount of the day. per case: what other claims have left of it. per day: the sum over its days, each
    at the amount of that very day; without a number of days there is nothing to compare with.
    """
    day = claim.concerns or claim.opened_on
    policy = entitlement.amount(day)
    if policy is None or policy.amount is None or not policy.ceiling:
        return None
    if policy.per == "time":
        return policy.amount
    if policy.per == "case":
        return max(0, policy.amount - sum(units_used(each) for each in claims_of(case, claim.about, claim.id)))
    if not claim.days:
        return None
    each_day = (entitlement.amount(day + timedelta(days=at)) for at in range(claim.days))
    return sum(rate.amount or 0 for rate in each_day if rate is not None)


def times_used(case: CaseFacts, claim: MatterFacts) -> int:
    """How many other claims for the same entitlement concern a day of the same calendar year."""
    year = (claim.concerns or claim.opened_on).year
    return sum(1 for each in claims_of(case, claim.about, claim.id) if (each.concerns or each.opened_on).year == year)


def days_used(case: CaseFacts, claim: MatterFacts) -> int:
    """How many days other claims for the same entitlement cover."""
    return sum(each.days or 0 for each in claims_of(case, claim.about, claim.id))


def days_taken(case: CaseFacts, claim: MatterFacts) -> tuple[date, ...]:
    """The days of this claim that another claim for the same entitlement covers already, in order."""
    others = {day for each in claims_of(case, claim.about, claim.id) for day in _days(each)}
    return tuple(day for day in _days(claim) if day in others)


def _days(claim: MatterFacts) -> tuple[date, ...]:
    first = claim.concerns or claim.opened_on
    return tuple(first + timedelta(days=at) for at in range(claim.days or 0))
