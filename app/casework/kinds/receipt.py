"""The receipt signed by the receiving officer, with the person present."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from app.casework.forms import Coded, Entry, Form, Kind, Long, Short
from policies.model import FieldGroup
from workflows.facts import ReceiptFacts, ReferralFacts


class Receipt(Form):
    """Practice 4.12: who received, whether all is there, what differs."""

    officer: Short
    person_present: bool
    discrepancy: Annotated[str, Coded("discrepancy")] = "none"
    note: Long | None = None


def fold_referral(facts: ReferralFacts, form: Receipt, entry: Entry) -> ReferralFacts:
    """What was certified, and on which day."""
    return replace(facts, receipt=ReceiptFacts(entry.on, form.person_present, form.discrepancy))


KIND = Kind(
    "receipt", "Receipt", FieldGroup.FACTS, Receipt,
    {"officer": "officer 8, Myawaddy", "person_present": True, "discrepancy": "none"},
    home="referral", fold_referral=fold_referral, shared=True, withheld=frozenset({"note"}),
)
