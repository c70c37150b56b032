"""Courses: which cases are grown for a world, and how many of its cases are like each of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Final

from benchmarks.world.abroad import abroad
from benchmarks.world.at_home import at_home
from benchmarks.world.nursery import Nursery
from benchmarks.world.persons import Who
from benchmarks.world.places import CORRIDORS, SHELTERS

# A Monday; copies are moved by whole weeks, so that what happened on a working day happened on one.
BEGINS: Final = date(2024, 1, 8)
# From so many cases on, every course is grown: before, a world holds people of all six countries and one corridor.
ALL_FROM: Final = 1_000
Course = Callable[[Nursery, date], None]

# Who comes to the shelters of Thailand, and how many of a thousand cases are theirs.
IN_THAILAND: Final = (
    (Who("MM", "M", exploitation="ForcedLabour", source="hotline"), 220),
    (Who("TH", "F", "15-17", "SexualExploitation", "ngo"), 110),
    (Who("LA", "F", "15-17", "SexualExploitation"), 90),
    (Who("KH", "M", "0-14", "ForcedBegging", "community"), 60),
    (Who("VN", "F", exploitation="SexualExploitation", source="embassy"), 40),
    (Who("CN", "M", exploitation="ForcedCriminality", source="immigration"), 30),
)  # fmt: skip
# Of each other country's own shelters.
ELSEWHERE: Final = 25
# Corridor -> how many of a thousand cases go over it: few, since a referral writes five times as much as another case.
OFTEN: Final = {("TH", "MM"): 24, ("TH", "LA"): 12, ("TH", "KH"): 8}
RARELY: Final = 2
# Of a small world more, or some states would have nobody.
IN_A_SMALL_WORLD: Final = 70


def courses(cases: int) -> list[Course]:
    """The courses for a world of so many cases, the most telling first."""
    found: list[Course] = [partial(_at_home, "TH", who, weight) for who, weight in IN_THAILAND]
    often = OFTEN["TH", "MM"] if cases >= ALL_FROM else IN_A_SMALL_WORLD
    found.append(partial(_abroad, ("TH", "MM"), Who("MM", "F"), often, 0))
    if cases < ALL_FROM:
        return found
    found += [partial(_at_home, country, Who(country), ELSEWHERE) for country in SHELTERS if country != "TH"]
    found += [
        partial(_abroad, way, Who(way[1], "M"), OFTEN.get(way, RARELY), 0) for way in CORRIDORS if way != ("TH", "MM")
    ]
    found += [
        partial(_abroad, ("TH", "MM"), Who("MM", "F", "15-17", "SexualExploitation"), 6, 1),
        partial(_abroad, ("TH", "MM"), Who("MM", "M"), 4, 2),
        partial(_abroad, ("TH", "LA"), Who("LA", "F", "15-17", "SexualExploitation"), 4, 1),
    ]
    return found


def grow(nursery: Nursery, cases: int) -> None:
    """Grow every course for a world of so many cases; the nursery keeps the patterns."""
    for number, course in enumerate(courses(cases)):
        course(nursery, BEGINS + timedelta(weeks=number))


def _at_home(country: str, who: Who, weight: int, nursery: Nursery, begins: date) -> None:
    at_home(nursery, begins, SHELTERS[country][0], who, weight)


def _abroad(way: tuple[str, str], who: Who, weight: int, turn: int, nursery: Nursery, begins: date) -> None:
    abroad(nursery, begins, *way, who, weight, turn)
