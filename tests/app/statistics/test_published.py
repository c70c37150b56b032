"""The published tables come out of the engine exactly: cells, sums and totals, unit by unit.

Marked so: the people here are a crowd (tests/factories/crowds.py), rows put into the tables and not led through the
lifecycle, so that both engines can be tried quickly. The demonstration makes the same people through the program
(`waymark demo --once`): those of the shelters and of the returns from Thailand in 2017 go their whole way, the others
stand in registers (tests/app/demo/test_registers.py).
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.kit.db import Database
from app.models.office import Office
from app.statistics.counting import count, wanted
from app.statistics.hiding import figures
from app.statistics.periods import period_of
from policies.load import load_policies
from policies.model import Policies
from tests.factories import crowds
from tests.factories.crowds import DATA, abroad_2015_2017, put, returned_2015_2018, sheltered_2017
from tests.inspect import reading, writing

COUNTRIES = ("TH", "MM", "LA", "KH")


@pytest.fixture
def crowd(database: Database) -> Iterator[Database]:
    """All people of the published tables in one database."""
    offices = {country: f"office-{country}" for country in COUNTRIES}
    with writing(database) as session:
        for country, office in offices.items():
            row = {"id": office, "code": office, "country": country, "organisation": "crowd", "name": office}
            session.add(Office(**row, kind="shelter", level="national"))
        session.flush()
        people = [*sheltered_2017(), *returned_2015_2018(), *abroad_2015_2017()]
        assert put(session, people, offices) == 360 + 2592 + 199
    yield database


def drawn(database: Database, policies: Policies, report: str, period: str, country: str) -> dict[Any, int]:
    """Every figure of a report: cells, margins and total."""
    declared = policies.reports[report]
    with reading(database) as session:
        cells = count(session, policies, wanted(declared), period_of(declared, period), country=country)
    return figures(cells)


def published(name: str, folder: Path, *columns: str) -> Counter[tuple[str, ...]]:
    """The printed cells by the columns given, without the zeros."""
    found: Counter[tuple[str, ...]] = Counter()
    with (folder / name).open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            found[tuple(row[column] for column in columns)] += int(row["count"])
    return +found


def test_every_published_figure_comes_out_of_the_engine(crowd: Database) -> None:
    policies = load_policies()
    # The shelters of 2017: people of the other two tables are none of them.
    shelters = drawn(crowd, policies, "th-shelters", "2017", "TH")
    columns = ("nationality", "exploitation", "age_band", "sex")
    printed = published("th_shelters_2017.csv", DATA, *columns)
    assert {key: n for key, n in shelters.items() if None not in key} == printed
    assert shelters[None, None, None, None] == 360
    by_kind = {"SexualExploitation": 156, "ForcedLabour": 197, "ForcedBegging": 7}
    assert {kind: shelters[None, kind, None, None] for kind in by_kind} == by_kind
    by_nation = {"TH": 132, "MM": 119, "LA": 21, "KH": 22, "ID": 9, "VN": 51, "MY": 3, "UG": 3}
    assert {nation: shelters[nation, None, None, None] for nation in by_nation} == by_nation
    ages = published("th_shelters_2017.csv", DATA, "age_band")
    assert {age: shelters[None, None, age, None] for (age,) in ages} == {age: n for (age,), n in ages.items()}

    # The returns of four years side by side, country by country.
    totals = {"KH": {"CN": 195, "TH": 415, "VN": 807}, "LA": {"TH": 173, "CN": 38},
              "MM": {"TH": 327, "CN": 536, "ID": 101}}  # fmt: skip
    whole = published("returns_2015_2018.csv", DATA, "from_country", "to_country", "year", "sex", "age_band")
    for home, came_from in totals.items():
        returns = drawn(crowd, policies, "returns", "2015..2018", home)
        cells = {key: n for key, n in returns.items() if None not in key}
        wanted_here = {(*key[:4], "unknown" if key[4] == "all" else key[4]): n
                       for key, n in whole.items() if key[1] == home}  # fmt: skip
        assert cells == wanted_here, home
        assert {there: returns[there, None, None, None, None] for there in came_from} == came_from
        assert returns[(None,) * 5] == sum(came_from.values())
        for year in ("2016", "2017", "2018"):
            one = drawn(crowd, policies, "returns", year, home)
            assert {key: n for key, n in cells.items() if key[2] == year} == {
                key: n for key, n in one.items() if None not in key
            }

    # Thai nationals abroad. The cells of 2015 add up to 74, though 17 is printed.
    abroad = drawn(crowd, policies, "abroad", "2015..2017", "TH")
    printed = published("th_abroad_2015_2017.csv", DATA, "country_of_exploitation", "year")
    assert {key: n for key, n in abroad.items() if None not in key} == printed
    assert {year: abroad[None, year] for year in ("2015", "2016", "2017")} == {"2015": 74, "2016": 80, "2017": 45}


def test_the_mutant_that_counts_every_channel_is_not_what_was_published(crowd: Database) -> None:
    policies = load_policies()
    declared = policies.reports["th-shelters"]
    anybody = declared.model_copy(update={"channel": (), "filters": {}})
    with reading(crowd) as session:
        cells = count(session, policies, wanted(anybody), period_of(declared, "2017"), country="TH")
    assert sum(cells.values()) == 360 + 45, "the nationals abroad of that year would be among them"
    assert len(list(crowds.sheltered_2017())) == 360
