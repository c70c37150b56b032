"""The second group: people returned from Thailand in 2017, cared for outside the ministry's shelters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from app.demo import crossing, forms, home
from app.demo.dice import Dice, spread
from app.demo.figures import Figures
from app.demo.intake import intake
from app.demo.life import Life, crew_of
from app.demo.people import invent
from app.demo.play import Story, together
from app.demo.stage import Stage

OFFICE = "th-datip"
CHANNEL = "return"
FIRST_NUMBER = 1000
# Days at the bridges in 2017 and how many people of a hundred cross there; two countries agree few days a year.
DAYS: dict[str, tuple[tuple[str, int, tuple[str, ...]], ...]] = {
    "MM": (
        ("mae-sot-myawaddy", 52, (
            "01-26", "02-23", "03-30", "04-27", "05-25", "06-29", "07-27", "08-31", "09-28", "10-25", "11-30", "12-14",
        )),
        ("mae-sai-tachileik", 28, ("02-14", "04-04", "06-13", "08-08", "10-03", "11-28", "12-19")),
        ("ranong-kawthaung", 20, ("03-07", "05-16", "07-18", "09-19", "11-14", "12-12")),
    ),
    "LA": (("nong-khai-vientiane", 100, (
        "02-08", "03-22", "05-03", "06-21", "08-02", "09-13", "10-18", "11-22", "12-20",
    )),),
}  # fmt: skip
# One in so many has each quirk; the numbers have no common factor, so that quirks meet rarely.
QUIRKS = (
    ("late_answer", 11), ("asked_back", 13), ("hasty_offer", 17), ("hasty_trace", 9), ("hasty_schedule", 12),
    ("discrepancy", 37), ("late_visit", 10), ("lost_contact", 29), ("no_report_wanted", 23), ("late_entry", 16),
    ("no_screening", 14), ("late_guardian", 5), ("no_determination", 3), ("corrected", 41),
)  # fmt: skip
HESITATE, NOBODY = 23, 71
SOURCES = ("immigration", "labour_inspection", "ngo", "hotline", "police", "community", "embassy")
LABOUR = {"M": (("ForcedLabour", 96), ("ForcedBegging", 4)), "F": (("ForcedLabour", 52), ("SexualExploitation", 48))}


def returns(stage: Stage, figures: Figures) -> Iterator[Story]:
    """The stories of everybody who was returned."""
    number = FIRST_NUMBER
    for country in DAYS:
        cells = [cell for cell in figures.returns if cell.country == country]
        total = sum(cell.count for cell in cells)
        dice = Dice("returns", country)
        meetings = dice.shuffled(list(_meetings(country, total)))
        for cell in cells:
            for _ in range(cell.count):
                number += 1
                point, on, later = meetings.pop()
                yield _story(stage, number, country, cell.sex, cell.age_band, point, on, later)


def _meetings(country: str, total: int) -> Iterator[tuple[str, date, date | None]]:
    """For each person the border point, the day, and the next day there in the same year."""
    for point, _, days in DAYS[country]:
        share = spread(total, [(name, weight) for name, weight, _ in DAYS[country]]).count(point)
        for n in range(share):
            chosen = n % len(days)
            following = [day for day in days[chosen + 1 :]]
            yield point, _day(days[chosen]), _day(following[0]) if following else None


def _day(text: str) -> date:
    return date.fromisoformat(f"2017-{text}")


def _story(
    stage: Stage, number: int, country: str, sex: str, age_band: str, point: str, on: date, later: date | None
) -> Story:
    dice = Dice("return", number)
    exploitation = dice.pick(spread(100, LABOUR[sex]))
    opened = on - timedelta(days=dice.between(118, 134))
    life = Life(
        stage, invent(number, country, exploitation, age_band, sex, opened.year, "return"),
        crew_of(stage.cast, OFFICE, number), OFFICE, CHANNEL, dice.pick(SOURCES), opened, dice,
        quirks=_quirks(number, later),
    )  # fmt: skip
    return _returned(life, point, on, later)


def _quirks(number: int, later: date | None) -> frozenset[str]:
    found = {name for name, one_in in QUIRKS if number % one_in == one_in // 2}
    if later is not None and number % NOBODY == 1:
        found.add("nobody_came")
    elif later is not None and number % HESITATE == 2:
        found.add("hesitates")
    return frozenset(found)


def _returned(life: Life, point: str, on: date, later: date | None) -> Story:
    cast, number, quirks = life.stage.cast, life.person.number, life.quirks
    there = crossing.abroad_of(cast, life.person.nationality, number)
    bridge = crossing.bridge_of(cast, point, number)
    yield from intake(life)
    yield life.day(20)
    crossing.decide_to_return(life)
    yield life.day(22)
    crossing.write_offer(life, point)
    yield life.day(23)
    crossing.send_offer(life, hasty="hasty_offer" in quirks)
    yield life.day(36 if "late_answer" in quirks else 26)
    if "asked_back" in quirks:
        yield from _asked_back(life, there)
    crossing.answer(life, there)
    began = life.today() + timedelta(days=3)
    yield from crossing.trace(
        life, there, began=began, reported=on - timedelta(days=life.dice.between(48, 56)),
        hasty="hasty_trace" in quirks,
    )  # fmt: skip
    yield life.on(on - timedelta(days=42), 14)
    life.record(life.crew.manager, "care_plan", forms.care_plan(life.person))
    yield from crossing.propose(life, point, on, on - timedelta(days=39))
    yield life.on(on - timedelta(days=27), 10)
    crossing.accept(life, there)
    yield life.on(on - timedelta(days=16), 10)
    yield from crossing.prepare(life, bridge, on, hasty="hasty_schedule" in quirks)
    received = on
    if quirks & {"nobody_came", "hesitates"} and later is not None:
        yield from crossing.failed_day(life, bridge, on)
        yield from crossing.again(life, bridge, later)
        received = later
    yield from crossing.hand_over(life, bridge, received)
    yield from together(home.reintegration(life, there, received), home.close_here(life, received))


def _asked_back(life: Life, there: crossing.Abroad) -> Story:
    crossing.answer(life, there, "return_for_info", reason="needs_unclear")
    yield life.on(life.today() + timedelta(days=4), 10)
    life.record(life.crew.health, "needs_assessment", forms.needs(life))
    life.refer(life.crew.manager, "supply_info")
    yield life.on(life.today() + timedelta(days=2), 14)
