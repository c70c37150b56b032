"""A later invitation to somebody who did not want help before: how it was given, who pays the way, what they say."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, RecordForm
from app.casework.kinds.rights_notice import OfferAnswer
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts


class Invitation(RecordForm):
    """Practice 7: whoever refused may be invited later, and does not pay for the way (OHCHR-G4.8)."""

    way: Annotated[str, Coded("information_way")] = Field(title=mark("How was it given?"))
    travel_paid: bool = Field(
        title=mark("Does whoever invites pay for the travel?"),
        description=mark("The person never pays for it."),
    )
    answer: OfferAnswer = Field(
        default=None,
        title=mark("What does the person say to the offer of help?"),
        description=mark("Only the person can say no, and they can change their mind at any time."),
    )
    words: Long | None = Field(default=None, title=mark("What did the person say?"))


def fold(facts: CaseFacts, form: Invitation, entry: Entry) -> CaseFacts:
    """A new answer takes the place of the one given when the rights were read; no answer leaves that as it was."""
    if facts.rights is None or form.answer not in ("accepted", "declined"):
        return facts
    return replace(facts, rights=replace(facts.rights, answer=form.answer))


KIND = Kind(
    "invitation", "Invitation to accept help", FieldGroup.FACTS, Invitation,
    {"way": "through_interpreter", "travel_paid": True, "answer": "accepted"}, fold_case=fold,
)
