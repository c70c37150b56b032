"""What the directory of contacts takes and gives."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.casework.contacts import EntrySaid
from app.casework.shapes import CountryCode, Id, Moment, OfficeCode, Version

Code = Annotated[str, Field(max_length=64)]
Hours = Annotated[str, Field(max_length=20, examples=["08:30-16:30"])]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ContactIn(_In):
    """An office of the own country as others reach it. Deputies are an office and a role, never a name."""

    office: Annotated[Code, Field(examples=["th-datip"])]
    kinds: Annotated[list[Code], Field(max_length=12, examples=[["referral"]], description="Codes of contact_kind.")]
    points: Annotated[list[Code], Field(max_length=40, description="Border points at which it hands over.")] = []
    places: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=60)]],
        Field(max_length=60, examples=[["Kayin State"]], description="Provinces or districts; none: all of them."),
    ] = []
    hours: Annotated[dict[Code, Hours], Field(description="Weekday -> from and until, in the office's own time.")] = {}
    phone: Annotated[str, Field(max_length=40, examples=["+66 00 000 001"])] = ""
    other_way: Annotated[str, Field(max_length=120, examples=["Radio of the border post, channel 4"])] = ""
    languages: Annotated[list[Code], Field(max_length=20, examples=[["th", "en"]])] = []
    deputy_office: Code = ""
    deputy_role: Code = ""
    valid_from: Annotated[date, Field(examples=["2026-11-26"])]
    valid_until: Annotated[date | None, Field(examples=[None])] = None
    seen_version: Annotated[int | None, Field(ge=1, le=999_999_999, description="or the If-Match header")] = None


class SeenIn(_In):
    """Which version was looked at."""

    seen_version: Annotated[int | None, Field(ge=1, le=999_999_999, description="or the If-Match header")] = None


class FoundIn(_In):
    """What was found when a contact of another country was tried. result: a code of contact_result."""

    result: Annotated[Code, Field(examples=["answers"])]
    on: Annotated[date | None, Field(examples=["2026-11-26"], description="Today, if left out.")] = None
    seen_version: Annotated[int | None, Field(ge=1, le=999_999_999, description="or the If-Match header")] = None


class FoundOut(BaseModel):
    """What a country found, and of which version."""

    country: CountryCode
    version: Version
    result: Annotated[str, Field(examples=["answers"])]
    on: Annotated[date, Field(examples=["2026-11-26"])]
    by_role: Annotated[str, Field(examples=["national_focal_point"])]


class DutyOut(BaseModel):
    """Whether somebody is on duty now; until when, or from when on."""

    open: bool
    until: Moment | None = None
    opens: Moment | None = None


class ContactOut(BaseModel):
    """One entry: what its country says, when it was checked, and what the other side found."""

    id: Id
    country: CountryCode
    version: Version
    office: OfficeCode
    office_name: str
    said: EntrySaid
    valid: Annotated[bool, Field(description="whether it counts today")]
    out_of_date: Annotated[bool, Field(description="not checked for longer than the clock")]
    own: Annotated[bool, Field(description="whether your country keeps it")]
    duty: DutyOut
    found: list[FoundOut]
    told_at: Moment


class ContactsOut(BaseModel):
    """The contacts of a corridor, both sides."""

    items: list[ContactOut]
