"""Why a claim ends before it is paid in full."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows import claims
from workflows.facts import MatterFacts


class RemedyEnd(RecordForm):
    """What was paid until then stays on record."""

    end: Annotated[str, Coded("remedy_end")] = Field(title=mark("Why does the claim end?"))
    reasons: Long | None = Field(
        default=None,
        title=mark("Explain it"),
        description=mark("What was tried, and why nothing more can be collected."),
    )
    person_told: bool = Field(title=mark("Has the person been told?"))


def fold(matter: MatterFacts, form: RemedyEnd, entry: Entry) -> MatterFacts:
    """The reason as a coded flag, and whether it is explained and told."""
    told = claims.coded(matter, "end", form.end)
    return claims.flagged(told, **{claims.EXPLAINED: form.reasons is not None, claims.TOLD: form.person_told})


KIND = Kind(
    "remedy_end", "End of a claim", FieldGroup.LEGAL, RemedyEnd,
    {"end": "unenforceable", "reasons": "The employer has left the country and owns nothing here.",
     "person_told": True},
    fold_matter=fold, permission="remedy:pursue",
)  # fmt: skip
