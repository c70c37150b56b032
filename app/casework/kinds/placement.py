"""Where the person stays from a day on."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, PlacementFacts


class Placement(RecordForm):
    """A place of stay and how it was matched to the person's needs."""

    place_kind: Annotated[str, Coded("placement_kind")] = Field(title=mark("What kind of place is it?"))
    place: Short = Field(title=mark("Which place?"), description=mark("As the team calls it. No street."))
    matched_to_needs: bool = Field(title=mark("Does the place fit what the person needs?"))
    note: Long | None = Field(default=None, title=mark("What should the place know?"))


def fold(facts: CaseFacts, form: Placement, entry: Entry) -> CaseFacts:
    """The newest placement counts."""
    return replace(facts, placement=PlacementFacts(entry.on, form.place_kind, form.matched_to_needs))


KIND = Kind(
    "placement", "Placement", FieldGroup.CONTACT, Placement,
    {"place_kind": "shelter_government", "place": "shelter 4, women and girls", "matched_to_needs": True},
    fold_case=fold,
)
