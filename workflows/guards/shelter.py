"""Questions about a stay in a shelter: its bed, where beds are kept here, and the free will of whoever moves in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from policies.model import Policies
from workflows.facts import CaseFacts, PlacementFacts, Today
from workflows.guards.protection import CARERS
from workflows.step import guard
from workflows.verdict import Lack, lacking

LIMIT = "temporary_protection_limit"
# What the house finds out itself before it asks (app/casework/beds.py); no door takes it in.
BEDS_ARE_COUNTED: Final = "beds_are_counted"
BED_UNFIT: Final = "bed_unfit"


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
    sources=("OHCHR-G6.1", "OHCHR-G8.5"),
    says="It is not said which shelter this is.",
    why="A shelter that counts its beds here confirms one first, so that nobody arrives at a full or a wrong house.",
    mend="Choose the shelter and ask it for a bed, or say that this one keeps no beds here.",
    who=CARERS,
)
def shelter_is_named(case: CaseFacts, given: Mapping[str, object], policies: Policies) -> bool:
    placed = case.placement
    if placed is None or placed.shelter is not None or placed.no_beds_here or not given.get(BEDS_ARE_COUNTED):
        return True
    return not _is_a_shelter(placed, policies)


@guard(
    sources=("OHCHR-G6.1", "OHCHR-G8.5"),
    says="The bed does not fit the person: {gap}.",
    why="A bed was confirmed for who the person was known to be then, in a house as it was then.",
    mend="Ask for another bed, or choose another place.",
    who=CARERS,
)
def bed_still_fits(given: Mapping[str, object]) -> bool | Lack:
    reason = given.get(BED_UNFIT)
    if reason == "bed_fits_sex":
        return lacking(gap="it is kept for another sex")
    if reason == "bed_fits_age":
        return lacking(gap="it is kept for another age")
    if reason == "bed_fits_need":
        return lacking(gap="it is not fitted for what the person needs")
    return reason is None or lacking(gap="it is closed")


@guard(
    rule="G09",
    sources=("TH-RIGHTS-FORM", "OHCHR-G1.5", "OHCHR-G6.2"),
    says="The person has not signed the admission to this shelter: {gap}.",
    why="A shelter is entered freely, knowing its rules. Whoever does not want it keeps every other help.",
    mend="Explain the house rules in the person's language and record their own answer, or help outside a shelter.",
    who=CARERS,
)
def admission_is_signed(case: CaseFacts, policies: Policies) -> bool | Lack:
    placed = case.placement
    if placed is None or not _is_entered_freely(placed, policies):
        return True
    form = case.admission
    if form is None or form.shelter != placed.shelter:
        return lacking(gap="there is no form")
    if placed.shelter is None and form.used_on not in (None, placed.on):
        return lacking(gap="the form was signed for an earlier place")
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


def _is_a_shelter(placed: PlacementFacts, policies: Policies) -> bool:
    code = policies.codes["placement_kind"].codes.get(placed.kind)
    return code is not None and code.admission


def _is_entered_freely(placed: PlacementFacts, policies: Policies) -> bool:
    return placed.shelter is not None or _is_a_shelter(placed, policies)
