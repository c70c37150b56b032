"""The published tables beside what the database says, by the report engine and by the tables declared for it."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from app.demo.figures import FROM, RETURN_COUNTRIES, YEAR, Figures
from app.demo.section import WIDTH, Section, grid
from app.statistics import counting
from app.statistics.hiding import figures as every_figure
from app.statistics.periods import period_of
from app.statistics.tables import returns_table, shelter_table
from policies.model import Policies

CHANNEL = "return"
BLOCKS = (
    ("SexualExploitation", "Sex", ("0-14", "15-17", "18+")),
    ("ForcedLabour", "FL", ("0-14", "15-17", "18+")),
    ("ForcedBegging", "Beg", ("0-14", "15-17", "18+")),
)
PEOPLE = {"TH": "Thai", "MM": "Myanmar", "LA": "Lao", "KH": "Cambodian", "ID": "Indonesian", "VN": "Vietnamese",
          "MY": "Malaysian", "UG": "Ugandan"}  # fmt: skip
Cells = Mapping[tuple[str, ...], int]


def shelters(session: Session, policies: Policies, figures: Figures) -> Section:
    """The shelter table in its published layout, cell by cell beside the published numbers."""
    published: dict[tuple[str, ...], int] = {
        (c.nationality, c.exploitation, c.age_band, c.sex): c.count for c in figures.shelter
    }
    built = {key: count for key, count in shelter_table(session, policies, FROM, YEAR).items() if count}
    section = Section(f"People in the shelters of the Thai ministry, {YEAR}, male/female")
    for key in sorted(published.keys() | built.keys()):
        section.compare(" ".join(key), built.get(key, 0), published.get(key, 0))
    rebuilt = {(c.nationality, c.exploitation, c.age_band) for c in figures.shelter if c.rebuilt}
    used = {key[1:3] for key in (*built, *published)}
    columns = [(name, short, band) for name, short, bands in BLOCKS for band in bands if (name, band) in used]
    firsts = {short: n for n, (_, short, _) in reversed(list(enumerate(columns)))}
    heads = [f"{short} {band}" if firsts[short] == n else band for n, (_, short, band) in enumerate(columns)]
    rows = [["", "", *heads, "Total"]]
    nationalities = list(dict.fromkeys(cell.nationality for cell in figures.shelter))
    nationalities += sorted({key[0] for key in built} - set(nationalities))
    for nationality in [*nationalities, None]:
        for word, cells in (("built", built), (figures.word, published)):
            shown = [_pair(cells, nationality, name, band, rebuilt) for name, _, band in columns]
            whole = sum(n for key, n in cells.items() if nationality in (None, key[0]))
            first = PEOPLE.get(nationality, nationality) if nationality else "All"
            rows.append([first if word == "built" else "", word, *shown, str(whole)])
    section.say(*grid(rows))
    totals = {name: sum(n for key, n in built.items() if key[1] == name) for name, _, _ in BLOCKS}
    for name, count in totals.items():
        section.compare(name, count, sum(n for key, n in published.items() if key[1] == name))
    section.compare("all", sum(built.values()), sum(published.values()))
    parts = " + ".join(f"{policies.label('exploitation', name).lower()} {count}" for name, count in totals.items())
    section.say("", f"  {sum(built.values())} people = {parts}.")
    if rebuilt:
        section.say("  * the printed columns are shifted: sex or age of this cell was rebuilt from the margins.")
    return section


def returned(session: Session, policies: Policies, figures: Figures) -> Section:
    """The returns of the year by sex and age, and that they are no part of the shelter table."""
    section = Section(f"People returned from Thailand in {YEAR}, by receipts signed at the border")
    table = returns_table(session, policies, YEAR, channel=CHANNEL)
    everybody = returns_table(session, policies, YEAR)
    groups = [(sex, age) for sex in ("M", "F") for age in ("0-17", "18+")]
    rows = [["", "", *(f"{sex} {age}" for sex, age in groups), "Total"]]
    for country in RETURN_COUNTRIES:
        published = {(c.sex, c.age_band): c.count for c in figures.returns if c.country == country}
        built = {(sex, age): n for (here, there, sex, age), n in table.items() if (here, there) == (FROM, country)}
        for group in sorted(published.keys() | built.keys()):
            section.compare(f"{FROM} to {country} {' '.join(group)}", built.get(group, 0), published.get(group, 0))
        for word, cells in (("built", built), (figures.word, published)):
            shown = [str(cells.get(group, 0)) for group in groups]
            rows.append([f"to {PEOPLE[country]}" if word == "built" else "", word, *shown, str(sum(cells.values()))])
    section.say(*grid(rows))
    section.compare("people returned in all, whatever their channel", sum(everybody.values()), sum(table.values()))
    section.say(
        "",
        "  These people were cared for outside the ministry's shelters. They are none of the people above:",
        "  the two tables count different people in different units and are never added up.",
    )
    return section


def declared(session: Session, policies: Policies, figures: Figures) -> Section:
    """The same people as the declared tables count them (policies/reports): every cell, every sum, the total."""
    section = Section("The same by the tables of policies/reports, with their sums")
    cells = printed(((c.nationality, c.exploitation, c.age_band, c.sex), c.count) for c in figures.shelter)
    built = compared(section, session, policies, ("th-shelters", str(YEAR), FROM), cells)
    for at, name in enumerate(policies.reports["th-shelters"].dimensions):
        by_value: dict[str, list[int]] = {}
        for word, found in enumerate((built, cells)):
            for key, number in found.items():
                by_value.setdefault(key[at], [0, 0])[word] += number
        told = ", ".join(f"{value} {one} ({other})" for value, (one, other) in sorted(by_value.items()))
        section.say(*textwrap.wrap(f"{name}: {told}", WIDTH, initial_indent="  ", subsequent_indent="    "))
    for country in RETURN_COUNTRIES:
        received = printed(
            ((FROM, c.country, str(YEAR), c.sex, c.age_band), c.count) for c in figures.returns if c.country == country
        )
        found = compared(section, session, policies, ("returns", str(YEAR), country), received)
        section.say(f"  returned to {country}: {sum(found.values())} ({sum(received.values())})")
    section.say("", f"  Built, and in brackets what was {figures.word}; compared with all cells, sums and totals.")
    return section


def printed(lines: Iterable[tuple[tuple[str, ...], int]]) -> dict[tuple[str, ...], int]:
    """Printed lines as the cells of a table: those that are the same together, and none of nobody."""
    found: Counter[tuple[str, ...]] = Counter()
    for key, number in lines:
        found[key] += number
    return dict(+found)


def compared(
    section: Section, session: Session, policies: Policies, asked: tuple[str, str, str], cells: Cells
) -> dict[tuple[str, ...], int]:
    """Count a declared table and compare every figure of it, cells, margins and total; the cells that were counted.

    asked: the report, its period, the country. cells: what they have to be.
    """
    report, period, country = asked
    told = policies.reports[report]
    built = counting.count(session, policies, counting.wanted(told), period_of(told, period), country=country)
    found, due = every_figure(built), every_figure(cells)
    for name in sorted(found.keys() | due.keys(), key=str):
        what = " ".join(value or "all" for value in name)
        section.compare(f"{report} {period} of {country}, {what}", found.get(name, 0), due.get(name, 0))
    return dict(built)


def _pair(
    cells: Cells, nationality: str | None, exploitation: str, band: str, rebuilt: set[tuple[str, str, str]]
) -> str:
    men, women = (
        sum(n for key, n in cells.items() if key[1:] == (exploitation, band, sex) and nationality in (None, key[0]))
        for sex in ("M", "F")
    )
    star = "*" if (nationality, exploitation, band) in rebuilt else ""
    return f"{men}/{women}{star}" if men or women else "-"
