"""What the oversight room gives; who could open a case is in explaining_schemas.py."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from app.casework.shapes import Id, Moment, OfficeCode, Reference, TimelineEntryOut


class VerificationOut(BaseModel):
    """What the check of hash chains found; ``fault`` is the first thing that is wrong, in words."""

    chains: Annotated[int, Field(description="Cases and referral copies checked.")]
    entries: Annotated[int, Field(examples=[118])]
    verified: Annotated[int, Field(examples=[118])]
    fault: Annotated[str | None, Field(examples=[None])]
    sentence: Annotated[str, Field(examples=["118 of 118 entries verified"])]


class LooksOut(BaseModel):
    """Everything one person did to see this case on one day (UTC): action -> how often."""

    day: date
    user_id: Id
    name: Annotated[str | None, Field(examples=["Nok Srisai"])]
    office: OfficeCode | None
    actions: Annotated[dict[str, int], Field(examples=[{"case_opened": 3, "reveal": 1}])]
    first: Moment
    last: Moment


class ChosenOut(BaseModel):
    """Entries of one sort: how many there are, and the newest of them (at most 100), oldest first."""

    count: int
    items: list[TimelineEntryOut]


class AuditOut(BaseModel):
    """One case as a supervisor audits it. ``next`` continues the timeline."""

    case_id: Id
    reference: Reference
    chain: VerificationOut
    looks: list[LooksOut]
    attempts: ChosenOut
    late_entries: ChosenOut
    missed_deadlines: ChosenOut
    corrections: ChosenOut
    timeline: list[TimelineEntryOut]
    next: str | None = None


class AttemptOut(BaseModel):
    """A step, record or act that was refused: where, by whom, why."""

    subject: Annotated[str, Field(examples=["case"])]
    subject_id: Id
    reference: Reference
    seq: int
    step: Annotated[str, Field(examples=["identify"])]
    user_id: Id
    roles: Annotated[list[str], Field(examples=[["social_worker"]])]
    office: OfficeCode
    refusals: Annotated[list[str], Field(description="Codes of the reasons.", examples=[["permission_missing"]])]
    at: Moment


class AttemptsOut(BaseModel):
    """One page of refused attempts, newest first; ``next`` is the cursor of the following page."""

    items: list[AttemptOut]
    next: str | None = None
