"""A request to look at a negative decision again, with its grounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from app.casework.forms import Asked, Entry, Kind, Long, RecordForm, Words
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts

ASKS = "person_asks"


class ReconsiderationRequest(RecordForm):
    """Why the case should be looked at again."""

    ground: Annotated[
        Literal["new_evidence", "guidance_not_followed", "person_asks"],
        Words(
            {
                "new_evidence": mark("There is something new"),
                "guidance_not_followed": mark("The rules were not followed"),
                "person_asks": mark("The person asks for it"),
            }
        ),
    ] = Field(title=mark("Why should it be looked at again?"))
    text: Annotated[Long | None, Asked(must=True)] = Field(
        default=None, title=mark("What is new, or what was not followed?")
    )


def fold(facts: CaseFacts, form: ReconsiderationRequest, entry: Entry) -> CaseFacts:
    """Grounds are on record, but for a request of before the answer that stands: that one was answered by it."""
    answered = facts.negative_on
    if facts.identification == "not_identified" and facts.decision is not None:
        # The time to ask counts from the day the person heard; what is new is new since the paper.
        answered = facts.decision.on
    if answered is not None and entry.on < answered:
        return facts
    asked = entry.on if form.ground == ASKS else None
    if facts.reconsideration_grounds:
        # Something new stays on record, whoever asks again beside it; so does the day on which they asked first.
        asked = min(facts.only_asked, asked) if facts.only_asked is not None and asked is not None else None
    return replace(facts, reconsideration_grounds=True, only_asked=asked)


KIND = Kind(
    "reconsideration_request", "Reconsideration request", FieldGroup.LEGAL, ReconsiderationRequest,
    {"ground": "new_evidence", "text": "A co-worker's statement about the locked dormitory."},
    fold_case=fold,
)
