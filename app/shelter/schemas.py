"""What the shelter room takes and gives: beds by group, requests without a name, the board of a house."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.casework.shapes import Id, Moment, OfficeCode, RefusalOut, Version

Code = Annotated[str, Field(min_length=1, max_length=30)]
BedsId = Annotated[str, Field(max_length=36, examples=["5d1c7a10-1c7e-4d0b-8a55-2f6b9c3d4e5f"])]
Sex = Annotated[str, Field(examples=["F"], description="A code of bed_sex.")]
Ages = Annotated[str, Field(examples=["adult"], description="A code of bed_ages.")]
Need = Annotated[str, Field(examples=["none"], description="A code of bed_need.")]
Day = Annotated[date | None, Field(examples=[None])]
Count = Annotated[int, Field(examples=[4])]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class BedsIn(_In):
    """A group of beds: how many, for whom, and whether they are closed for a time."""

    sex: Annotated[Code, Field(examples=["F"], description="A code of bed_sex.")]
    ages: Annotated[Code, Field(examples=["adult"], description="A code of bed_ages.")]
    need: Annotated[Code, Field(examples=["none"], description="A code of bed_need.")] = "none"
    beds: Annotated[int, Field(ge=0, le=999, examples=[6])]
    closed_reason: Annotated[Code | None, Field(examples=[None], description="A code of bed_closed_reason.")] = None
    closed_from: Annotated[date | None, Field(strict=False, examples=[None])] = None
    closed_until: Annotated[date | None, Field(strict=False, examples=[None], description="The last day.")] = None


class BedsChangeIn(BedsIn):
    """The same group as it is from now on."""

    seen_version: Annotated[int | None, Field(ge=1, le=999_999_999, examples=[1], description="or If-Match")] = None


class BedsOut(BaseModel):
    """A group of beds and how it stands now. ``out`` and ``missing`` are among those who stay."""

    id: Id
    office_id: Id
    version: Version
    sex: Sex
    ages: Ages
    need: Need
    beds: Count
    staying: Count
    held: Count
    out: Count
    missing: Count
    leaving_soon: Count
    free: Count
    closed: bool
    closed_reason: Annotated[str | None, Field(examples=[None])]
    closed_from: Day
    closed_until: Day


class BedRequestOut(BaseModel):
    """A bed asked for, as the shelter sees it: what it must know to answer, and nothing that leads to the person."""

    id: Id
    number: Annotated[str, Field(examples=["B-7F3K2Q"])]
    shelter: OfficeCode
    age_band: Annotated[str, Field(examples=["18+"])]
    sex: Sex
    language: Annotated[str, Field(examples=["my"])]
    ages: Ages
    need: Need
    urgency: Annotated[str, Field(examples=["tonight"])]
    asked_at: Moment
    answer_by: Moment
    likely_until: Day
    state: Annotated[str, Field(examples=["asked"])]
    reason: Annotated[str | None, Field(examples=[None])]
    beds_id: Annotated[str | None, Field(examples=[None])]
    held_until: Moment | None
    moved_in_at: Moment | None
    ended_at: Moment | None
    out: bool
    out_until: Day
    missing: bool


class BedRequestsOut(BaseModel):
    """Requests, the newest first."""

    items: list[BedRequestOut]


class ShelterOut(BaseModel):
    """A shelter and what it has today."""

    id: Id
    shelter: OfficeCode
    name: Annotated[str, Field(examples=["Ministry shelter, a province"])]
    beds: Count
    taken: Count
    free: Count
    waiting: Count


class SheltersOut(BaseModel):
    """The shelters within reach."""

    items: list[ShelterOut]


class BoardOut(BaseModel):
    """A house today: its beds by group, who asks, and who stays, by the number of the request alone."""

    shelter: ShelterOut
    groups: list[BedsOut]
    waiting: list[BedRequestOut]
    inside: list[BedRequestOut]


class OfferOut(BaseModel):
    """A shelter that could be asked for the person of a case, and what speaks against it."""

    shelter: OfficeCode
    name: Annotated[str, Field(examples=["Ministry shelter, a province"])]
    free: Annotated[int, Field(examples=[2], description="Free beds that fit the person.")]
    refusals: list[RefusalOut]


class CaseBedsOut(BaseModel):
    """The requests of a case, the newest first, and the shelters that could be asked."""

    requests: list[BedRequestOut]
    offers: list[OfferOut]


class BedAskIn(_In):
    """Which shelter is asked, and what the person needs. Age, sex and language are taken from the case."""

    shelter: Annotated[str, Field(min_length=1, max_length=64, examples=["th-shelter-tak"])]
    need: Annotated[Code, Field(examples=["none"], description="A code of bed_need.")] = "none"
    family: Annotated[bool, Field(description="The person stays together with their own family.")] = False
    urgency: Annotated[Code, Field(examples=["tonight"], description="A code of bed_urgency.")]
    likely_until: Annotated[date | None, Field(strict=False, examples=[None])] = None


class ConfirmIn(_In):
    """In which group of beds one is held."""

    beds_id: BedsId


class DeclineIn(_In):
    """Why there is no bed."""

    why: Annotated[Code, Field(examples=["full"], description="A code of bed_decline_reason.")]
