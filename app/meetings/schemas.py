"""What the meetings room takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.casework.shapes import Id, OfficeCode, Reference, RoleCode


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class PresentIn(_In):
    """Somebody who was there: by part and office, never by name."""

    part: Annotated[str, Field(max_length=40, examples=["social_worker"])]
    at: Annotated[str, Field(max_length=60, description="The code of an office.", examples=["th-shelter-tak"])]


class MeetingIn(_In):
    """A meeting of your office."""

    kind: Annotated[str, Field(max_length=60, description="A code of case_meeting_kind.", examples=["case_conference"])]
    held_on: Annotated[date, Field(strict=False, examples=["2026-11-20"])]
    present: Annotated[list[PresentIn], Field(min_length=1, max_length=40)]


class PresentOut(BaseModel):
    """Somebody who was there."""

    part: RoleCode
    at: OfficeCode


class MeetingOut(BaseModel):
    """One meeting of your office. cases: those discussed that you can see."""

    id: Id
    kind: Annotated[str, Field(examples=["case_conference"])]
    held_on: date
    present: list[PresentOut]
    cases: Annotated[list[Reference], Field(examples=[["TH-2026-7F3K2QAB"]])]


class MeetingsOut(BaseModel):
    """The meetings of your office, the newest first."""

    items: list[MeetingOut]


class AgendaItemOut(BaseModel):
    """One case to discuss."""

    case_id: Id
    reference: Reference
    stage: Annotated[str | None, Field(examples=["shelter"])]
    flags: Annotated[list[str], Field(examples=[["for_meeting"]])]
    late: Annotated[bool, Field(description="Something to be done about it is past its day.")]
    discussed: Annotated[bool, Field(description="It has minutes of this meeting already.")]
    consent_missing: Annotated[
        bool, Field(description="Somebody of another organisation is there, and the person has not agreed to that.")
    ]


class StuckOut(BaseModel):
    """One referral whose late duty has climbed to the agenda of a case management meeting, on either side."""

    referral_id: Id
    reference: Annotated[str, Field(examples=["TH-MM-2017-7F3K2Q"])]
    state: Annotated[str, Field(examples=["sent"], description="Code list referral_state.")]
    other_country: Annotated[str, Field(examples=["MM"])]
    task: Annotated[str, Field(examples=["await_seen"], description="The duty that is late (task_kind).")]
    due_at: datetime
    rung: Annotated[str, Field(examples=["case_management_meeting"], description="The last rung that rang.")]


class AgendaOut(BaseModel):
    """What a meeting has to discuss within your reach: flagged for a meeting first, then other flags, then late.

    referrals: of a case management meeting, those that hang for so long that they belong there.
    """

    meeting: MeetingOut
    items: list[AgendaItemOut]
    referrals: list[StuckOut]
