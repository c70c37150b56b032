"""Leave: the person is out of the shelter for hours or days, as everybody may be."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.casework.days import SetFor
from app.casework.forms import Asked, Coded, Entry, Kind, Long, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts
from workflows.stay import LeaveFacts


class ShelterLeave(RecordForm):
    """A shelter is not a locked place: asking somebody to stay in needs a reason and the text it rests on."""

    back_on: Annotated[SetFor | None, Asked()] = Field(
        default=None, title=mark("When does the person want to be back?"),
        description=mark("Leave it open if they did not say. They need not.")
    )
    reach: Annotated[Short | None, Asked()] = Field(
        default=None,
        title=mark("How can the person be reached safely meanwhile?"),
    )
    company: Annotated[Short | None, Asked()] = Field(
        default=None, title=mark("Who goes with the person?"), description=mark("A part, such as friend. No name.")
    )
    asked_to_stay_in: Annotated[str, Coded("leave_limit")] | None = Field(
        default=None,
        title=mark("Only if the person was asked not to go: why?"),
        description=mark("Nothing else is a reason. What the house finds better is none."),
    )
    legal_text: Short | None = Field(
        default=None, title=mark("Only if the person was asked not to go: which order or law says so?")
    )
    note: Long | None = Field(default=None, title=mark("What should others on the team know?"))

    @model_validator(mode="after")
    def _a_refusal_names_its_text(self) -> Self:
        if (self.asked_to_stay_in is None) != (self.legal_text is None):
            sentence = "Asking somebody not to go out needs both: the reason and the order or law it rests on."
            raise PydanticCustomError("leave_limit", sentence)
        return self


def fold(facts: CaseFacts, form: ShelterLeave, entry: Entry) -> CaseFacts:
    """The person is out until they are back; whoever was asked to stay in is not."""
    if form.asked_to_stay_in is not None:
        return facts
    return replace(facts, leave=LeaveFacts(entry.on, form.back_on))


KIND = Kind(
    "shelter_leave", "Leave from the shelter", FieldGroup.CONTACT, ShelterLeave,
    {"back_on": "2026-12-01", "reach": "By the number the team knows, after six.", "company": "friend"},
    fold_case=fold,
)
