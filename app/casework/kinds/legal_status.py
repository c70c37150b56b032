"""Proceedings and claims: what is open, what was considered, who carries claims on after return."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Asked, Entry, Kind, Long, RecordForm, Said
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, LegalFacts

# How many there are, or why nobody says.
Count = Annotated[Annotated[int, Field(ge=0, le=50)] | None, Asked(must=True)]


class LegalStatus(RecordForm):
    """Practice 4.16; says nothing about cooperation with the police."""

    open_proceedings: Count = Field(default=None, title=mark("How many proceedings are open?"))
    considered: Said = Field(
        default=None,
        title=mark("Has the person thought through what they mean for going home?"),
        description=mark("With counsel, before anything is planned."),
    )
    open_claims: Count = Field(
        default=None,
        title=mark("How many claims for wages or damages are open?"),
    )
    cross_border_route: bool = Field(title=mark("Is it settled who carries them on across the border?"))
    expected_until: date | None = Field(
        default=None, title=mark("Until when will the proceedings last, as far as anybody knows?")
    )
    note: Long | None = Field(default=None, title=mark("What else matters?"))


def fold(facts: CaseFacts, form: LegalStatus, entry: Entry) -> CaseFacts:
    """The newest status counts."""
    return replace(
        facts,
        legal=LegalFacts(
            entry.on, form.open_proceedings, bool(form.considered), form.open_claims, form.cross_border_route,
            form.expected_until,
        ),
    )


KIND = Kind(
    "legal_status", "Proceedings and remedies", FieldGroup.LEGAL, LegalStatus,
    {"open_proceedings": 0, "considered": True, "open_claims": 1, "cross_border_route": True}, fold_case=fold,
)
