"""Leave to stay, to work or to live in the country: asked for, given until a day, refused or ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Self

from pydantic import Field, ValidationInfo, model_validator

from app.casework.forms import CodeCheck, Coded, Entry, Kind, Long, RecordForm, Short, Unasked, not_before
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.care_facts import PermitFacts
from workflows.facts import CaseFacts


class Permit(RecordForm):
    """TH-ATA-37, OHCHR-G4.7 and P9. Help never depends on it; how early more time is asked for is said by policies."""

    permit: Annotated[str, Coded("permit_kind")] = Field(title=mark("Which leave is it?"))
    outcome: Annotated[str, Coded("permit_outcome")] = Field(title=mark("What became of it?"))
    authority: Short = Field(title=mark("Which authority decides?"))
    number: Short | None = Field(default=None, title=mark("Under which number?"))
    valid_from: date | None = Field(default=None, title=mark("From when?"))
    valid_until: date | None = Field(
        default=None, title=mark("Until when?"), description=mark("Leave it empty where there is no end.")
    )
    shorter_reason: Long | None = Field(
        default=None, title=mark("If it ends before the proceedings do: why, and what is done about it?")
    )
    appeal_until: date | None = Field(default=None, title=mark("If it was refused: until when can it be appealed?"))
    note: Long | None = Field(default=None, title=mark("What else matters?"))
    renew_days: Annotated[int | None, Unasked()] = Field(
        default=None, title=mark("How many days before the end more time is asked for")
    )
    _in_order = not_before("valid_from", "valid_until")

    @model_validator(mode="after")
    def _renewal_by_policy(self, info: ValidationInfo) -> Self:
        context = info.context
        if isinstance(context, CodeCheck) and not context.lenient:
            # The form is frozen for everybody but itself.
            object.__setattr__(self, "renew_days", context.policies.clocks.permit_renewal_days)
        return self


def fold(facts: CaseFacts, form: Permit, entry: Entry) -> CaseFacts:
    """The newest word on each kind of leave counts; more time is asked for before the one that is given ends.

    Who has asked for more time still has the leave they had: its last day rings where no answer has come by then.
    """
    until = form.valid_until if form.outcome == "granted" else None
    renew_on = until - timedelta(days=form.renew_days) if until is not None and form.renew_days is not None else None
    if form.outcome == "applied":
        until = renew_on = next((each.until for each in facts.permits if each.permit == form.permit), None)
    before = next((each for each in facts.permits if each.permit == form.permit), None)
    said = PermitFacts(
        form.permit, form.outcome, entry.on, until, renew_on,
        appeal_until=form.appeal_until if form.outcome == "refused" else None,
        # Who waits for what was asked again does so until it is decided.
        waits=before is not None and before.waits and form.outcome == "applied",
    )
    kept = tuple(each for each in facts.permits if each.permit != form.permit)
    return replace(facts, permits=(*kept, said))


KIND = Kind(
    "permit", "Leave to stay or work", FieldGroup.LEGAL, Permit,
    {"permit": "temporary_stay", "outcome": "granted", "authority": "immigration office", "number": "37/2569",
     "valid_from": "2026-11-20", "valid_until": "2027-05-20"},
    fold_case=fold,
)
