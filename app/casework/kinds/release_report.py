"""A person who was held is free: somebody has seen them, and how they are."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from app.casework.forms import DoneOn, Entry, Kind, Long, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, MatterFacts
from workflows.matter import HELD


class ReleaseReport(RecordForm):
    """OHCHR-G2.6: held nowhere any more; what happened while they were held may be a new harm."""

    released_on: DoneOn = Field(title=mark("On which day was the person released?"))
    seen_alone: bool = Field(title=mark("Was the person spoken with alone, in a safe place?"))
    health_looked_at: bool = Field(title=mark("Has somebody looked at the person's health?"))
    words: Long | None = Field(default=None, title=mark("What does the person want now?"))


def fold_case(facts: CaseFacts, form: ReleaseReport, entry: Entry) -> CaseFacts:
    """The person is free, unless another penalty holds them (projection.after_matter_step)."""
    return replace(facts, detained=False)


def fold(matter: MatterFacts, form: ReleaseReport, entry: Entry) -> MatterFacts:
    """By this detention nobody is held any more."""
    return replace(matter, flags=matter.flags - {HELD})


KIND = Kind(
    "release_report", "Report of a release", FieldGroup.LEGAL, ReleaseReport,
    {"released_on": "2026-11-23", "seen_alone": True, "health_looked_at": True}, fold_case=fold_case, fold_matter=fold,
    permission="legal:follow",
)  # fmt: skip
