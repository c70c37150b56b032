"""The person is back from leave."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from app.casework.forms import Entry, Kind, Long, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts


class ShelterReturn(RecordForm):
    """Back in the house; nobody has to say where they were."""

    well: bool | None = Field(default=None, title=mark("Is the person well?"))
    note: Long | None = Field(
        default=None,
        title=mark("Does the person want to tell anything?"),
        description=mark("Nobody has to say where they were."),
    )


def fold(facts: CaseFacts, form: ShelterReturn, entry: Entry) -> CaseFacts:
    """The leave is over."""
    return replace(facts, leave=None)


KIND = Kind(
    "shelter_return", "Return to the shelter", FieldGroup.CONTACT, ShelterReturn, {"well": True}, fold_case=fold,
)
