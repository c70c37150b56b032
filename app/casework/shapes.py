"""What several rooms show in the same words: refusals, next steps, timeline entries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class SourceOut(BaseModel):
    """An instrument that demands something."""

    id: str
    title: str
    asks: str


class RefusalOut(BaseModel):
    """One reason why a step is blocked, in six parts: what, why, how to mend, who, which source, whether it bends."""

    code: str
    missing: str
    why: str
    mend: str
    who: list[str]
    overridable: bool
    sources: list[SourceOut]


class NextStepOut(BaseModel):
    """A step the actor's role could take from here."""

    machine: str
    step: str
    title: str
    allowed: bool
    form: str | None = None
    form_required: bool = False
    given: dict[str, str] = Field(default_factory=dict)
    refusals: list[RefusalOut] = Field(default_factory=list)


class TimelineEntryOut(BaseModel):
    """One entry of a timeline, rendered from the bytes that were hashed."""

    subject: str
    subject_id: str
    seq: int
    kind: str
    step: str
    actor: dict[str, Any]
    details: dict[str, Any]
    happened_at: datetime
    recorded_at: datetime
    late_entry: bool
    has_note: bool = False
    note: str | None = None
    hash: str


class StepIn(BaseModel):
    """A step to take: the version seen, the form, coded inputs and one's own words."""

    model_config = ConfigDict(extra="forbid")

    seen_version: int | None = Field(default=None, ge=1, description="or the If-Match header")
    record: dict[str, Any] | None = Field(default=None, description="the step's form; see its record kind")
    given: dict[str, str] = Field(default_factory=dict)
    note: str | None = Field(default=None, max_length=4000)
    happened_at: AwareDatetime | None = None
