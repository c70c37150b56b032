"""A consent taken back: sharing stops at once, and everybody who received it is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, From, Kind, Long, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts


class ConsentWithdrawal(RecordForm):
    """Which purposes the person no longer agrees to; no reason is needed."""

    purposes: Annotated[
        tuple[Annotated[str, Coded("consent_purpose", retired=True)], ...],
        Field(strict=False, min_length=1, max_length=20),
    ] = Field(
        title=mark("What does the person take back?"),
        description=mark("Sharing stops at once. Nothing else is lost."),
    )
    recipients: Annotated[
        tuple[Annotated[str, Field(pattern=r"^([A-Z]{2}|\*|[a-z]{2}-[a-z0-9-]{1,60})$"), From("recipient")], ...],
        Field(strict=False, max_length=20),
    ] = Field(
        default=(),
        title=mark("From whom does the person take it back?"),
        description=mark("Leave empty for everybody."),
    )
    words: Long | None = Field(
        default=None,
        title=mark("What did the person say?"),
        description=mark("No reason is needed."),
    )


def fold(facts: CaseFacts, form: ConsentWithdrawal, entry: Entry) -> CaseFacts:
    """Every live row of these purposes, and of these recipients where some are named, ends on this day."""
    rows = tuple(
        replace(row, withdrawn_on=entry.on)
        if row.purpose in form.purposes
        and row.withdrawn_on is None
        and (not form.recipients or row.recipient in form.recipients)
        else row
        for row in facts.consents
    )
    return replace(facts, consents=rows)


KIND = Kind(
    "consent_withdrawal", "Consent withdrawn", FieldGroup.FACTS, ConsentWithdrawal,
    {"purposes": ["notify_origin", "return"]}, fold_case=fold, permission="consent:record",
)
