"""A person is missing: when they were last seen, how it came about, and how great the danger is."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, DoneOn, Entry, Kind, Long, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts


class MissingReport(RecordForm):
    """What the search needs. Going away is no offence: the search is for the person's safety (OHCHR-G1.5)."""

    last_seen_on: DoneOn = Field(title=mark("When was the person last seen?"))
    circumstance: Annotated[str, Coded("missing_circumstance")] = Field(title=mark("How did it come about?"))
    level: Annotated[str, Coded("risk_level")] = Field(title=mark("How great is the danger?"))
    with_papers_or_phone: bool | None = Field(
        default=None, title=mark("Has the person taken papers or a phone along?")
    )
    last_seen: Long | None = Field(default=None, title=mark("Where and with whom was the person last seen?"))


def fold(facts: CaseFacts, form: MissingReport, entry: Entry) -> CaseFacts:
    """The person is missing until a report says otherwise."""
    return replace(facts, missing=True)


KIND = Kind(
    "missing_report", "Report of a missing person", FieldGroup.RISK, MissingReport,
    {"last_seen_on": "2026-11-22", "circumstance": "did_not_return", "level": "high"}, fold_case=fold,
)
