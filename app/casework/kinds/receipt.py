"""The receipt signed by the receiving officer, with the person present."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import ReceiptFacts, ReferralFacts


class Receipt(RecordForm):
    """Practice 4.12: who received, whether all is there, what differs."""

    officer: Short = Field(
        title=mark("Which officer receives?"),
        description=mark("Part and place, such as officer 8, Myawaddy."),
    )
    person_present: bool = Field(
        title=mark("Is the person here with you?"),
        description=mark("Sign only when they are."),
    )
    discrepancy: Annotated[str, Coded("discrepancy")] = Field(
        default="none",
        title=mark("Does anything differ from the list?"),
    )
    note: Long | None = Field(default=None, title=mark("What differs?"))
    person_told: bool | None = Field(
        default=None, title=mark("Was the person told where they go, in their own language?")
    )
    person_agrees: bool | None = Field(default=None, title=mark("Does the person still agree?"))
    medical_summary_sealed: bool | None = Field(default=None, title=mark("Is the medical summary there, sealed?"))
    belongings_checked: bool | None = Field(default=None, title=mark("Were the belongings compared with the list?"))
    contact_card: bool | None = Field(default=None, title=mark("Does the person have the card with numbers to call?"))
    code_compared: bool | None = Field(default=None, title=mark("Was the check code read aloud, and did it fit?"))
    signed_on: date | None = Field(
        default=None, title=mark("On which day was the paper signed, if this is entered later?")
    )
    signed_time: Short | None = Field(
        default=None, title=mark("At what time was the paper signed?"), description=mark("For example 10:30.")
    )


def fold_referral(facts: ReferralFacts, form: Receipt, entry: Entry) -> ReferralFacts:
    """What was certified, and on which day."""
    return replace(facts, receipt=ReceiptFacts(entry.on, form.person_present, form.discrepancy))


KIND = Kind(
    "receipt", "Receipt", FieldGroup.FACTS, Receipt,
    {"officer": "officer 8, Myawaddy", "person_present": True, "discrepancy": "none"},
    home="referral", fold_referral=fold_referral, shared=True, withheld=frozenset({"note"}),
)
