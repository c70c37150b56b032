"""Where the person stays from a day on."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, From, Kind, Listed, Long, RecordForm, Short, code_only
from app.kit.words import mark
from policies.model import FieldGroup
from workflows import stay as stays
from workflows.facts import CaseFacts, InterestFacts, PlacementFacts
from workflows.stay import BedFacts


class Placement(RecordForm):
    """A place of stay and how it was matched to the person's needs."""

    place_kind: Annotated[str, Coded("placement_kind")] = Field(title=mark("What kind of place is it?"))
    place: Short = Field(title=mark("Which place?"), description=mark("As the team calls it. No street."))
    shelter: Annotated[str, Listed("office"), From("shelter_office")] | None = Field(
        default=None,
        title=mark("Which shelter holds a bed for the person?"),
        description=mark("Leave it open for any other place, and for a shelter that keeps no beds here."),
    )
    no_beds_here: bool = Field(default=False, title=mark("Is it a shelter that keeps no beds here?"))
    matched_to_needs: bool = Field(title=mark("Does the place fit what the person needs?"))
    note: Long | None = Field(default=None, title=mark("What should the place know?"))


def fold(facts: CaseFacts, form: Placement, entry: Entry) -> CaseFacts:
    """The newest placement counts; a bed that is held for it comes into use, and a former one is left."""
    protected = facts.protected_from or (entry.on if facts.care == "intake" else None)
    shelter = code_only(form.shelter) if form.shelter is not None else None
    placed = PlacementFacts(entry.on, form.place_kind, form.matched_to_needs, shelter, form.no_beds_here)
    used, held = _beds(facts, shelter)
    leave = facts.leave if used is not None and used == facts.bed_used else None
    return replace(
        facts, placement=placed, protected_from=protected, bed_used=used, bed_held=held, leave=leave,
        interests=tuple(_used(each, entry) for each in facts.interests),
        admission=facts.admission if facts.care == "intake" else stays.used(facts.admission, placed.shelter, entry.on),
    )  # fmt: skip


def _used(found: InterestFacts, entry: Entry) -> InterestFacts:
    """One assessment of a child's interests carries one placement; the next wants a look of its own."""
    if found.question != "placement" or found.used_on is not None:
        return found
    return replace(found, used_on=entry.on)


def _beds(facts: CaseFacts, shelter: str | None) -> tuple[BedFacts | None, BedFacts | None]:
    """The bed in use and the one that is still held, once the person is at ``shelter``."""
    used, held = facts.bed_used, facts.bed_held
    if shelter is not None and used is not None and used.shelter == shelter:
        return replace(used, until=None), held
    if shelter is not None and held is not None and held.shelter == shelter:
        return held, None
    return None, held


KIND = Kind(
    "placement", "Placement", FieldGroup.CONTACT, Placement,
    {"place_kind": "shelter_government", "place": "shelter 4, women and girls", "no_beds_here": True,
     "matched_to_needs": True},
    fold_case=fold,
)
