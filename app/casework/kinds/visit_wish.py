"""What a person says to one visit of case workers from another country: whether they want to be met at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from app.casework.forms import Entry, ForChild, From, Kind, Long, RecordForm, Said, Words
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, VisitWishFacts


class VisitWish(RecordForm):
    """One answer for each visit; a later one takes its place, and a no ends that part of the visit at once (IOM-4)."""

    visit: Annotated[str, Field(pattern=r"^[A-Z0-9-]{1,40}$"), From("visit")] = Field(
        title=mark("Which visit is it about?"),
        description=mark("Explain first who comes, from which country and office, and why."),
    )
    agrees: Said = Field(
        default=None,
        title=mark("Does the person want to be met at this visit?"),
        description=mark("A no needs no reason, can be said at any time, and changes nothing else."),
    )
    giver: Annotated[
        Literal["self", "guardian"],
        Words({"self": mark("The person"), "guardian": mark("The guardian")}),
    ] = Field(title=mark("Who agrees?"), description=mark("For a child both are asked: guardian and child."))
    child_assent: Annotated[bool | None, ForChild()] = Field(
        default=None, title=mark("For a child: does the child agree, too?")
    )
    may_tell: Said = Field(
        default=None,
        title=mark("May the visitors' country hear what the person wants?"),
        description=mark("Without a yes they hear only whether the person was met."),
    )
    words: Long | None = Field(default=None, title=mark("What did the person say?"))


def fold(facts: CaseFacts, form: VisitWish, entry: Entry) -> CaseFacts:
    """The newest word on a visit counts; somebody who gave no answer has not agreed."""
    others = tuple(each for each in facts.visit_wishes if each.visit != form.visit)
    if form.agrees is None:
        return replace(facts, visit_wishes=others)
    wish = VisitWishFacts(
        form.visit, entry.on, form.agrees, form.giver == "guardian", form.child_assent, bool(form.may_tell)
    )
    return replace(facts, visit_wishes=(*others, wish))


KIND = Kind(
    "visit_wish", "Wish about a visit from abroad", FieldGroup.FACTS, VisitWish,
    {"visit": "MM-TH-2026-V-7F3K2Q", "agrees": True, "giver": "self", "may_tell": True},
    fold_case=fold, permission="consent:record",
)
