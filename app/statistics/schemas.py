"""What the statistics room gives: a table with its unit, its source and the moment it was counted."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from app.casework.shapes import CountryCode, Moment, SourceOut


class CellOut(BaseModel):
    """One figure; ``persons`` is null where too few people stand behind it."""

    key: Annotated[
        dict[str, str],
        Field(examples=[{"nationality": "MM", "exploitation": "ForcedLabour", "age_band": "18+", "sex": "M"}]),
    ]
    persons: Annotated[int | None, Field(examples=[59])]
    suppressed: bool


class TableOut(BaseModel):
    """A table as it stands at a moment. Figures of different tables must not be added."""

    report: Annotated[str, Field(examples=["th-shelters"])]
    title: Annotated[str, Field(examples=["People assisted in government shelters"])]
    unit: Annotated[str, Field(examples=["persons admitted in the year"])]
    country: CountryCode
    year: Annotated[int, Field(examples=[2017])]
    as_of: Moment
    dimensions: Annotated[list[str], Field(examples=[["nationality", "sex"]])]
    cells: list[CellOut]
    total: Annotated[int | None, Field(description="null where it would betray a suppressed figure")]
    suppressed_cells: int
    smallest_cell: Annotated[int, Field(examples=[11])]
    sources: list[SourceOut]
    note: Annotated[str, Field(examples=["Admitted is not identified and not returned."])]


class ReportOut(BaseModel):
    """A table that can be asked for."""

    name: Annotated[str, Field(examples=["returns"])]
    title: Annotated[str, Field(examples=["People returned through the official channel"])]
    unit: Annotated[str, Field(examples=["persons received in the year"])]
    dimensions: Annotated[list[str], Field(examples=[["from_country", "to_country", "year"]])]
    readable: bool


class ReportsOut(BaseModel):
    """The tables, by name."""

    items: list[ReportOut]
