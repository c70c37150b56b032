"""The person is told what was decided about them, be it yes or no, in a language they understand."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, From, Kind, Long, RecordForm, Said, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, NoticeFacts


class DecisionNotice(RecordForm):
    """OHCHR-G4.8: what the decision means, in the person's own language, and how to ask for another look."""

    language: Annotated[Short, From("language")] = Field(title=mark("In which language?"))
    way: Annotated[str, Coded("information_way")] = Field(title=mark("How was it given?"))
    understood: Said = Field(default=None, title=mark("Did the person understand it?"))
    interpreter: Short | None = Field(
        default=None,
        title=mark("Who interpreted?"),
        description=mark("A part or a number, such as interpreter 12."),
    )
    ask_again_explained: bool = Field(title=mark("Was it explained how to ask for another look?"))
    witness: Short | None = Field(
        default=None,
        title=mark("Who was the witness?"),
        description=mark("A part, such as legal aid lawyer. No name."),
    )
    text: Long | None = Field(default=None, title=mark("What did the person say?"))


def fold(facts: CaseFacts, form: DecisionNotice, entry: Entry) -> CaseFacts:
    """The person knows what was decided."""
    untold = frozenset() if form.ask_again_explained else frozenset({"ask_again"})
    told = NoticeFacts(entry.on, bool(form.understood), bool(form.witness), untold=untold)
    return replace(facts, decision_notice=told)


KIND = Kind(
    "decision_notice", "Notice of the decision", FieldGroup.LEGAL, DecisionNotice,
    {
        "language": "my", "way": "through_interpreter", "understood": True, "ask_again_explained": True,
        "witness": "legal aid lawyer",
    },
    fold_case=fold,
)  # fmt: skip
