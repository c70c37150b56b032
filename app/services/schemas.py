"""What the services room takes and gives: codes and days, and no name."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.casework.shapes import Id, Moment, OfficeCode

Code = Annotated[str, Field(min_length=1, max_length=40)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ServiceOut(BaseModel):
    """One request for a service, as both offices see it: what one must know to answer, nothing that leads to anybody.

    case_reference and matter_id: only for those who may open the case.
    """

    id: Id
    number: Annotated[str, Field(examples=["S-7F3K2Q"])]
    ours: Annotated[bool, Field(description="Whether the reader's office is the one that is asked.")]
    from_office: OfficeCode
    to_office: OfficeCode
    kind: Annotated[str, Field(examples=["health"], description="A code of service_kind.")]
    urgent: bool
    age_band: Annotated[str, Field(examples=["18+"])]
    child: bool
    sex: Annotated[str, Field(examples=["F"])]
    language: Annotated[str, Field(examples=["my"])]
    wanted_by: Annotated[date | None, Field(examples=["2027-02-01"])]
    state: Annotated[str, Field(examples=["asked"], description="A code of service_state.")]
    late: bool
    consent_gone: Annotated[bool, Field(description="Whether the person no longer agrees to what the provider knows.")]
    asked_at: Moment
    answer_by: Moment
    reason: Annotated[str | None, Field(examples=[None], description="Of service_decline_reason or _stop_reason.")]
    appointment_on: Annotated[date | None, Field(examples=[None])]
    appointment_time: Annotated[str | None, Field(examples=[None], description="A code of appointment_time.")]
    appointment_place: Annotated[str | None, Field(examples=[None], description="A code of appointment_place.")]
    outcome: Annotated[str | None, Field(examples=[None], description="A code of service_result.")]
    answered_at: Moment | None
    ended_at: Moment | None
    case_reference: Annotated[str | None, Field(examples=[None])]
    matter_id: Annotated[str | None, Field(examples=[None])]


class ServicesOut(BaseModel):
    """What the reader's office is asked, and what it has asked of others; the most pressing first."""

    asked_of_us: list[ServiceOut]
    sent: list[ServiceOut]


class ServiceAcceptIn(_In):
    """When and where the person is seen, if that is known; who asked tells the person."""

    appointment_on: Annotated[date | None, Field(strict=False, examples=["2027-02-01"])] = None
    appointment_time: Annotated[Code | None, Field(examples=["t0930"], description="A code of appointment_time.")] = (
        None
    )
    appointment_place: Annotated[
        Code | None, Field(examples=["with_provider"], description="A code of appointment_place.")
    ] = None


class ServiceDeclineIn(_In):
    """Why the office declines."""

    reason: Annotated[Code, Field(examples=["no_capacity"], description="A code of service_decline_reason.")]


class ServiceDoneIn(_In):
    """What came of it, as the provider sees it."""

    outcome: Annotated[Code, Field(examples=["reached"], description="A code of service_result.")]
