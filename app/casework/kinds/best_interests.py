"""A best-interests determination: options weighed, the child heard, a durable solution."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.days import SetFor
from app.casework.forms import Coded, Entry, Kind, Long, OfWorker, OwnWords, RecordForm, Said, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import BestInterestsFacts, CaseFacts


class BestInterests(RecordForm):
    """OHCHR-G8.4 to 8.6: trace, assess, hear, decide."""

    outcome: Annotated[str, Coded("durable_solution")] = Field(title=mark("What serves the child best?"))
    panel: Annotated[tuple[Short, ...], Field(strict=False, min_length=2, max_length=20)] = Field(
        title=mark("Who sat on the panel?"),
        description=mark("One profession or part in each line, no names. At least two."),
    )
    options_weighed: Long = Field(title=mark("Which options were weighed, and how?"))
    child_heard: Said = Field(
        default=None,
        title=mark("Was the child heard?"),
        description=mark("In a way that fits the child's age, with the guardian near."),
    )
    views: OwnWords = Field(
        default=None,
        title=mark("What does the child want?"),
        description=mark("In the child's own words where you can."),
    )
    weight: Annotated[str, Coded("view_weight"), OfWorker()] | None = Field(
        default=None, title=mark("How much did the child's views count?")
    )
    weight_reasons: Long | None = Field(
        default=None, title=mark("Why that much, by the child's age and maturity?")
    )
    why_not_heard: Long | None = Field(default=None, title=mark("If the child was not heard: why not?"))
    review_on: SetFor | None = Field(default=None, title=mark("When should this be looked at again?"))


def fold(facts: CaseFacts, form: BestInterests, entry: Entry) -> CaseFacts:
    """The determination answers what was due."""
    weighed = form.weight is not None and bool(form.weight_reasons)
    # To say nothing is the child's right too: it is the reason why no views are recorded.
    reason = bool(form.why_not_heard) or form.silence("child_heard") == "no_wish_to_answer"
    found = BestInterestsFacts(
        entry.on, form.outcome, len(form.panel), bool(form.child_heard), reason, form.review_on, weighed
    )
    return replace(facts, best_interests=found, best_interests_due=False)


KIND = Kind(
    "best_interests", "Best-interests determination", FieldGroup.LEGAL, BestInterests,
    {"outcome": "family_reunion", "panel": ["child protection officer", "psychologist"],
     "options_weighed": "Grandmother's home; local foster care.", "child_heard": True,
     "views": "Wants to live with the grandmother.", "weight": "strong",
     "weight_reasons": "Fifteen, knows the home, and said so twice."},
    fold_case=fold,
)
