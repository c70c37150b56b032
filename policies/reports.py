"""What a statistics table declares, and how many people a country has for figures that are told per head."""

from __future__ import annotations

from datetime import date as Day
from typing import Annotated, Literal, Self

from pydantic import Field, StrictInt, model_validator

from policies.terms import FrozenMap, Policy, Text

__all__ = ["AsOf", "PopulationFigure", "Report", "Revision", "SmallestCell", "Unit"]

# What one of a table is. Figures in different units are never added, and a population counts in one unit only.
Unit = Literal["person", "case", "referral", "return", "decision", "claim"]
Period = Literal["year", "quarter", "day"]


class AsOf(Policy):
    """Which date puts somebody into a period. ``by`` day: who was there on that day, whenever they came."""

    date: Text
    by: Period = "year"


class Revision(Policy):
    """Which wording of the declaration this is, since when, and what was changed with it."""

    number: Annotated[StrictInt, Field(ge=1)]
    date: Day
    changed: Text


class SmallestCell(Policy):
    """Below this no figure is told: to the public, and inside to somebody who may not open the cases (CTDC-K11).

    A declaration may ask for more than 11 and 5, never for less.
    """

    public: Annotated[StrictInt, Field(ge=11)]
    inside: Annotated[StrictInt, Field(ge=5)]

    @model_validator(mode="after")
    def _public_is_stricter(self) -> Self:
        if self.public < self.inside:
            raise ValueError("the public is told no smaller figure than the house")
        return self


class Report(Policy):
    """A statistics table: what is counted, by what, in which unit, and which day counts.

    what: the unit in a reader's words. counts: the population (policies/populations.py). filters, channel: which of it;
    no other choice is ever offered, for two tables that differ by one person tell that person. per: figures also for
    each hundred thousand people of the country.
    """

    name: str
    title: Text
    unit: Unit
    what: Text
    counts: Text
    dimensions: tuple[str, ...] = Field(min_length=1, max_length=5)
    filters: FrozenMap[tuple[str, ...]] = Field(default_factory=dict)
    channel: tuple[str, ...] = ()
    as_of: AsOf
    revision: Revision
    smallest_cell: SmallestCell
    per: Literal["population"] | None = None
    roles: tuple[str, ...] = Field(min_length=1)
    sources: tuple[str, ...] = Field(min_length=1)
    note: str = ""

    @property
    def spans_years(self) -> bool:
        """Whether several years may stand side by side in it."""
        return self.as_of.by == "year" and "year" in self.dimensions


class PopulationFigure(Policy):
    """How many people a country had in a year, and who says so."""

    year: Annotated[StrictInt, Field(ge=1990, le=2100)]
    people: Annotated[StrictInt, Field(ge=1)]
    says: Text
    note: str = ""
