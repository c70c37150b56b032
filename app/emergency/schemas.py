"""What the emergency room takes and gives."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.casework.shapes import Id, Moment, OfficeCode, Reference


class State(StrEnum):
    """Which emergency accesses a list shows."""

    OPEN = "open"
    OVER = "over"
    ALL = "all"


class Verdict(StrEnum):
    """What a review says: it was right, it needs an answer, or others must look at it."""

    JUSTIFIED = "justified"
    QUESTION = "question"
    ESCALATE = "escalate"


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class EmergencyIn(_In):
    """Which case has to be opened, and why at once: its reference as colleagues say it, or its id."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "reference": "TH-2017-7F3K2QXB",
                "reason": "She has collapsed at our gate; the doctor asks for her medication.",
                "confirm": True,
            }
        }
    )

    reference: Annotated[str, Field(pattern=r"^[A-Z]{2}-[0-9]{4}-[0-9A-Z]{4,12}$")] | None = None
    case_id: Annotated[str, Field(max_length=36)] | None = None
    reason: Annotated[
        str, Field(min_length=10, max_length=1000, description="In your own words; sealed in the history of the case.")
    ]
    why: Annotated[
        str | None, Field(max_length=40, description="Code list emergency_reason.", examples=["life_or_health"])
    ] = None
    confirm: Annotated[
        Literal[True], Field(description="That you know: the team and a reviewer are told at once, and will ask.")
    ]

    @model_validator(mode="after")
    def _names_one_case(self) -> Self:
        if (self.reference is None) == (self.case_id is None):
            raise ValueError("either reference or case_id")
        return self


class EndIn(_In):
    """The need is over."""

    model_config = ConfigDict(json_schema_extra={"example": {"note": "The ambulance has her papers."}})

    note: Annotated[str, Field(min_length=1, max_length=1000, description="Kept sealed in the history.")] | None = None


class ReviewIn(_In):
    """What a second person says of an emergency access."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"verdict": "justified", "comment": "I spoke with the hospital: it was needed."}}
    )

    verdict: Annotated[Verdict, Field(strict=False)]
    comment: Annotated[str, Field(min_length=3, max_length=4000, description="Kept sealed in the history.")]


class AnswerIn(_In):
    """What the opener says to the question of the review."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"answer": "The night shift had no key to the medicine list."}}
    )

    answer: Annotated[str, Field(min_length=10, max_length=4000, description="Kept sealed in the history.")]


class EmergencyOut(BaseModel):
    """One emergency access: whose, to which case, from when until when, and what came of it."""

    id: Id
    case_id: Id
    reference: Reference
    user_id: Id
    office: OfficeCode
    since: Moment
    until: Annotated[Moment, Field(description="When it ends by itself.")]
    ended_at: Annotated[Moment | None, Field(description="When it was ended before that.")]
    state: Annotated[State, Field(examples=["open"])]
    verdict: Annotated[Verdict | None, Field(examples=["justified"])]
    reviewed_at: Moment | None


class EmergenciesOut(BaseModel):
    """One page, newest first; ``next`` is the cursor of the following page."""

    items: list[EmergencyOut]
    next: str | None = None


class WaitingOut(EmergencyOut):
    """An emergency access that nobody has reviewed yet."""

    name: Annotated[str, Field(description="Who opened it.", examples=["Nok Srisai"])]
    unreviewed_hours: Annotated[int, Field(examples=[30])]
    alarm: Annotated[bool, Field(description="Unreviewed for longer than the policies allow.")]


class ReviewsOut(BaseModel):
    """One page of what waits for a review, the longest first."""

    items: list[WaitingOut]
    next: str | None = None


class SeenOut(BaseModel):
    """One thing that was looked at, or refused, while the access was open."""

    at: Moment
    action: Annotated[str, Field(examples=["record_opened"])]
    subject: Annotated[str, Field(examples=["case"])]
    subject_id: Id
    detail: Annotated[dict[str, Any], Field(examples=[{"kind": "needs_assessment"}])]


class ReviewOut(WaitingOut):
    """One emergency access as its reviewer judges it: the reason given, and everything that was looked at."""

    why: Annotated[str | None, Field(description="Code list emergency_reason.", examples=["life_or_health"])] = None
    reason: Annotated[str, Field(examples=["She has collapsed at our gate; the doctor asks for her medication."])]
    seen: Annotated[list[SeenOut], Field(description="Oldest first, at most 500.")]
    seen_count: int
