"""The published figures, read from the shipped CSV files, and smaller worlds cut from them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import resources
from typing import TypeVar

YEAR = 2017
FROM = "TH"
RETURN_COUNTRIES = ("MM", "LA")


@dataclass(frozen=True, slots=True)
class ShelterCell:
    """People in the Thai ministry's shelters in 2017; ``rebuilt``: sex or age was rebuilt from margins."""

    nationality: str
    exploitation: str
    age_band: str
    sex: str
    count: int
    rebuilt: bool = False


@dataclass(frozen=True, slots=True)
class ReturnCell:
    """People returned from Thailand in 2017; age_band is 0-17 or 18+."""

    country: str
    sex: str
    age_band: str
    count: int


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """People received in a year by the register of the country they came home to; age_band may be "all"."""

    from_country: str
    to_country: str
    year: int
    sex: str
    age_band: str
    count: int


@dataclass(frozen=True, slots=True)
class AbroadLine:
    """Nationals of Thailand exploited in another country, by the year in which their cases began."""

    exploited_in: str
    year: int
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What a build has to show. ``whole``: these are the published figures, not a sample of them.

    ``registers``, ``abroad``: what the countries' own registers of 2015 to 2018 say (registers.py).
    """

    shelter: tuple[ShelterCell, ...]
    returns: tuple[ReturnCell, ...]
    whole: bool = True
    registers: tuple[ReturnLine, ...] = ()
    abroad: tuple[AbroadLine, ...] = ()

    @property
    def word(self) -> str:
        """What a report calls these figures."""
        return "published" if self.whole else "wanted"

    @property
    def people(self) -> int:
        """How many people the two groups have together (for progress only: they are never added in a table)."""
        return sum(cell.count for cell in self.shelter) + sum(cell.count for cell in self.returns)


class FiguresUnreadable(ValueError):
    """A shipped table does not have the columns or values it should have."""


def published() -> Figures:
    """The published tables: shelters in 2017, the returns of 2017 from Thailand to Myanmar and Lao PDR, which are
    played; all returns of 2015 to 2018 and the nationals of Thailand abroad, which stand in registers.

    Raises FiguresUnreadable when a shipped file is damaged.
    """
    shelter = tuple(
        ShelterCell(
            row["nationality"], row["exploitation"], row["age_band"], row["sex"], _count(row), bool(row["note"])
        )
        for row in _rows("th_shelters_2017.csv")
        if row["year"] == str(YEAR)
    )
    returns = tuple(
        ReturnCell(row["to_country"], row["sex"], row["age_band"], _count(row))
        for row in _rows("returns_2015_2018.csv")
        if row["year"] == str(YEAR) and row["from_country"] == FROM and row["to_country"] in RETURN_COUNTRIES
    )
    registers = tuple(
        ReturnLine(
            row["from_country"], row["to_country"], int(row["year"]), row["sex"], row["age_band"], _count(row)
        )
        for row in _rows("returns_2015_2018.csv")
    )
    abroad = tuple(
        AbroadLine(row["country_of_exploitation"], int(row["year"]), _count(row))
        for row in _rows("th_abroad_2015_2017.csv")
    )
    return Figures(shelter, returns, registers=registers, abroad=abroad)


def sample(people: int) -> Figures:
    """A smaller world of about ``people``: both tables thinned evenly, every return cell still there."""
    full = published()
    if people >= full.people:
        return full
    returns = _thinned(full.returns, max(len(full.returns), people * 156 // full.people))
    shelter = _thinned(full.shelter, max(1, people - sum(cell.count for cell in returns)))
    return Figures(
        tuple(cell for cell in shelter if cell.count), returns, whole=False,
        registers=_thinned(full.registers, people), abroad=_thinned(full.abroad, people // 4),
    )  # fmt: skip


Cell = TypeVar("Cell", ShelterCell, ReturnCell, ReturnLine, AbroadLine)


def _thinned(cells: tuple[Cell, ...], people: int) -> tuple[Cell, ...]:
    """The cells with ``people`` in all: one each first, by size, then in proportion."""
    by_size = sorted(range(len(cells)), key=lambda n: (-cells[n].count, n))
    taken = {n: 1 if n in by_size[:people] else 0 for n in by_size}
    for _ in range(people - sum(taken.values())):
        # The cell that is furthest behind its share of the whole.
        taken[max(by_size, key=lambda n: (cells[n].count - taken[n]) / (taken[n] + 1))] += 1
    return tuple(replace(cell, count=taken[n]) for n, cell in enumerate(cells))


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = resources.files("app.demo").joinpath("data", name).read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        if None in row or None in row.values():
            raise FiguresUnreadable(f"{name}: a row has too many or too few columns")
        yield row


def _count(row: dict[str, str]) -> int:
    value = row.get("count", "")
    if not value.isdecimal():
        raise FiguresUnreadable(f"{row.get('table', 'a table')}: the count '{value}' is no number")
    return int(value)
