"""What the directory room gives: offices, border points and agreements with where each word comes from."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from app.casework.shapes import CountryCode, OfficeCode, SourceOut


class OfficeOut(BaseModel):
    """An office of any country; basis and note come from the policies (null: only in our table)."""

    code: OfficeCode
    country: CountryCode
    name: Annotated[str, Field(examples=["Border post Mae Sot"])]
    organisation: Annotated[str, Field(examples=["th-immigration"])]
    kind: Annotated[str, Field(examples=["border"])]
    level: Annotated[str, Field(examples=["local"])]
    national_focal_point: bool
    basis: Annotated[str | None, Field(examples=["practice"])]
    note: Annotated[str | None, Field(examples=["Named in no text we read."])]
    sources: Annotated[list[str], Field(examples=[["MRW-2019"]])]
    hours: Annotated[str | None, Field(examples=["08:30-16:30"], description="when somebody answers, local")] = None
    hours_stated: Annotated[bool, Field(description="the office states its hours; false: the usual ones there")] = False
    duty_phone: Annotated[str | None, Field(examples=["+66 00 000 001"])] = None


class OfficesOut(BaseModel):
    """One page of offices, by code; ``next`` is the cursor of the following page."""

    items: list[OfficeOut]
    next: str | None = None


class BorderPointOut(BaseModel):
    """A place where a person may be handed over, and the office on each side of it."""

    code: Annotated[str, Field(examples=["mae-sot-myawaddy"])]
    corridor: Annotated[str, Field(examples=["th-mm"])]
    names: Annotated[dict[str, str], Field(examples=[{"TH": "Mae Sot", "MM": "Myawaddy"}])]
    offices: Annotated[dict[str, str], Field(examples=[{"TH": "th-border-mae-sot", "MM": "mm-border-myawaddy"}])]
    usual: Annotated[bool, Field(description="the point used when nothing speaks for another")]
    basis: Annotated[str, Field(examples=["sourced"])]
    note: Annotated[str, Field(examples=[""])]
    sources: Annotated[list[str], Field(examples=[["MRW-2019"]])]


class BorderPointsOut(BaseModel):
    """The border points, by corridor and code."""

    items: list[BorderPointOut]


class InstrumentOut(BaseModel):
    """A text that carries the corridor."""

    source: SourceOut
    kind: Annotated[str, Field(examples=["mou"])]
    from_: Annotated[date, Field(alias="from", serialization_alias="from")]
    until: Annotated[date | None, Field(examples=["2020-12-31"])]
    note: Annotated[str, Field(examples=["Day unknown."])]


class ClockOut(BaseModel):
    """A time limit as it stands today; basis default: nobody we read states it."""

    value: Annotated[int, Field(examples=[45])]
    unit: Annotated[str, Field(examples=["days"])]
    basis: Annotated[str, Field(examples=["default"])]
    note: Annotated[str, Field(examples=["No public text was found."])]
    sources: list[SourceOut]


class MeetingOut(BaseModel):
    """A standing meeting; contradicting statements about its rhythm stay visible."""

    kind: Annotated[str, Field(examples=["case_management"])]
    label: Annotated[str, Field(examples=["Case management meeting"])]
    every_months: Annotated[int | None, Field(examples=[8])]
    basis: Annotated[str, Field(examples=["sourced"])]
    note: Annotated[str, Field(examples=["As one side presented it."])]
    sources: Annotated[list[str], Field(examples=[["MRW-2019"]])]
    conflicts: Annotated[list[str], Field(examples=[["The other side says quarterly (MRW-2019)."]])]


class DisclosureOut(BaseModel):
    """Which data groups may travel from which moment on, always less what the person has not agreed to."""

    offer: Annotated[list[str], Field(examples=[["needs", "age_band", "language", "corridor_plan"]])]
    after_acknowledgement: Annotated[list[str], Field(examples=[["nationality", "identity"]])]
    after_acceptance: Annotated[list[str], Field(examples=[["contact", "health"]])]


class CorridorRow(BaseModel):
    """A pair of countries that has rules of its own."""

    key: Annotated[str, Field(examples=["th-mm"])]
    countries: Annotated[list[str], Field(examples=[["TH", "MM"]])]
    in_force: Annotated[
        list[str], Field(examples=[["TH-MM-MOU-2009"]], description="sources of the instruments in force today")
    ]
    focal_offices: Annotated[dict[str, list[str]], Field(examples=[{"MM": ["mm-dor"]}])]
    border_points: Annotated[list[str], Field(examples=[["mae-sot-myawaddy"]])]


class CorridorsOut(BaseModel):
    """The corridors, by key."""

    items: list[CorridorRow]


class CorridorOut(BaseModel):
    """Everything agreed between two countries, as of a day."""

    key: Annotated[str, Field(examples=["th-mm"])]
    countries: Annotated[list[str], Field(examples=[["TH", "MM"]])]
    is_default: Annotated[bool, Field(description="this pair has no text of its own; the regional floor holds")]
    as_of: Annotated[date, Field(examples=["2017-06-12"])]
    instruments: list[InstrumentOut]
    focal_offices: Annotated[dict[str, list[str]], Field(examples=[{"MM": ["mm-dor"]}])]
    border_points: list[BorderPointOut]
    clocks: dict[str, ClockOut]
    documents: Annotated[dict[str, str], Field(examples=[{"consent": "Consent"}])]
    escalation: Annotated[dict[str, str], Field(examples=[{"reminder": "Reminder to the office"}])]
    meetings: list[MeetingOut]
    disclosure: DisclosureOut
    statistics_channel: Annotated[str | None, Field(examples=["government"])]
    note: Annotated[str, Field(examples=["All clocks are the defaults."])]
