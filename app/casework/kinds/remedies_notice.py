"""The remedies notice: wages, fund, restitution and compensation explained, and the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from app.casework.forms import Asked, Entry, From, Kind, Long, RecordForm, Said, Short, Words
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, NoticeFacts


class RemediesNotice(RecordForm):
    """OHCHR-G9.2: dated, in a language the person understands, with the answer."""

    language: Annotated[Short, From("language")] = Field(title=mark("In which language was it explained?"))
    understood: Said = Field(default=None, title=mark("Did the person understand it?"))
    interpreter: Short | None = Field(
        default=None,
        title=mark("Who interpreted?"),
        description=mark("A part or a number, such as interpreter 12."),
    )
    witness: Short | None = Field(
        default=None,
        title=mark("Who was the witness?"),
        description=mark("A part, such as legal aid lawyer. No name."),
    )
    answer: Annotated[
        Literal["accepted", "declined"] | None,
        Words({"accepted": mark("Wants it"), "declined": mark("Does not want it")}),
        Asked(must=True),
    ] = Field(default=None, title=mark("What does the person say?"), description=mark("Only the person can say no."))
    text: Long | None = Field(default=None, title=mark("What did the person say?"))


def fold(facts: CaseFacts, form: RemediesNotice, entry: Entry) -> CaseFacts:
    """The person knows which remedies there are."""
    return replace(facts, remedies_notice=NoticeFacts(entry.on, bool(form.understood), bool(form.witness), form.answer))


KIND = Kind(
    "remedies_notice", "Remedies notice", FieldGroup.LEGAL, RemediesNotice,
    {"language": "my", "understood": True, "witness": "legal aid lawyer", "answer": "accepted"},
    fold_case=fold,
)
