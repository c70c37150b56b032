"""The published tables of returns and of nationals abroad, from cases that officers opened through the program.

The shelters of 2017 and the returns from Thailand in that year, whose people go their whole way, are compared in the
same manner by `waymark demo --once` (app/demo/tables.py) and by the small demonstration of test_report.py.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from app.demo import registers
from app.demo.figures import Figures, published, sample
from app.demo.registers import entries, sections, write
from app.kit import migrate
from app.kit.clock import SettableClock
from app.main import open_house
from app.settings import Settings
from tests.inspect import writing


def faults_of(url: str, folder: Path, figures: Figures, spoil: str = "") -> tuple[list[str], str]:
    """What a built register says that was not to be built, and its pages."""
    settings = Settings(environment="demo", var=folder, database_url=url)
    migrate.upgrade(url)
    clock = SettableClock(registers.at(registers.FIRST, 9))
    house = open_house(settings, clock)
    write(house, clock, entries(figures))
    if spoil:
        with writing(house.db) as session:
            assert session.execute(text(spoil)).rowcount == 1  # type: ignore[attr-defined]
    found = list(sections(house, figures))
    house.db.dispose()
    return [fault for each in found for fault in each.faults], "\n".join(each.text() for each in found)


def test_every_published_return_and_national_abroad_comes_out_of_the_tables(tmp_path: Path) -> None:
    figures = published()
    lines = entries(figures)
    assert len(lines) == 2592 + 199 and lines == sorted(lines, key=lambda entry: entry.day)
    faults, told = faults_of(f"sqlite:///{tmp_path / 'registers.db'}", tmp_path, figures)
    assert faults == []
    for country, sums in {"Cambodian": (195, 415, 807), "Lao": (173, 38), "Myanmar": (327, 536, 101)}.items():
        shown = [line.split()[-1] for line in told.splitlines() if f" to {country}" in line]
        assert sorted(map(int, shown)) == sorted(sums)
    (whole, _) = (line.split() for line in told.splitlines() if line.split()[-3:] == ["74", "80", "45"])
    assert whole[:2] == ["All", "built"]


def test_a_small_register_on_both_engines(database_url: str, tmp_path: Path) -> None:
    assert faults_of(database_url, tmp_path / "var", sample(40))[0] == []


@pytest.mark.parametrize(
    "what", ["sex = CASE sex WHEN 'M' THEN 'F' ELSE 'M' END", "returned_from = 'VN'", "returned_on = '2014-01-01'"]
)
def test_the_mutant_with_one_wrong_entry_is_found(tmp_path: Path, what: str) -> None:
    figures = replace(sample(20), abroad=())
    one = "(SELECT case_id FROM case_facts WHERE country = 'MM' AND returned_from = 'TH' LIMIT 1)"
    faults, told = faults_of(
        f"sqlite:///{tmp_path / 'r.db'}", tmp_path, figures, f"UPDATE case_facts SET {what} WHERE case_id = {one}"
    )
    assert any(fault.startswith("returns 2015..2018 of MM") for fault in faults) and "DIFFERENT" in told
