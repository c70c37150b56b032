"""Questions about a claim for wages, restitution or compensation (OHCHR-P17, G9; practice G18)."""

from __future__ import annotations

from workflows.claims import AHEAD, ALONE, EXPLAINED, OTHER_CURRENCY, REACHED, ROUTE, TOLD, TOO_EARLY, WANTED
from workflows.facts import CaseFacts, MatterFacts
from workflows.guards.closing import out_of_reach
from workflows.step import guard
from workflows.verdict import Lack, lacking

CLAIMERS = ("legal_officer", "case_manager")
# From here on the person will be, or is, in another country.
ABROAD = frozenset({"planning_return", "returning", "handed_over"})
UNENFORCEABLE = "end.unenforceable"


@guard(
    sources=("OHCHR-P17", "OHCHR-G9.2", "WM-REMEDY"),
    says="The form does not say that the person wants this claim.",
    why="A remedy is the person's right, not a duty; a no lowers nothing else.",
    mend="Explain the claim and record what the person says, or record that they do not claim.",
    who=CLAIMERS,
)
def claim_is_wanted(matter: MatterFacts) -> bool:
    return WANTED in matter.flags


@guard(
    sources=("OHCHR-P10", "OHCHR-G8.8"),
    says="The child has nobody who speaks for them in this claim.",
    why="A child's interests are protected in every procedure by somebody who is there for the child.",
    mend="Name a lawyer, the guardian or another representative.",
    who=CLAIMERS,
)
def child_is_represented(case: CaseFacts, matter: MatterFacts) -> bool:
    alone = not any(flag.startswith("representative.") for flag in matter.flags)
    return not case.child or not (alone or f"representative.{ALONE}" in matter.flags)


@guard(
    rule="G18",
    sources=("OHCHR-P17", "OHCHR-P9", "WM-REMEDY"),
    says="The person will be abroad, and nobody has the power to carry this claim on.",
    why="Wages and compensation are owed wherever the person lives; a signature is easy before they leave.",
    mend="Let the person sign a power of attorney, or name an office that acts by law.",
    who=CLAIMERS,
)
def claim_is_carried_on(case: CaseFacts, matter: MatterFacts) -> bool:
    return case.care not in ABROAD or ROUTE in matter.flags


@guard(
    sources=("WM-REMEDY",),
    says="The amount is in another currency than this claim, which counts in {currency}.",
    why="Amounts in two currencies cannot be added up, and no rate is fair to everybody.",
    mend="Write the amount in the currency of the claim, or correct the form that named it.",
    who=CLAIMERS,
)
def claim_has_one_currency(matter: MatterFacts) -> bool | Lack:
    return OTHER_CURRENCY not in matter.flags or lacking(currency=matter.currency or "no currency")


@guard(
    sources=("WM-REMEDY",),
    says="The day {gap}.",
    why="A claim is filed, decided, appealed and paid in this order; a wrong day can cost the right to appeal.",
    mend="Look at the paper again and correct the day.",
    who=CLAIMERS,
)
def days_of_the_claim_fit(matter: MatterFacts) -> bool | Lack:
    if TOO_EARLY in matter.flags:
        return lacking(gap="lies before the act that it follows")
    return AHEAD not in matter.flags or lacking(gap="has not come yet")


@guard(
    sources=("WM-REMEDY", "OHCHR-P17"),
    says="With this, {paid} {currency} would be paid and {amount} {currency} awarded.",
    why="What is paid is counted against what was awarded; more than that is another debt or a mistake.",
    mend="Check the amount, or first record the award that it rests on.",
    who=CLAIMERS,
)
def payments_are_within_the_award(matter: MatterFacts) -> bool | Lack:
    paid, amount = matter.paid or 0, matter.amount or 0
    return paid <= amount or lacking(paid=paid, amount=amount, currency=matter.currency or "")


@guard(
    sources=("OHCHR-P17", "OHCHR-G9.1", "WM-REMEDY"),
    says="The form does not say that the money has reached the person.",
    why="Money on the way is not yet a remedy; it counts when it is in the person's hands.",
    mend="Ask the person, and record the payment when it has come.",
    who=CLAIMERS,
)
def payment_reached_the_person(matter: MatterFacts) -> bool:
    return REACHED in matter.flags


@guard(
    sources=("OHCHR-P17", "OHCHR-G9.2", "WM-REMEDY"),
    says="The end of the claim is not explained: {gap}.",
    why="A claim that ends unpaid is a loss; the person hears why, and others can see that it was tried.",
    mend="Tell the person, and write why nothing can be collected.",
    who=CLAIMERS,
)
def end_of_claim_is_explained(case: CaseFacts, matter: MatterFacts) -> bool | Lack:
    if UNENFORCEABLE in matter.flags and EXPLAINED not in matter.flags:
        return lacking(gap="nobody has written why it cannot be enforced")
    return TOLD in matter.flags or out_of_reach(case) or lacking(gap="the person has not been told")
