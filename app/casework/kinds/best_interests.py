"""A best-interests determination: options weighed, the child heard, a durable solution."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Form, Kind, Long, Short
from policies.model import FieldGroup
from workflows.facts import BestInterestsFacts, CaseFacts


class BestInterests(Form):
    """OHCHR-G8.4 to 8.6: trace, assess, hear, decide."""

    outcome: Annotated[str, Coded("durable_solution")]
    panel: Annotated[tuple[Short, ...], Field(strict=False, min_length=2, max_length=20)]
    options_weighed: Long
    child_heard: bool
    views: Long | None = None
    why_not_heard: Long | None = None
    review_on: date | None = None


def fold(facts: CaseFacts, form: BestInterests, entry: Entry) -> CaseFacts:
    """The determination answers what was due."""
    found = BestInterestsFacts(
        entry.on, form.outcome, len(form.panel), form.child_heard, bool(form.why_not_heard), form.review_on
    )
    return replace(facts, best_interests=found, best_interests_due=False)


KIND = Kind(
    "best_interests", "Best-interests determination", FieldGroup.LEGAL, BestInterests,
    {"outcome": "family_reunion", "panel": ["child protection officer", "psychologist"],
     "options_weighed": "Grandmother's home; local foster care.", "child_heard": True,
     "views": "Wants to live with the grandmother."},
    fold_case=fold,
)
