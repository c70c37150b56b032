"""Proceedings and claims: what is open, what was considered, who carries claims on after return."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Entry, Kind, Long, RecordForm, Unasked
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, LegalFacts
from workflows.guards.legal import untold_proceedings


class LegalStatus(RecordForm):
    """Practice 4.16; says nothing about cooperation with the police."""

    # Counted by hand in older days; proceedings are now recorded one by one (workflows/proceeding.py).
    open_proceedings: Annotated[int | None, Field(ge=0, le=50), Unasked()] = Field(
        default=None, title=mark("How many proceedings are open?")
    )
    considered: bool = Field(
        title=mark("Has the person thought through what they mean for going home?"),
        description=mark("With counsel, before anything is planned."),
    )
    open_claims: Annotated[int, Field(ge=0, le=50)] = Field(
        title=mark("How many claims for wages or damages are open?"),
    )
    cross_border_route: bool = Field(title=mark("Is it settled who carries them on across the border?"))
    note: Long | None = Field(default=None, title=mark("What else matters?"))


def fold(facts: CaseFacts, form: LegalStatus, entry: Entry) -> CaseFacts:
    """The newest status counts; proceedings that an older one only counted stay until they are recorded one by one."""
    counted = untold_proceedings(facts) if form.open_proceedings is None else form.open_proceedings
    return replace(
        facts,
        legal=LegalFacts(
            entry.on, counted, form.considered, form.open_claims, form.cross_border_route
        ),
    )


KIND = Kind(
    "legal_status", "Proceedings and remedies", FieldGroup.LEGAL, LegalStatus,
    {"considered": True, "open_claims": 1, "cross_border_route": True}, fold_case=fold,
)
