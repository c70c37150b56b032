"""Where the person stays from a day on."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from app.casework.forms import Coded, Entry, Form, Kind, Long, Short
from policies.model import FieldGroup
from workflows.facts import CaseFacts, PlacementFacts


class Placement(Form):
    """A place of stay and how it was matched to the person's needs."""

    place_kind: Annotated[str, Coded("placement_kind")]
    place: Short
    matched_to_needs: bool
    note: Long | None = None


def fold(facts: CaseFacts, form: Placement, entry: Entry) -> CaseFacts:
    """The newest placement counts."""
    return replace(facts, placement=PlacementFacts(entry.on, form.place_kind, form.matched_to_needs))


KIND = Kind(
    "placement", "Placement", FieldGroup.CONTACT, Placement,
    {"place_kind": "shelter_government", "place": "shelter 4, women and girls", "matched_to_needs": True},
    fold_case=fold,
)
