"""The receipt signed by the receiving officer, with the person present."""

from __future__ import annotations

from dataclasses import replace
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


def fold_referral(facts: ReferralFacts, form: Receipt, entry: Entry) -> ReferralFacts:
    """What was certified, and on which day."""
    return replace(facts, receipt=ReceiptFacts(entry.on, form.person_present, form.discrepancy))


KIND = Kind(
    "receipt", "Receipt", FieldGroup.FACTS, Receipt,
    {"officer": "officer 8, Myawaddy", "person_present": True, "discrepancy": "none"},
    home="referral", fold_referral=fold_referral, shared=True, withheld=frozenset({"note"}),
)
