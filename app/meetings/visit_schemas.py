"""What visits of case workers abroad take and give. References and codes; an address only where it may be told."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.casework.shapes import CountryCode, Id, RefusalOut

Code = Annotated[str, Field(max_length=40)]
Day = Annotated[date, Field(strict=False, examples=["2026-12-14"])]
Number = Annotated[str, Field(max_length=40, examples=["TH-MM-2017-7F3K2Q"])]
Office = Annotated[str, Field(max_length=64, examples=["mm-dsw"])]
Hour = Annotated[str, Field(max_length=5, examples=["10:00"])]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class VisitorIn(_In):
    """Somebody who comes: part and office, never a name."""

    part: Annotated[Code, Field(description="A role of the program.", examples=["social_worker"])]
    office: Office


class AskIn(_In):
    """A visit that is asked for."""

    host: Annotated[str, Field(max_length=2, description="The country where the people live.", examples=["TH"])]
    purpose: Annotated[Code, Field(description="A code of visit_purpose.", examples=["get_to_know"])]
    language: Annotated[Code, Field(description="A code of language.", examples=["my"])]
    days: Annotated[list[Day], Field(min_length=1, max_length=5)]
    visitors: Annotated[list[VisitorIn], Field(min_length=1, max_length=6)]
    about: Annotated[
        list[Number], Field(min_length=1, max_length=20, description="Numbers of referrals, or of inquiries.")
    ]


class EnteredIn(_In):
    """Somebody who came in, from when to when."""

    part: Code
    office: Office
    begins: Hour
    ends: Hour


class MetIn(_In):
    """Somebody who was met, and what they want, where they agreed that it is told."""

    reference: Number
    wish: Annotated[Code, Field(description="A code of visit_said, or nothing.", examples=[""])] = ""


class VisitActIn(_In):
    """What an act needs: permission, another day, a reason, a log, a remark."""

    day: Day | None = None
    begins: Annotated[Hour, Field(examples=[None])] | None = None
    ends: Annotated[Hour, Field(examples=[None])] | None = None
    place: Annotated[Code, Field(description="A code of visit_place; an office unless it says otherwise.")] = "office"
    office: Annotated[Office, Field(description="Of the host; its focal office unless it says otherwise.")] = ""
    address: Annotated[str, Field(max_length=200, description="Only where they meet in the shelter.")] = ""
    conditions: Annotated[list[Code], Field(max_length=10, description="Codes of visit_condition.")] = []
    meets: Annotated[list[Number], Field(max_length=20, description="Whom the visitors may meet.")] = []
    reason: Annotated[Code, Field(examples=[None])] | None = None
    held_on: Day | None = None
    entered: Annotated[list[EnteredIn], Field(max_length=10)] = []
    met: Annotated[list[MetIn], Field(max_length=20)] = []
    remark: Annotated[Code, Field(description="A code of visit_remark.", examples=[None])] | None = None
    words: Annotated[str, Field(max_length=600, description="No name, no story.", examples=[""])] = ""


class VisitorOut(BaseModel):
    """Somebody who comes."""

    part: str
    office: str


class PartOut(BaseModel):
    """Somebody a visit is about. refusals: at the host alone, why they are not met."""

    reference: Annotated[str, Field(examples=["TH-MM-2017-7F3K2Q"])]
    about: Annotated[str, Field(description="referral or inquiry.", examples=["referral"])]
    state: Annotated[str, Field(description="A code of visit_part_state.", examples=["agreed"])]
    may_be_met: Annotated[bool | None, Field(description="At the host alone, while the visit is to come.")]
    refusals: list[RefusalOut]
    wish: Annotated[str, Field(description="What the log tells that they want.", examples=[""])]


class GrantOut(BaseModel):
    """The permission."""

    day: date
    begins: str
    ends: str
    place: str
    office: str
    address: str
    conditions: list[str]


class EnteredOut(VisitorOut):
    """Somebody who came in."""

    begins: str
    ends: str


class LogOut(BaseModel):
    """What was. remarks: what the visitors say of it."""

    held_on: date
    entered: list[EnteredOut]
    remarks: str


class VisitReturnedOut(BaseModel):
    """Why the log came back."""

    remark: str
    words: str


class VisitActOut(BaseModel):
    """An act that is your country's from here, with what blocks it."""

    name: Annotated[str, Field(examples=["grant"])]
    title: Annotated[str, Field(examples=["Permit the visit"])]
    allowed: bool
    refusals: list[RefusalOut]


class VisitRowOut(BaseModel):
    """A visit in a list."""

    id: Id
    reference: Annotated[str, Field(examples=["MM-TH-2026-V-7F3K2Q"])]
    country: CountryCode
    host: CountryCode
    day: date
    state: Annotated[str, Field(description="A code of shelter_visit_state.", examples=["asked"])]
    ours: Annotated[bool, Field(description="Whether your country has to do the next step.")]


class VisitStandingOut(BaseModel):
    """When the next visit to a country is due, and where that comes from."""

    country: CountryCode
    every_months: int | None
    basis: Annotated[str, Field(examples=["practice"])]
    sources: list[str]
    note: str
    conflicts: list[str]
    last_on: date | None
    ask_from: date | None
    next_by: date | None
    stands: Annotated[str, Field(description="planned, quiet, due or late.", examples=["due"])]


class VisitsOut(BaseModel):
    """The visits of your country and to your country, the newest first."""

    standing: list[VisitStandingOut]
    items: list[VisitRowOut]


class VisitOut(VisitRowOut):
    """One visit. hidden: people whose referral you may not see."""

    purpose: str
    language: str
    reason: str | None
    held_on: date | None
    days: list[date]
    visitors: list[VisitorOut]
    people: list[PartOut]
    hidden: int
    grant: GrantOut | None
    log: LogOut | None
    returned: VisitReturnedOut | None
    acts: list[VisitActOut]
