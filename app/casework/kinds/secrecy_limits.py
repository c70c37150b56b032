"""What the person was told about secrecy before a statement: who reads it, and what cannot be promised."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, DoneOn, Entry, Kind, Long, RecordForm, Said
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts
from workflows.guards.legal import LIMITS

# What nobody may be left to find out afterwards; a talk that leaves one of them out has not explained the limits.
NEEDED = frozenset({"who_reads", "defence", "may_refuse"})


class SecrecyLimits(RecordForm):
    """OHCHR-G6.6: full warning beforehand, and no promise that cannot be kept."""

    told_on: DoneOn = Field(title=mark("On which day was it explained?"))
    points: Annotated[
        tuple[Annotated[str, Coded("secrecy_point")], ...], Field(strict=False, min_length=1, max_length=10)
    ] = Field(title=mark("What was explained?"))
    own_language: bool = Field(title=mark("In a language the person understands?"))
    understood: Said = Field(default=None, title=mark("Has the person understood it?"))
    words: Long | None = Field(default=None, title=mark("What did the person ask?"))


def fold(matter: MatterFacts, form: SecrecyLimits, entry: Entry) -> MatterFacts:
    """Explained only where it was whole, in their language, and understood."""
    whole = set(form.points) >= NEEDED and form.own_language and bool(form.understood)
    return replace(matter, flags=matter.flags - {LIMITS} | ({LIMITS} if whole else set()))


KIND = Kind(
    "secrecy_limits", "Limits of secrecy explained", FieldGroup.LEGAL, SecrecyLimits,
    {"told_on": "2026-11-22", "points": ["who_reads", "defence", "protection", "may_refuse"], "own_language": True,
     "understood": True},
    fold_matter=fold, permission="legal:follow",
)  # fmt: skip
