"""A best-interests assessment: the lighter look of one worker before a placement, a contact or a return is decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, OfWorker, OwnWords, RecordForm, Said
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, InterestFacts


class BestInterestsAssessment(RecordForm):
    """OHCHR-P10 before each decision; the determination with a panel stays for the lasting solution."""

    question: Annotated[str, Coded("bia_question")] = Field(title=mark("What is to be decided?"))
    serves: bool = Field(title=mark("Does what is planned serve the child best?"))
    reasons: Long = Field(
        title=mark("Why?"), description=mark("Safety, family, care, health, school, and what else was possible.")
    )
    child_heard: Said = Field(
        default=None,
        title=mark("Was the child heard?"),
        description=mark("In a way that fits the child's age."),
    )
    views: OwnWords = Field(default=None, title=mark("What does the child want?"))
    weight: Annotated[str, Coded("view_weight"), OfWorker()] | None = Field(
        default=None, title=mark("How much did the child's views count?")
    )
    weight_reasons: Long | None = Field(
        default=None, title=mark("Why that much, by the child's age and maturity?")
    )
    why_not_heard: Long | None = Field(default=None, title=mark("If the child was not heard: why not?"))
    valid_until: date = Field(title=mark("Until when does this hold?"), description=mark("Then look at it again."))


def fold(facts: CaseFacts, form: BestInterestsAssessment, entry: Entry) -> CaseFacts:
    """The newest assessment of a question counts."""
    weighed = form.weight is not None and bool(form.weight_reasons)
    # To say nothing is the child's right too: it is the reason why no views are recorded.
    reason = bool(form.why_not_heard) or form.silence("child_heard") == "no_wish_to_answer"
    heard = weighed if form.child_heard else reason
    found = InterestFacts(entry.on, form.question, form.serves, heard, form.valid_until)
    others = tuple(each for each in facts.interests if each.question != form.question)
    return replace(facts, interests=(*others, found))


KIND = Kind(
    "best_interests_assessment", "Best-interests assessment", FieldGroup.LEGAL, BestInterestsAssessment,
    {"question": "placement", "serves": True, "reasons": "Near the school; the foster family speaks her language.",
     "child_heard": True, "views": "Wants to stay with her sister.", "weight": "strong",
     "weight_reasons": "She is fifteen and knows both places.", "valid_until": "2017-06-01"},
    fold_case=fold,
)  # fmt: skip
