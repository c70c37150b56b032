"""The remedies notice: wages, fund, restitution and compensation explained, and the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from app.casework.forms import Entry, Form, Kind, Long, Short
from policies.model import FieldGroup
from workflows.facts import CaseFacts, NoticeFacts


class RemediesNotice(Form):
    """OHCHR-G9.2: dated, in a language the person understands, with the answer."""

    language: Short
    understood: bool
    witness: Short | None = None
    answer: Literal["accepted", "declined"]
    text: Long | None = None


def fold(facts: CaseFacts, form: RemediesNotice, entry: Entry) -> CaseFacts:
    """The person knows which remedies there are."""
    return replace(facts, remedies_notice=NoticeFacts(entry.on, form.understood, bool(form.witness), form.answer))


KIND = Kind(
    "remedies_notice", "Remedies notice", FieldGroup.LEGAL, RemediesNotice,
    {"language": "my", "understood": True, "witness": "legal aid lawyer", "answer": "accepted"},
    fold_case=fold,
)
