"""Proceedings: what is open, and what it means for going home. Claims are matters of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Entry, Kind, Long, RecordForm, Said, Unasked
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, LegalFacts


class LegalStatus(RecordForm):
    """Practice 4.16; says nothing about cooperation with the police."""

    # Counted by hand in older days; proceedings are now recorded one by one (workflows/proceeding.py).
    open_proceedings: Annotated[int | None, Field(ge=0, le=50), Unasked()] = Field(
        default=None, title=mark("How many proceedings are open?")
    )
    considered: Said = Field(
        default=None,
        title=mark("Has the person thought through what they mean for going home?"),
        description=mark("With counsel, before anything is planned."),
    )
    # Claims are opened and followed one by one (workflows/remedy.py). These two only records of before have, or of a
    # program that does not follow claims; what they count is added to the claims that were opened since.
    open_claims: Annotated[Annotated[int, Field(ge=0, le=50)] | None, Unasked()] = Field(
        default=None, title=mark("How many claims for wages or damages are open?")
    )
    cross_border_route: Annotated[bool | None, Unasked()] = Field(
        default=None, title=mark("Is it settled who carries them on across the border?")
    )
    expected_until: date | None = Field(
        default=None, title=mark("Until when will the proceedings last, as far as anybody knows?")
    )
    note: Long | None = Field(default=None, title=mark("What else matters?"))


def fold(facts: CaseFacts, form: LegalStatus, entry: Entry) -> CaseFacts:
    """The newest status counts; what an older one only counted stays counted until it is recorded one by one."""
    old = facts.legal
    if form.open_proceedings is None and old is not None:
        running, told_on = old.open_proceedings, old.told_on or old.on
    else:
        running, told_on = form.open_proceedings or 0, None
    if form.open_claims is None and old is not None:
        counted, route, counted_on = old.open_claims, old.cross_border_route, old.counted_on or old.on
    else:
        counted, route, counted_on = form.open_claims or 0, bool(form.cross_border_route), None
    return replace(
        facts,
        legal=LegalFacts(
            entry.on, running, bool(form.considered), counted, route, counted_on, form.expected_until, told_on,
        ),
    )


KIND = Kind(
    "legal_status", "Proceedings and remedies", FieldGroup.LEGAL, LegalStatus,
    {"considered": True}, fold_case=fold,
)
