"""A consent taken back: sharing stops at once, and everybody who received it is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Form, Kind, Long
from policies.model import FieldGroup
from workflows.facts import CaseFacts


class ConsentWithdrawal(Form):
    """Which purposes the person no longer agrees to; no reason is needed."""

    purposes: Annotated[
        tuple[Annotated[str, Coded("consent_purpose")], ...], Field(strict=False, min_length=1, max_length=20)
    ]
    words: Long | None = None


def fold(facts: CaseFacts, form: ConsentWithdrawal, entry: Entry) -> CaseFacts:
    """Every live row of these purposes ends on this day."""
    rows = tuple(
        replace(row, withdrawn_on=entry.on) if row.purpose in form.purposes and row.withdrawn_on is None else row
        for row in facts.consents
    )
    return replace(facts, consents=rows)


KIND = Kind(
    "consent_withdrawal", "Consent withdrawn", FieldGroup.FACTS, ConsentWithdrawal,
    {"purposes": ["notify_origin", "return"]}, fold_case=fold, permission="consent:record",
)
