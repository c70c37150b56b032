"""What the doors of a case's matters take and give."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.casework.shapes import Id, NextStepOut, StepIn, Version

Day = Annotated[date, Field(examples=["2017-03-02"])]


class MatterIn(StepIn):
    """A matter to open: the step that opens it with its form. Its id is given by the house."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "machine": "service",
                "step": "request_service",
                "seen_version": 7,
                "record": {
                    "service_kind": "health",
                    "asked_for": "A first check by a nurse who speaks Burmese.",
                    "urgent": True,
                    "provider_office": "th-shelter-tak",
                    "person_agrees": True,
                },
            }
        },
    )

    machine: Annotated[str, Field(max_length=40)]
    step: Annotated[str, Field(max_length=40)]


class MatterOut(BaseModel):
    """One of the many things open on a case: a request for a service, a claim, a proceeding."""

    id: Id
    machine: Annotated[str, Field(examples=["service"])]
    state: Annotated[str, Field(examples=["asked"])]
    open: bool
    about: Annotated[str, Field(examples=["health"], description="A code of the list that the machine names.")]
    office: Annotated[str | None, Field(examples=["th-shelter-tak"], description="Who has to answer.")]
    due: Day | None
    opened_on: Day
    changed_on: Day
    ended_on: Day | None
    claimed: Annotated[int | None, Field(description="What a claim asked for, in whole units, as all amounts here.")]
    amount: Annotated[int | None, Field(description="What is due: awarded, granted, or the cost.")]
    paid: int | None
    currency: Annotated[str | None, Field(examples=["THB"])]
    concerns: Annotated[date | None, Field(examples=[None], description="The day, or first day, a claim concerns.")]
    days: Annotated[int | None, Field(examples=[None], description="For how many days.")]
    paid_on: Annotated[date | None, Field(examples=[None])]
    flags: Annotated[list[str], Field(examples=[["agreed", "reason.no_capacity"]])]
    by: Annotated[str, Field(description="The account that opened it.")]
    decided_by: str | None
    next_steps: list[NextStepOut]


class CaseMattersOut(BaseModel):
    """The matters of a case that your field groups let you see, oldest first, and the steps that open new ones."""

    version: Version
    items: list[MatterOut]
    openings: list[NextStepOut]


class MatterMovedOut(BaseModel):
    """A matter as it is now, and the version of its case."""

    version: Version
    matter: MatterOut
