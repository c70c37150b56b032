"""The receipt signed by the receiving officer, with the person present."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import AwareDatetime, Field

from app.casework.forms import Coded, Entry, Form, Kind, Long, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import ReceiptFacts, ReferralFacts


class Receipt(Form):
    """Practice 4.12: who received, whether all is there, what differs."""

    officer: Short
    person_present: bool
    discrepancy: Annotated[str, Coded("discrepancy")] = "none"
    note: Long | None = None
    person_told: bool | None = Field(
        default=None, title=mark("Was the person told where they go, in their own language?")
    )
    person_agrees: bool | None = Field(default=None, title=mark("Does the person still agree?"))
    medical_summary_sealed: bool | None = Field(default=None, title=mark("Is the medical summary there, sealed?"))
    belongings_checked: bool | None = Field(default=None, title=mark("Were the belongings compared with the list?"))
    contact_card: bool | None = Field(default=None, title=mark("Does the person have the card with numbers to call?"))
    code_compared: bool | None = Field(default=None, title=mark("Was the check code read aloud, and did it fit?"))
    signed_at: AwareDatetime | None = Field(
        default=None, title=mark("When was the paper signed, if this is entered later?")
    )


def fold_referral(facts: ReferralFacts, form: Receipt, entry: Entry) -> ReferralFacts:
    """What was certified, and on which day."""
    return replace(facts, receipt=ReceiptFacts(entry.on, form.person_present, form.discrepancy))


KIND = Kind(
    "receipt", "Receipt", FieldGroup.FACTS, Receipt,
    {"officer": "officer 8, Myawaddy", "person_present": True, "discrepancy": "none"},
    home="referral", fold_referral=fold_referral, shared=True, withheld=frozenset({"note"}),
)
