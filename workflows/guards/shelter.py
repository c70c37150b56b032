"""Questions about a bed in a shelter that keeps its beds here; a place anywhere else passes all of them."""

from __future__ import annotations

from datetime import timedelta

from policies.model import Policies
from workflows.facts import CaseFacts, Today
from workflows.guards.protection import CARERS
from workflows.step import guard
from workflows.verdict import Lack, lacking

LIMIT = "temporary_protection_limit"


@guard(
    sources=("OHCHR-G6.1", "OHCHR-G8.5"),
    says="The shelter has not confirmed a bed{gap}.",
    why="A bed that nobody has confirmed may not be there when the person arrives at night.",
    mend="Ask the shelter for a bed and wait for its answer, or choose another place.",
    who=CARERS,
)
def bed_is_confirmed(case: CaseFacts, today: Today) -> bool | Lack:
    shelter = case.placement.shelter if case.placement is not None else None
    if shelter is None:
        return True
    bed = case.bed_used
    if bed is None or bed.shelter != shelter:
        return lacking(gap="")
    return bed.until is None or bed.until > today.now or lacking(gap=" that is still held")


@guard(
    rule="G09",
    sources=("TH-RIGHTS-FORM", "OHCHR-G1.5", "OHCHR-G6.2"),
    says="The person has not signed the admission to this shelter: {gap}.",
    why="A shelter is entered freely, knowing its rules. Whoever does not want it keeps every other help.",
    mend="Explain the house rules in the person's language and record their own answer, or help outside a shelter.",
    who=CARERS,
)
def admission_is_signed(case: CaseFacts) -> bool | Lack:
    shelter = case.placement.shelter if case.placement is not None else None
    if shelter is None:
        return True
    form = case.admission
    if form is None or form.shelter != shelter:
        return lacking(gap="there is no form")
    if not form.agreed:
        return lacking(gap="the person does not want to stay there")
    if not form.rules_explained:
        return lacking(gap="the house rules were not explained")
    return form.witnessed or lacking(gap="nobody was there as a witness")


@guard(
    sources=("TH-ATA-29", "OHCHR-G1.5"),
    says="Nobody has allowed temporary protection to last longer: {gap}.",
    why="The first day needs no leave; each further one needs that of an authority, and the person is told.",
    mend="Ask the court or the authority, tell the person, and record the leave with its number.",
    who=CARERS,
)
def extension_is_authorised(case: CaseFacts) -> bool | Lack:
    if case.protected_from is None:
        return lacking(gap="no safe place was given yet")
    if case.extension is None:
        return lacking(gap="no leave is recorded")
    return case.extension.person_told or lacking(gap="the person was not told")


@guard(
    sources=("TH-ATA-29",),
    says="Temporary protection cannot last until the day of this leave.",
    why="It has a longest time, counted from the first night; a country whose law states none knows no extension.",
    mend="Finish the screening: a person who is presumed to be trafficked stays as a resident, without this limit.",
    who=CARERS,
)
def extension_is_within_limit(case: CaseFacts, today: Today, policies: Policies) -> bool:
    leave, first = case.extension, case.protected_from
    if leave is None or first is None or not first <= today.date <= leave.until:
        return False
    try:
        longest = policies.clock(LIMIT, case.country, on=first)
    except KeyError:
        return False
    return longest.unit == "days" and leave.until <= first + timedelta(days=longest.value)
