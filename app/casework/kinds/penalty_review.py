"""Whether what the person is punished for follows from having been trafficked, with written reasons."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts
from workflows.guards.legal import LINK


class PenaltyReview(RecordForm):
    """OHCHR-P7: asks about the act, never about guilt, and never whether the person helps the police."""

    link: Annotated[str, Coded("penalty_link")] = Field(
        title=mark("Does the act follow from the trafficking?"),
        description=mark("Where it is not clear, the person is spoken for."),
    )
    reasons: Long = Field(title=mark("What are the reasons?"))


def fold(matter: MatterFacts, form: PenaltyReview, entry: Entry) -> MatterFacts:
    """The answer as a code; the reasons stay in the record."""
    kept = {flag for flag in matter.flags if flag.partition(".")[0] != LINK}
    return replace(matter, flags=frozenset({*kept, f"{LINK}.{form.link}"}))


KIND = Kind(
    "penalty_review", "Review of a penalty", FieldGroup.LEGAL, PenaltyReview,
    {"link": "direct", "reasons": "The calls were made under guard and threat, in the building where they were held."},
    fold_matter=fold, permission="legal:review",
)  # fmt: skip
