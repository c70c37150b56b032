"""The first group: the 360 people in the Thai ministry's shelters in 2017, and the ways their cases go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from app.demo import staying, waiting
from app.demo.dice import Dice, spread
from app.demo.figures import Figures
from app.demo.life import Life, crew_of
from app.demo.people import Invented, invent
from app.demo.play import Story, together
from app.demo.stage import Stage

CHANNEL = "shelter"
FIRST, LAST, SOON = date(2017, 1, 4), date(2017, 10, 20), date(2017, 12, 11)
SOURCES = ("police", "police", "police", "immigration", "labour_inspection", "hotline", "ngo", "social_service")
MEN = ("th-shelter-tak", "th-shelter-chiang-rai", "th-shelter-pathum-thani")
WOMEN = ("th-shelter-phitsanulok", "th-shelter-pathum-thani", "th-shelter-chiang-rai")
RESPONDERS = {"police": "th-police-tak", "hotline": "th-hotline"}
QUIRKS = (
    ("no_screening", 12), ("overheard", 19), ("police_cell", 15), ("late_guardian", 7), ("late_entry", 18),
    ("corrected", 43), ("override", 9), ("no_panel", 53), ("negative_first", 97), ("late_panel", 14),
)  # fmt: skip

# How the cases of a nationality end up by the end of the play, in proportion.
AT_HOME = (("closed", 44), ("included", 34), ("recovering", 46), ("arrived", 8))
NEIGHBOURS = (
    ("recovering", 38), ("arrived", 6), ("draft", 8), ("sent", 10), ("sent_late", 8), ("asked_back", 6),
    ("supplied", 6), ("tracing", 9), ("assessed", 5), ("proposed", 4), ("accepted", 3), ("scheduled", 6),
    ("postponed", 2), ("declined", 3), ("unsafe_stays", 2), ("unsafe_leaves", 1), ("withdrawn", 2), ("asylum", 1),
)  # fmt: skip
# Between Thailand and these two countries no border point by land is agreed in every case: nobody is scheduled.
FARTHER = (
    ("recovering", 20), ("arrived", 3), ("draft", 4), ("sent", 6), ("sent_late", 5), ("asked_back", 3),
    ("supplied", 2), ("tracing", 7), ("assessed", 3), ("proposed", 2), ("accepted", 2), ("declined", 2),
    ("unsafe_stays", 2), ("withdrawn", 1),
)  # fmt: skip
# No agreement and no desk: embassies help, or the person stays or leaves for a third country.
OVERSEAS = (("recovering", 7), ("included", 4), ("leaves", 2), ("closed", 2))
WAYS = {"TH": AT_HOME, "MM": NEIGHBOURS, "LA": NEIGHBOURS, "KH": FARTHER, "VN": FARTHER}
# First responders hold the cases they open, and have no supervisor to approve a referral.
ALONE = frozenset({"recovering", "included", "closed"})
EARLY = frozenset({"closed", "declined", "unsafe_stays", "unsafe_leaves", "withdrawn", "asylum", "leaves", "included"})


def shelter(stage: Stage, figures: Figures, end: date) -> Iterator[Story]:
    """The stories of everybody in the shelter table; ``end``: the last day of the play."""
    nationalities = dict.fromkeys(cell.nationality for cell in figures.shelter)
    number = 0
    for nationality in nationalities:
        cells = [cell for cell in figures.shelter if cell.nationality == nationality]
        total = sum(cell.count for cell in cells)
        dice = Dice("shelter", nationality)
        ways = dice.shuffled(spread(total, WAYS.get(nationality, OVERSEAS)))
        for cell in cells:
            for _ in range(cell.count):
                number += 1
                person = invent(number, nationality, cell.exploitation, cell.age_band, cell.sex, 2017, "shelter")
                yield _told(_life(stage, person, ways.pop(), total), end)


def _life(stage: Stage, person: Invented, way: str, total: int) -> tuple[Life, str]:
    number = person.number
    dice = Dice("sheltered", number)
    source = dice.pick(SOURCES)
    office = "th-shelter-children" if person.age < 15 else dice.pick(MEN if person.sex == "M" else WOMEN)
    opener = None
    if source in RESPONDERS and way in ALONE and dice.chance(40):
        opener = stage.cast.at(RESPONDERS[source], "first_responder")
    quirks = {name for name, one_in in QUIRKS if number % one_in == one_in // 2}
    if way == "arrived":
        opened = SOON + timedelta(days=dice.below(16))
        quirks |= {"waiting_for_panel"}
    else:
        window = (LAST - FIRST).days * (2 if way in EARLY else 3) // 3
        opened = FIRST + timedelta(days=dice.below(window))
    life = Life(
        stage, person, crew_of(stage.cast, office, number, opener), office, CHANNEL, source, opened, dice,
        quirks=frozenset(quirks),
    )  # fmt: skip
    return life, way


def _told(cast: tuple[Life, str], end: date) -> Story:
    life, way = cast
    main = staying.WAYS[way](life) if way in staying.WAYS else waiting.WAYS[way](life, end)
    return main if way == "arrived" else together(main, staying.reviews(life))
