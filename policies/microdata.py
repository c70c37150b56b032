"""What a file of synthetic records declares: its columns, what is counted with noise for it, and its privacy budget."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StrictInt, model_validator

from policies.reports import Revision
from policies.terms import FrozenMap, Policy, Text

__all__ = ["Budget", "MicroColumn", "MicroFile", "Microdata"]


class Budget(Policy):
    """How much may be told: epsilon and delta of differential privacy, for one person more or less."""

    epsilon: Annotated[float, Field(gt=0, le=20)]
    delta: Annotated[float, Field(ge=0, lt=0.001)] = 0

    @model_validator(mode="after")
    def _laplace_alone(self) -> Self:
        # The one mechanism there is spends none; a delta that nothing spends would only look like a promise.
        if self.delta:
            raise ValueError("laplace spends no delta: write 0")
        return self


class MicroColumn(Policy):
    """One dimension of the population in the columns of a view.

    list: a list of the view, whose words (one column) or flags (several) are written. codes: the same said here, where
    the view has no list. What neither says is left empty, so that the values a file can have stand before anybody is
    counted.
    """

    dimension: Text
    columns: tuple[Text, ...] = Field(min_length=1)
    list: str | None = None
    codes: FrozenMap[Text] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if bool(self.list) == bool(self.codes):
            raise ValueError("a column says either a list of the view or codes")
        if self.codes and len(self.columns) > 1:
            raise ValueError("codes fill one column; several need a list")
        return self


class MicroFile(Policy):
    """A file of synthetic records of the people of one year.

    counts, date, filters: whom, as in a report. standard, view: whose columns (standards/). marginals: which dimensions
    are counted together, in an order in which records can be drawn. smallest: of fewer people, counted with noise, no
    file is made.
    """

    name: str
    title: Text
    what: Text
    counts: Text
    date: Text
    filters: FrozenMap[tuple[str, ...]] = Field(default_factory=dict)
    standard: Text
    view: Text
    columns: tuple[MicroColumn, ...] = Field(min_length=1, max_length=12)
    marginals: tuple[tuple[Text, ...], ...] = Field(min_length=1, max_length=20)
    mechanism: Literal["laplace"]
    budget: Budget
    smallest: Annotated[StrictInt, Field(ge=11)]
    revision: Revision
    roles: tuple[str, ...] = Field(min_length=1)
    sources: tuple[str, ...] = Field(min_length=1)
    note: str = ""


class Microdata(Policy):
    """All files, and what they may tell together of the people of one year."""

    budget: Budget
    source: str
    note: str = ""
    files: FrozenMap[MicroFile] = Field(default_factory=dict)
