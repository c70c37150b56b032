"""The registers: who came home in 2015 to 2018, and who of Thailand was exploited abroad, as countries wrote it down.

Most of them came by no referral of this program, so nobody plays their way: officers of each country open their cases
on the day, through the same door as any other case, and say from where the person was received. They stand in an
installation of their own, for their cases would only fill the desks of the demonstration. There the people who were
returned from Thailand in 2017 go their whole way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from app.access import rows
from app.access.desk import House
from app.access.may import must
from app.cases.intake import opened_unseen
from app.cases.schemas import CaseIn
from app.demo.figures import FROM, AbroadLine, Figures, ReturnLine
from app.demo.place import settings_of
from app.demo.play import SCENES, Progress, at
from app.demo.section import Section, grid
from app.demo.stage import Stage
from app.demo.tables import PEOPLE, compared, printed
from app.demo.world import new_password, settle
from app.kit import migrate
from app.kit.clock import SettableClock
from app.main import open_house

FOLDER = "registers"
# Who keeps the register of returns, and the one of nationals abroad.
KEEPERS = {"KH": "kh-mosvy", "LA": "la-mlsw", "MM": "mm-dor", "TH": "th-datip"}
FIRST, LAST = date(2014, 12, 31), date(2019, 1, 2)
AGES = {"0-17": "15-17", "all": "unknown"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a register: the day, in which country, and what is said of the person."""

    day: date
    country: str
    said: dict[str, Any]


def entries(figures: Figures) -> list[Entry]:
    """Everybody of the registers, one by one, in the order of days."""
    found = [
        Entry(day, line.to_country, _returned(line, day)) for line in figures.registers for day in _days(line)
    ] + [Entry(day, FROM, _abroad(line)) for line in figures.abroad for day in _days(line)]
    return sorted(found, key=lambda entry: entry.day)


def _days(line: ReturnLine | AbroadLine) -> Iterator[date]:
    """A day for each person, spread over the year of the line."""
    for number in range(line.count):
        yield date(line.year, 1 + number % 12, 1 + number % 28)


def _returned(line: ReturnLine, day: date) -> dict[str, Any]:
    age = AGES.get(line.age_band, line.age_band)
    return {
        # Whoever's age is not told counts as a child until it is (UNICEF-AGE).
        "source": "other_country", "channel": "government", "child": age != "18+", "age_band": age, "sex": line.sex,
        "nationality": line.to_country, "returned_from": line.from_country, "returned_on": day, "new_person": True,
    }  # fmt: skip


def _abroad(line: AbroadLine) -> dict[str, Any]:
    return {
        "source": "embassy", "channel": "other", "child": True, "age_band": "unknown", "sex": "U", "nationality": FROM,
        "exploited_in": line.exploited_in, "new_person": True,
    }  # fmt: skip


def keep(folder: Path, figures: Figures, progress: Progress | None = None) -> House:
    """Write the registers in ``folder``, which must not be there; the caller closes ``house.db``.

    Raises Invalid or Forbidden where the program does not take an entry as it was written down.
    """
    folder.mkdir(mode=0o700, parents=True)
    settings = settings_of(folder)
    migrate.upgrade(settings.database_url)
    clock = SettableClock(at(FIRST, 9))
    house = open_house(settings, clock)
    write(house, clock, entries(figures), progress)
    return house


def write(house: House, clock: SettableClock, lines: list[Entry], progress: Progress | None = None) -> None:
    """Open a case for each line, on its day, by an officer of the country; some hundreds in one transaction."""
    with house.db.write() as session:
        cast = settle(session, house.policies, house.passwords, new_password(), clock.now())
    stage = Stage(house, clock, cast)
    for begin in range(0, len(lines), SCENES):
        with stage.sitting():
            for number, entry in enumerate(lines[begin : begin + SCENES], begin):
                clock.set(max(clock.now(), at(entry.day, 9)))
                desk = stage.desk(cast.at(KEEPERS[entry.country], "social_worker", number))
                must(desk, "case:create")
                opened_unseen(desk, CaseIn.model_validate(entry.said))
        if progress:
            progress(min(begin + SCENES, len(lines)), len(lines))
    clock.set(_end())


def _end() -> datetime:
    return at(LAST, 9)


def sections(house: House, figures: Figures) -> Iterator[Section]:
    """The registers as the declared tables count them, beside the published figures."""
    with house.db.read() as session:
        rows.enter_everything(session)
        section = Section("People returned in 2015 to 2018, by the registers of the countries they came home to")
        lines = [["", "", "2015", "2016", "2017", "2018", "Total"]]
        for country in dict.fromkeys(line.to_country for line in figures.registers):
            here = [line for line in figures.registers if line.to_country == country]
            wanted = printed((_cell(line), line.count) for line in here)
            built = compared(section, session, house.policies, ("returns", "2015..2018", country), wanted)
            for there in dict.fromkeys(line.from_country for line in here):
                for word, cells in (("built", built), (figures.word, wanted)):
                    first = f"{there} to {PEOPLE[country]}" if word == "built" else ""
                    lines.append([first, word, *_years(cells, there)])
        section.say(*grid(lines), "", "  Compared cell by cell: where from, where to, year, sex, age, with every sum.")
        yield section
        section = Section("Nationals of Thailand exploited abroad, 2015 to 2017")
        wanted = printed(((line.exploited_in, str(line.year)), line.count) for line in figures.abroad)
        built = compared(section, session, house.policies, ("abroad", "2015..2017", FROM), wanted)
        lines = [["", "", "2015", "2016", "2017"]]
        for place in [*sorted({key[0] for key in wanted}), None]:
            for word, cells in (("built", built), (figures.word, wanted)):
                counts = [
                    str(sum(n for key, n in cells.items() if key[1] == year and place in (None, key[0])))
                    for year in lines[0][2:]
                ]
                lines.append([(place or "All") if word == "built" else "", word, *counts])
        section.say(*grid(lines))
        if figures.whole:
            section.say("", "  The source prints 17 as the sum of 2015; its own cells add up to 74.")
        yield section


def _cell(line: ReturnLine) -> tuple[str, ...]:
    age = "unknown" if line.age_band == "all" else line.age_band
    return line.from_country, line.to_country, str(line.year), line.sex, age


def _years(cells: dict[tuple[str, ...], int], there: str) -> list[str]:
    by_year = {
        year: sum(n for key, n in cells.items() if key[0] == there and key[2] == year)
        for year in ("2015", "2016", "2017", "2018")
    }
    return [*map(str, by_year.values()), str(sum(by_year.values()))]
