"""What is told inside about files of synthetic records: what may be made, what was spent, how true a file is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.casework.shapes import Moment, SourceOut

__all__ = ["BudgetOut", "ErrorOut", "MakingOut", "MicroFileOut", "MicrodataOut"]

Epsilon = Annotated[float, Field(examples=[2.0], description="Of differential privacy, for one person more or less.")]


class MicroFileOut(BaseModel):
    """A file that may be made, as it is declared."""

    name: Annotated[str, Field(examples=["identified"])]
    title: Annotated[str, Field(examples=["Identified persons, as synthetic records"])]
    what: Annotated[str, Field(examples=["persons identified in the year"])]
    epsilon: Epsilon
    delta: float
    columns: Annotated[list[str], Field(examples=[["yearOfRegistration", "gender"]])]
    marginals: Annotated[list[list[str]], Field(examples=[[["sex", "age_band"]]])]
    smallest: Annotated[int, Field(description="Of fewer people, counted with noise, no file is made.", examples=[50])]
    readable: bool


class ErrorOut(BaseModel):
    """How far a file is from the truth in one of its marginals; never part of the file."""

    marginal: Annotated[list[str], Field(description="Its dimensions; none: the number of people.")]
    cells: int
    true_people: int
    file_records: int
    mean: Annotated[float, Field(description="How many people a cell is off, on average.")]
    most: int
    misplaced: Annotated[float, Field(description="The share of people who stand in another cell than in truth.")]
    noise: Annotated[float, Field(description="How far the noisy counts were off, on average.")]


class MakingOut(BaseModel):
    """One making of a file, and what it took from the year's budget."""

    report: Annotated[str, Field(examples=["identified"])]
    period: Annotated[str, Field(examples=["2025"])]
    number: Annotated[int, Field(examples=[1])]
    epsilon: Epsilon
    delta: float
    agreed_at: Moment
    counted_at: Moment | None
    state: Annotated[
        Literal["agreed", "counted", "released"], Field(description="agreed: nothing was counted yet, and it is paid.")
    ]
    why: str
    errors: Annotated[list[ErrorOut] | None, Field(description="For those who release; null for others.")] = None


class BudgetOut(BaseModel):
    """The privacy budget of the people of one year. It is never renewed."""

    period: Annotated[str, Field(examples=["2025"])]
    epsilon: Epsilon
    delta: float
    spent: Annotated[float, Field(examples=[2.0])]
    left: Annotated[float, Field(examples=[2.0])]


class MicrodataOut(BaseModel):
    """Files of synthetic records, the budgets of the years of which there are any, and the one asked for."""

    files: list[MicroFileOut]
    budgets: list[BudgetOut]
    makings: list[MakingOut]
    note: str
    source: SourceOut
    installed: Annotated[bool, Field(description="Whether the library is there; without it nothing is made.")]
    install: Annotated[str, Field(examples=["pip install 'waymark[microdata]'"])]
