"""What several rooms show in the same words: refusals, next steps, timeline entries."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

# Leaves of many answers, each with the example that the API description shows.
Id = Annotated[str, Field(examples=["3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77"])]
Moment = Annotated[datetime, Field(examples=["2017-03-02T07:00:00Z"])]
Reference = Annotated[str, Field(examples=["TH-2017-7F3K2QXB"])]
CountryCode = Annotated[str, Field(examples=["TH"])]
OfficeCode = Annotated[str, Field(examples=["th-shelter-tak"])]
RoleCode = Annotated[str, Field(examples=["social_worker"])]
Version = Annotated[int, Field(examples=[7], description="Goes into If-Match or seen_version of the next change.")]


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

    subject: Annotated[str, Field(examples=["case"])]
    subject_id: Id
    seq: Annotated[int, Field(examples=[12])]
    kind: Annotated[str, Field(examples=["step"])]
    step: Annotated[str, Field(examples=["presume"])]
    actor: Annotated[
        dict[str, Any],
        Field(examples=[{"id": "3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77", "roles": ["social_worker"], "country": "TH"}]),
    ]
    details: Annotated[
        dict[str, Any], Field(examples=[{"machine": "identification", "from": "screening", "to": "presumed"}])
    ]
    happened_at: Moment
    recorded_at: Moment
    late_entry: bool
    has_note: bool = False
    note: str | None = None
    hash: Annotated[str, Field(description="SHA-256 of this entry and the one before, hex.")]


class StepIn(BaseModel):
    """A step to take: the version seen, the form, coded inputs and one's own words."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "seen_version": 7,
                "record": {"wish": "return", "voluntary": True, "options_explained": True},
                "note": "Talked through every option today.",
            }
        },
    )

    seen_version: int | None = Field(default=None, ge=1, le=999_999_999, description="or the If-Match header")
    record: dict[str, Any] | None = Field(default=None, description="the step's form; see its record kind")
    given: dict[str, str] = Field(default_factory=dict)
    note: str | None = Field(default=None, max_length=4000)
    happened_at: AwareDatetime | None = None
