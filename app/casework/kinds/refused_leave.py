"""What follows a refused leave: the person knows it, was offered advice, and says whether anything is asked again."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Asked, Coded, Entry, From, Kind, Long, RecordForm, Said, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.care_facts import PermitFacts
from workflows.facts import CaseFacts


class RefusedLeave(RecordForm):
    """OHCHR-G6.7 and P11. Who is told no chooses what follows, with advice; nothing here decides for them."""

    permit: Annotated[str, Coded("permit_kind")] = Field(title=mark("Which leave was refused?"))
    language: Annotated[Short, From("language")] = Field(title=mark("In which language was it explained?"))
    understood: Said = Field(default=None, title=mark("Did the person understand it?"))
    advice_offered: bool = Field(title=mark("Was advice by a lawyer offered?"))
    way: Annotated[str, Coded("refused_way")] | None = Field(
        default=None,
        title=mark("What follows?"),
        description=mark("Leave it empty while the person thinks about it."),
    )
    waits: Annotated[bool | None, Asked()] = Field(
        default=None, title=mark("Does the person want to wait here for the answer?")
    )
    note: Long | None = Field(default=None, title=mark("What else matters?"))


def fold(facts: CaseFacts, form: RefusedLeave, entry: Entry) -> CaseFacts:
    """The refusal is answered once the person knows it, advice was offered and it is settled what follows.

    Whether they wait for it holds until they say otherwise; silence changes nothing.
    """
    known = bool(form.understood) and form.advice_offered

    def answered(each: PermitFacts) -> PermitFacts:
        waits = (each.waits if form.waits is None else form.waits) and form.way != "accepted"
        return replace(each, known=known, way=form.way, answered_on=entry.on, waits=waits)

    permits = tuple(answered(each) if each.permit == form.permit else each for each in facts.permits)
    return replace(facts, permits=permits)


KIND = Kind(
    "refused_leave", "What follows a refused leave", FieldGroup.LEGAL, RefusedLeave,
    {"permit": "temporary_stay", "language": "my", "understood": True, "advice_offered": True, "way": "appeal",
     "waits": True},
    fold_case=fold,
)  # fmt: skip
