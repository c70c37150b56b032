"""G20: two real installations on a lossy line, killed again and again, and both say the same in the end.

    python -m tests.gates.lossy --long [--engine sqlite|postgresql]

Thailand and Myanmar each have a server, a worker, a database and keys of their own. Between them a line loses a fifth
of the requests and a fifth of the answers, doubles some and delays all; processes end by signal 9 and start again. The
long form takes 2,000 referrals with 200 kills on PostgreSQL, and 300 with 30 on SQLite. Then the line is mended and the
queues drain, and the two databases are compared (lossy_proof.py), their whole history included.
"""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

import app.main
from app.access.desk import House
from tests.factories.houses import CHEAP, put_offices
from tests.factories.staff import hire_staff
from tests.gates.ground import engines_asked, ground, told
from tests.gates.lossy_courses import ENDS, Course, Drill, Post
from tests.gates.lossy_line import Line, lossy
from tests.gates.lossy_proof import Verdict, _waiting, judge
from tests.gates.lossy_sides import ROLES, Crew, Side
from tests.gates.scene import quiet
from tests.journeys.apart import introduce
from tests.journeys.custody import holders
from tests.quick_heap import quick_heap

COUNTRIES: Final = ("TH", "MM")
# Engine -> how many referrals, how many kills, how often each end has to be reached, and how late in the day it begins:
# in each of them midnight comes in the middle, half an hour earlier in Bangkok than in Yangon.
LONG: Final = {"postgresql": (2_000, 200, 50, 10.0), "sqlite": (300, 30, 50, 13.7)}
SHORT: Final = (8, 4, 1, 14.93)
AT_ONCE: Final = 6
PACE: Final = 20
# Steps that a course takes on average; kills are spread over them.
STEPS: Final = 12
Place = tuple[str, Path]


@dataclass(frozen=True)
class Plan:
    """What a run is to do. ``fewest``: how often each end must come; mutants: planted on both sides.

    hours: how late in the day it begins (0: nine in the morning in Bangkok), so that midnight comes in the middle.
    """

    courses: int
    kills: int
    fewest: int
    hours: float = 0.0
    patience: float = 180.0
    mutants: tuple[str, ...] = ()
    seed: int = 7
    ends: tuple[str, ...] = ENDS


@dataclass(frozen=True)
class Found:
    """What came of it."""

    verdict: Verdict
    drill: Drill
    killed: int
    seconds: float
    lines: tuple[Line, Line]

    @property
    def faults(self) -> list[str]:
        """Everything that is wrong, courses that did not come to an end included."""
        return [*self.verdict.faults, *self.drill.stuck]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def opened(places: tuple[Place, Place], plan: Plan) -> Iterator[tuple[Drill, Crew, tuple[Line, Line]]]:
    """Both installations over their migrated databases, running and known to one another by way of the lossy lines."""
    began = time.time() - plan.hours * 3600 / PACE
    sides = tuple(
        Side(country, url, folder, _free_port(), began, PACE, plan.mutants)
        for country, (url, folder) in zip(COUNTRIES, places, strict=True)
    )
    with ExitStack() as stack:
        houses: list[House] = []
        for side in sides:
            (side.folder / "var").mkdir(exist_ok=True)
            house = app.main.open_house(side.settings, side.clock, CHEAP)
            stack.callback(house.db.dispose)
            put_offices(house)
            houses.append(house)
        ways = [stack.enter_context(lossy(side.port, plan.seed + n)) for n, side in enumerate(sides)]
        here, there = houses
        introduce(here, ways[0][0], "TH", to=there, per_hour=10_000_000)
        introduce(there, ways[1][0], "MM", to=here, per_hour=10_000_000)
        posts = [
            Post(side.country, house, hire_staff(house, side.country), side.port)
            for side, house in zip(sides, houses, strict=True)
        ]
        for post in posts:
            stack.callback(post.client.close)
        crew = Crew(sides)
        stack.callback(crew.end)
        crew.start()
        yield Drill(posts[0], posts[1], plan.patience), crew, (ways[0][1], ways[1][1])


def run(places: tuple[Place, Place], plan: Plan, *, aloud: bool = False) -> Found:
    """Take all courses under fire, mend the line, let the queues drain, and judge."""
    began = time.monotonic()
    with opened(places, plan) as (drill, crew, lines):
        stop = threading.Event()
        watchers = [
            threading.Thread(target=_shoot, args=(drill, crew, plan, stop)),
            threading.Thread(target=_watch, args=(drill, stop)),
        ]
        for each in watchers:
            each.start()
        courses = [Course(drill, number, plan.ends) for number in range(plan.courses)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for n, _ in enumerate(pool.map(Course.run, courses), 1):
                if aloud and n % 100 == 0:
                    print(f"  {n} courses, {crew.killed} kills, {time.monotonic() - began:.0f} s", flush=True)
        stop.set()
        for each in watchers:
            each.join()
        for line in lines:
            line.healed = True
        crew.start()
        _drain(drill)
        crew.end()
        verdict = judge(drill.here.house, drill.there.house, drill.confirmed)
        return Found(verdict, drill, crew.killed, time.monotonic() - began, lines)


def _shoot(drill: Drill, crew: Crew, plan: Plan, stop: threading.Event) -> None:
    """Kill somebody by chance each time so many steps were taken; the next moment they start again."""
    chance = Random(plan.seed)
    every = plan.courses * STEPS / max(1, plan.kills)
    while crew.killed < plan.kills:
        if not stop.is_set() and drill.counted["acts"] < (crew.killed + 0.5) * every:
            time.sleep(0.02)
            continue
        crew.kill(chance.choice(COUNTRIES), chance.choice(ROLES))
        time.sleep(chance.random() * 0.3)
        crew.start()


def _watch(drill: Drill, stop: threading.Event) -> None:
    """Look at both databases all the while: the sender first, since custody only goes from there to the receiver."""
    while not stop.is_set():
        ours = holders(drill.here.house)
        theirs = holders(drill.there.house)
        drill.counted["looks"] += 1
        for shared_id, countries in ours.items():
            if not countries and not theirs.get(shared_id):
                drill.stuck.append(f"{shared_id}: for a moment nobody was responsible")
        time.sleep(0.25 + len(ours) / 1000)


def _drain(drill: Drill) -> None:
    end = time.monotonic() + drill.patience
    while any(_waiting(post.house) for post in (drill.here, drill.there)) and time.monotonic() < end:
        time.sleep(0.2)


def report(found: Found, plan: Plan, engine: str) -> bool:
    """Print the gate's lines; whether everything holds."""
    verdict, counted = found.verdict, found.drill.counted
    for way, line in zip(COUNTRIES, found.lines, strict=True):
        print(f"  line to {way}: {dict(sorted(line.counted.items()))}")
    print(f"  {found.seconds:.0f} s; {dict(sorted(counted.items()))}; ends: {dict(sorted(verdict.ends.items()))}")
    for sentence in found.faults[:20]:
        print(f"  {sentence}")
    n = sum(verdict.ends.values())
    more: dict[str, object] = {"engine": engine, "kills": found.killed, "messages": verdict.messages}
    missing = sum(max(0, plan.fewest - verdict.ends[end]) for end in plan.ends)
    return all([
        told("g20", "disagreements", len(verdict.disagreements), 0, n, **more),
        told("g20", "duplicates", len(verdict.duplicates), 0, n, engine=engine),
        told("g20", "custody_gaps", len(verdict.gaps), 0, counted["looks"], engine=engine),
        told("g20", "confirmed_and_lost", len(verdict.lost), 0, counted["acts"], engine=engine),
        told("g20", "courses_stuck", len(found.drill.stuck), 0, plan.courses, engine=engine),
        told("g20", "ends_missing", missing, 0, n, engine=engine),
        told("g20", "answers_5xx", _sum(found, "status 500"), 0, _sum(found, "requests"), engine=engine),
        found.killed >= plan.kills,
    ])  # fmt: skip


def _sum(found: Found, what: str) -> int:
    """How often it was so on both lines together; a partner never gets an answer that says the program broke."""
    return sum(line.counted[what] for line in found.lines)


def main() -> int:
    """The command: 0 if everything holds on every engine."""
    quiet()
    long, engines = engines_asked(__doc__ or "")
    quick_heap()
    held = []
    for engine in engines:
        plan = Plan(*(LONG[engine] if long else SHORT))
        with ground(engine) as near, ground(engine) as far:
            held.append(report(run((near, far), plan, aloud=True), plan, engine))
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
