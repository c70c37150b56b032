"""A request to look at a negative decision again, with its grounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from app.casework.forms import Asked, Entry, Kind, Long, RecordForm, Words
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts


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
    """Grounds are on record."""
    return replace(facts, reconsideration_grounds=True)


KIND = Kind(
    "reconsideration_request", "Reconsideration request", FieldGroup.LEGAL, ReconsiderationRequest,
    {"ground": "new_evidence", "text": "A co-worker's statement about the locked dormitory."},
    fold_case=fold,
)
