"""What the authority decided about a penalty."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from app.casework.forms import DoneOn, Entry, Kind, Long, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, MatterFacts
from workflows.matter import HELD


class PenaltyOutcome(RecordForm):
    """Lifted or upheld, as the step says; the person is told in a language they understand (WM-REASONS)."""

    decided_on: DoneOn = Field(title=mark("On which day did the authority decide?"))
    held_now: bool = Field(title=mark("Is the person still held because of it?"))
    person_told: bool = Field(title=mark("Has the person been told, in a language they understand?"))
    words: Long | None = Field(default=None, title=mark("What did the authority say?"))


def fold_case(facts: CaseFacts, form: PenaltyOutcome, entry: Entry) -> CaseFacts:
    """Whether the person is held now; another penalty may hold them all the same (projection.after_matter_step)."""
    return replace(facts, detained=form.held_now)


def fold(matter: MatterFacts, form: PenaltyOutcome, entry: Entry) -> MatterFacts:
    """Whether this penalty holds the person."""
    return replace(matter, flags=matter.flags - {HELD} | ({HELD} if form.held_now else set()))


KIND = Kind(
    "penalty_outcome", "Decision about a penalty", FieldGroup.LEGAL, PenaltyOutcome,
    {"decided_on": "2026-11-23", "held_now": False, "person_told": True}, fold_case=fold_case, fold_matter=fold,
    permission="legal:follow",
)  # fmt: skip
