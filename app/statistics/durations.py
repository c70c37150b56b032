"""How long stages take, each against its own limit; open cases count as still waiting. Never by worker."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from app.access.desk import Desk
from app.access.log import looked
from app.casework.tasks import PASSING
from app.statistics import queries
from app.statistics.few import Few, most_first
from app.statistics.service import reads_every_case
from app.statistics.stages import CAUSE_OF, CAUSES, ENDINGS, STAGES, Measured
from app.statistics.survival import curve
from policies.model import Clock
from workflows.deadlines import rings_at

__all__ = ["PERIOD", "Durations", "StageRow", "Visit", "Waiting", "durations", "fewest", "is_late", "visits", "waiting"]

PERIOD: Final = timedelta(days=365)
HALF, MOST, FEW = 0.5, 0.9, 0.1
_DAY: Final = timedelta(days=1)
# A limit in days, so that stages of unlike lengths can be compared: working days come five to a week.
_DAYS: Final = {"hours": 1 / 24, "days": 1.0, "working_days": 7 / 5, "months": 30.0}


@dataclass(frozen=True, slots=True)
class Visit:
    """One time a case or referral was in a stage; ``until`` None: it still is. ``finished``: the stage was done."""

    stage: Measured
    begin: datetime
    until: datetime | None
    finished: bool
    other_country: str | None


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage in days. ``half``, ``most``, ``few``: when half, nine and one of ten had finished; None: not yet.

    ``at_least``: the longest time anybody was seen in it.
    """

    stage: Measured
    count: int
    few: float | None
    half: float | None
    most: float | None
    at_least: float
    limit: Clock
    limit_days: float
    late: int

    @property
    def against_limit(self) -> float:
        """What rows are sorted by: half done by, relative to the limit; where half are not done, the longest wait."""
        return (self.at_least if self.half is None else self.half) / self.limit_days


@dataclass(frozen=True, slots=True)
class Durations:
    """The table. ``hidden``: how many stages had too few visits to be shown."""

    rows: Sequence[StageRow]
    visits: int
    hidden: int
    smallest: int
    since: datetime
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """What open duties wait for: one cause, how many are open and late; None where that would tell of few people."""

    cause: str
    title: str
    open: int | None
    late: int | None


def durations(desk: Desk) -> Durations:
    """How long the stages took that began in the last year, as far as `statistics:read` reaches; the look is noted.

    What is late now is counted whenever it began.

    Who may not open the cases themselves sees no stage with fewer visits than the policies ask for.
    """
    since = desk.now - PERIOD
    by_stage: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits(queries.steps_taken(desk)):
        by_stage[visit.stage.name].append(visit)
    smallest = desk.policies.safeguards.watching.smallest_group
    least = fewest(desk)
    recent = {name: [each for each in found if each.begin >= since] for name, found in by_stage.items()}
    rows = [
        _row(desk, stage, recent[stage.name], by_stage[stage.name])
        for stage in STAGES
        if len(recent.get(stage.name, ())) >= least
    ]
    counted = sum(len(found) for found in recent.values())
    looked(desk, "durations_read", "report", "stages", {"visits": counted, "rows": len(rows)})
    hidden = sum(1 for found in recent.values() if 0 < len(found) < least)
    ordered = sorted(rows, key=lambda row: row.against_limit, reverse=True)
    return Durations(ordered, counted, hidden, smallest, since, desk.now)


def visits(steps: Iterable[Any], stages: Sequence[Measured] = STAGES) -> Iterator[Visit]:
    """The visits to ``stages`` that these steps make; steps of one chain stand together, in their order.

    A stage that begins again while it is open goes on: nobody waits less because they were asked twice.
    """
    begun: dict[str, tuple[Measured, datetime, str | None]] = {}
    chain = None
    for row in steps:
        if row.subject_id != chain:
            yield from _still_open(begun)
            begun, chain = {}, row.subject_id
        for stage in stages:
            if stage.subject != row.subject:
                continue
            if row.step in stage.ends and stage.name in begun:
                _, begin, other = begun.pop(stage.name)
                yield Visit(stage, begin, row.happened_at, True, other)
            if row.step in stage.begins and stage.name not in begun:
                begun[stage.name] = (stage, row.happened_at, row.other_country)
        if row.step in ENDINGS:
            for stage, begin, other in begun.values():
                yield Visit(stage, begin, row.happened_at, False, other)
            begun = {}
    yield from _still_open(begun)


def fewest(desk: Desk) -> int:
    """How many people have to stand behind a figure that the actor is told: 1 for who may open every case counted."""
    return 1 if reads_every_case(desk) else desk.policies.safeguards.watching.smallest_group


def waiting(desk: Desk) -> list[Waiting]:
    """What the open duties within `statistics:read` wait for, the most first; the look is noted."""
    found = {cause: [0, 0, 0, 0] for cause in CAUSES}
    for row in queries.open_duties(desk):
        every, late, people, late_people = found[CAUSE_OF.get(row.kind, "us")]
        counts_late = row.kind not in PASSING
        found[CAUSE_OF.get(row.kind, "us")] = [
            every + int(row.open), late + int(row.late) * counts_late,
            # Somebody may wait for two duties of one cause: there are at least so many people as of any one kind.
            max(people, int(row.people)), max(late_people, int(row.late_people) * counts_late),
        ]  # fmt: skip
    few = Few(fewest(desk))
    looked(desk, "waiting_read", "report", "waiting", {"open": sum(each[0] for each in found.values())})
    rows: list[Waiting] = []
    for cause, (every, late, people, late_people) in found.items():
        told = few.shown(every, people=people)
        rows.append(
            Waiting(
                cause, CAUSES[cause], told, None if told is None else few.shown(late, told, people=late_people)
            )
        )  # fmt: skip
    return most_first(rows, lambda each: each.open)


def _still_open(begun: dict[str, tuple[Measured, datetime, str | None]]) -> Iterator[Visit]:
    for stage, begin, other in begun.values():
        yield Visit(stage, begin, None, False, other)


def _row(desk: Desk, stage: Measured, found: list[Visit], ever: list[Visit]) -> StageRow:
    times = [(max(((visit.until or desk.now) - visit.begin) / _DAY, 0.0), visit.finished) for visit in found]
    survival = curve(times)
    # Corridors may set limits of their own; the one most of these visits had is shown.
    others = Counter(visit.other_country for visit in found)
    limit = _limit(desk, stage, others.most_common(1)[0][0])
    late = sum(1 for visit in ever if is_late(desk, visit))
    days = limit.value * _DAYS[limit.unit]
    few, half, most = (survival.reached(share) for share in (FEW, HALF, MOST))
    return StageRow(stage, len(found), few, half, most, max(time for time, _ in times), limit, days, late)


def is_late(desk: Desk, visit: Visit) -> bool:
    """Whether somebody is still in the stage, and past its limit."""
    return visit.until is None and desk.now > _due(desk, visit)


def _limit(desk: Desk, stage: Measured, other: str | None) -> Clock:
    return desk.policies.clock(stage.clock, desk.actor.country, other, on=desk.today)


def _due(desk: Desk, visit: Visit) -> datetime:
    here = desk.actor.country
    calendar = desk.policies.calendar(here, visit.other_country)
    return rings_at(visit.begin, _limit(desk, visit.stage, visit.other_country), calendar)
