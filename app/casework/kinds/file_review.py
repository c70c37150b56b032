"""What of the person's data may go to those who ask for it, and what is taken out before."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts
from workflows.guards.files import CLEARED, HEALTH_AGREED, HELD_BACK, MAY, OUT, named, without

Groups = Annotated[tuple[Annotated[str, Coded("data_group")], ...], Field(strict=False, max_length=20)]
Left = Annotated[tuple[Annotated[str, Coded("file_left_out")], ...], Field(strict=False, max_length=10)]


class FileReview(RecordForm):
    """OHCHR-G6.6, by somebody who did not take the request in."""

    answer: Annotated[str, Coded("file_answer")] = Field(title=mark("What may be given?"))
    data_groups: Groups = Field(default=(), title=mark("Which data may be given?"))
    left_out: Left = Field(
        default=(),
        title=mark("What is taken out?"),
        description=mark("Where the person stays, and other persons, always."),
    )
    health_agreed: bool | None = Field(
        default=None, title=mark("Has the person agreed that health data go into this proceeding?")
    )
    reasons: Long = Field(title=mark("What are the reasons?"))


def fold(matter: MatterFacts, form: FileReview, entry: Entry) -> MatterFacts:
    """The newest review counts; the reasons stay in the record."""
    kept = without(matter, MAY, OUT) - {CLEARED, HELD_BACK, HEALTH_AGREED}
    kept |= {HELD_BACK if form.answer == "refused" else CLEARED} | ({HEALTH_AGREED} if form.health_agreed else set())
    return replace(matter, flags=kept | named(MAY, form.data_groups) | named(OUT, form.left_out))


KIND = Kind(
    "file_review", "Review of what may be given", FieldGroup.LEGAL, FileReview,
    {"answer": "given_in_part", "data_groups": ["needs", "language"],
     "left_out": ["safe_address", "other_persons", "health"],
     "reasons": "The order names the time in the factory; the clinic and the shelter are no part of it."},
    fold_matter=fold, permission="legal:review",
)  # fmt: skip
