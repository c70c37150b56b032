"""The rights notice: read out, understood, witnessed, and answered by the person alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from app.casework.forms import Entry, Form, Kind, Long, Short
from policies.model import FieldGroup
from workflows.facts import CaseFacts, NoticeFacts


class RightsNotice(Form):
    """Practice 4.3. Only the person can decline (OHCHR-G4.8); there is no 'refused by officer'."""

    language: Short
    understood: bool
    interpreter: Short | None = None
    witness: Short | None = None
    confidentiality_limits_explained: bool
    asylum_information_given: bool
    consular_access_explained: bool
    answer: Literal["accepted", "declined", "thinking"]
    reason: Long | None = None
    safe_contact: Long | None = None


def fold(facts: CaseFacts, form: RightsNotice, entry: Entry) -> CaseFacts:
    """The person's answer to the offer of help."""
    answer = None if form.answer == "thinking" else form.answer
    return replace(facts, rights=NoticeFacts(entry.on, form.understood, bool(form.witness), answer))


KIND = Kind(
    "rights_notice", "Rights notice", FieldGroup.FACTS, RightsNotice,
    {
        "language": "my", "understood": True, "interpreter": "vetted interpreter 12", "witness": "shelter nurse",
        "confidentiality_limits_explained": True, "asylum_information_given": True,
        "consular_access_explained": True, "answer": "accepted",
    },
    fold_case=fold,
)
