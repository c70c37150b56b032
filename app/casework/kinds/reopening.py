"""Why a closed case is opened again."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, RecordForm, Said
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts


class Reopening(RecordForm):
    """The person is asked: nobody is made a case again behind their back."""

    reason: Annotated[str, Coded("reopening_reason")] = Field(title=mark("Why is the case opened again?"))
    person_agrees: Said = Field(
        default=None,
        title=mark("Has the person been asked, and agreed?"),
        description=mark("For a child: the child or the guardian."),
    )
    note: Long | None = Field(default=None, title=mark("Anything else to keep?"))


def fold(facts: CaseFacts, form: Reopening, entry: Entry) -> CaseFacts:
    """The closure is over: the next one needs its own form. Whoever was found again is in contact."""
    found = form.reason == "contact_found"
    return replace(
        facts, reopening_agreed=form.person_agrees, closure=None, contact_lost=facts.contact_lost and not found
    )


KIND = Kind(
    "reopening", "Reopening", FieldGroup.FACTS, Reopening, {"reason": "new_need", "person_agrees": True},
    fold_case=fold, permission="care:reopen",
)
