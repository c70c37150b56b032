"""What the statistics room gives: a table with its unit, its source and the moment it was counted."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.casework.shapes import CountryCode, Moment, SourceOut
from policies.reports import Unit

Title = Annotated[str, Field(examples=["People assisted in government shelters"])]
What = Annotated[str, Field(description="What is counted, in words.", examples=["persons admitted in the year"])]
OneOf = Annotated[Unit, Field(description="What one of the table is. Figures in different units are never added.")]
Dimensions = Annotated[list[str], Field(examples=[["nationality", "sex"]])]


class CellOut(BaseModel):
    """One figure; ``count`` is null where it is not told."""

    key: Annotated[
        dict[str, str],
        Field(examples=[{"nationality": "MM", "exploitation": "ForcedLabour", "age_band": "18+", "sex": "M"}]),
    ]
    count: Annotated[int | None, Field(examples=[59])]
    suppressed: bool
    rate: Annotated[float | None, Field(description="For each 100,000 people of the country.")] = None


class MarginOut(BaseModel):
    """The sum of all cells with this value in this dimension."""

    dimension: Annotated[str, Field(examples=["nationality"])]
    value: Annotated[str, Field(examples=["MM"])]
    count: Annotated[int | None, Field(examples=[119])]
    suppressed: bool
    rate: float | None = None


class RevisionOut(BaseModel):
    """Which wording of the declaration was counted by."""

    number: Annotated[int, Field(examples=[2])]
    date: date
    changed: str


class PerOut(BaseModel):
    """What rates are worked out with, or why there are none."""

    people: Annotated[int | None, Field(description="People of the country; null where nobody has put it in.")]
    says: Annotated[str, Field(description="Whose figure that is, or why there is none.")]


class TableOut(BaseModel):
    """A table as it stands at a moment. Figures of different tables must not be added."""

    report: Annotated[str, Field(examples=["th-shelters"])]
    title: Title
    unit: OneOf
    what: What
    country: CountryCode
    period: Annotated[str, Field(examples=["2017"])]
    counted_by: Annotated[str, Field(description="The date that puts one into the period.", examples=["opened_on"])]
    channel: Annotated[list[str], Field(examples=[["shelter"]])]
    as_of: Moment
    dimensions: Dimensions
    cells: list[CellOut]
    margins: list[MarginOut]
    total: Annotated[int | None, Field(description="null where it would betray a suppressed figure")]
    total_rate: float | None = None
    suppressed_cells: int
    smallest_cell: Annotated[int, Field(description="Below it nothing is told; 1: all is told.", examples=[11])]
    sources: list[SourceOut]
    note: Annotated[str, Field(examples=["Admitted is not identified and not returned."])]
    revision: RevisionOut
    per: PerOut | None = None


class ReportOut(BaseModel):
    """A table that can be asked for."""

    name: Annotated[str, Field(examples=["returns"])]
    title: Title
    unit: OneOf
    what: What
    by: Annotated[Literal["year", "quarter", "day"], Field(description="The shape of its periods.")]
    dimensions: Dimensions
    readable: bool


class ReportsOut(BaseModel):
    """The tables, by name."""

    items: list[ReportOut]


class ReleaseOut(BaseModel):
    """A release of a table to the public; its bytes never change."""

    report: Annotated[str, Field(examples=["th-shelters"])]
    period: Annotated[str, Field(examples=["2017"])]
    number: Annotated[int, Field(description="1 for the first, then one more for each correction.")]
    released_at: Moment
    counted_at: Moment
    sha256: Annotated[str, Field(description="Of the bytes of the file.", examples=["9f86d081884c7d65" * 4])]
    why: Annotated[str, Field(description="Of a later release: what was corrected.")]
    newest: bool
    media: Annotated[str, Field(description="The kind of file.", examples=["application/json", "application/zip"])]


class ReleasesOut(BaseModel):
    """The releases of the country, the newest first."""

    items: list[ReleaseOut]


class ReleaseIn(BaseModel):
    """A table of a period that is to become public."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"report": "th-shelters", "period": "2017", "why": ""}}
    )

    report: Annotated[str, Field(min_length=1, max_length=60)]
    period: Annotated[str, Field(min_length=4, max_length=20, pattern=r"^[0-9Q.-]+$")]
    why: Annotated[
        str, Field(max_length=300, description="Of a later release: what was corrected. It is public: name nobody.")
    ] = ""
