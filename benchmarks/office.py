"""Measures a whole small office on SQLite: people who work at once in 20,000 cases, and how long each of them waits.

    python -m benchmarks.office [--cases 20000] [--people 20] [--seconds 60] [--world FOLDER] [--json FILE]

The office is a world of benchmarks.world (one that was kept: `python -m benchmarks.world --cases 20000 --engine sqlite
--keep FOLDER`), on a disk and with durable commits. The program serves it in one process; everybody signs in and then
goes through the same acts in a mixed order: the page of a case as JSON and as HTML, its timeline, their caseload, and a
step. First each of them rests a second between two acts (--pause), then nobody rests. Every answer is looked at before
it counts. The worker is not running: what hangs in a large world for years would be rung in its first minutes.

Exit code 2: it cannot run as asked; 1: a door gave a wrong answer, and there are no figures.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, sleep
from typing import Any, Final

import httpx2

from app.access.desk import House
from app.demo.world import new_password
from app.kit import migrate
from app.kit.clock import Clock
from app.main import open_house
from app.settings import Settings
from benchmarks import progress
from benchmarks.knocking import WrongAnswer, must
from benchmarks.load import Figures, figures_of
from benchmarks.offices_people import Person, people_of
from benchmarks.server import Server, running
from benchmarks.small_house import NotUsable, cases_in, know_the_tables
from benchmarks.world.accounts import as_json
from benchmarks.world.filling import fill, grown
from tests.inspect import reading

# How often each act is done, of twenty.
MIX: Final[Mapping[str, int]] = {"page": 7, "html": 4, "timeline": 3, "list": 3, "step": 3}
TITLES: Final[Mapping[str, str]] = {
    "step": "step", "page": "case page", "html": "case page, HTML", "timeline": "timeline", "list": "caseload",
}  # fmt: skip
# Milliseconds in which 95 of 100 are done: the goals of engineering/performance.md.
GOALS: Final[Mapping[str, float]] = {"step": 60.0, "page": 30.0}
# A token lives a quarter of an hour, and nobody signs in again.
LONGEST: Final = 600.0


@dataclass
class Round:
    """One round of work: how long everybody rests between two acts (seconds), and how long each act took."""

    pause: float
    spans: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in MIX})
    seconds: float = 0.0

    def figures(self) -> dict[str, Figures]:
        """Act -> figures of those that were done at all."""
        return {name: figures_of(sorted(spans), self.seconds) for name, spans in self.spans.items() if spans}


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill, serve, work, print; the exit code."""
    asked = _asked(arguments)
    try:
        with ExitStack() as stack:
            folder = asked.world or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="waymark-office-")))
            told = measured(asked, folder)
    except NotUsable as reason:
        print(reason, file=sys.stderr)
        return 2
    except (WrongAnswer, RuntimeError, httpx2.HTTPError) as reason:
        print(f"This run is invalid and has no figures: {reason}", file=sys.stderr)
        return 1
    if asked.json:
        asked.json.write_text(json.dumps(told, indent=2) + "\n")
    else:
        print("\n" + json.dumps(told))
    return 0


def measured(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """The whole run; its figures as JSON. Raises NotUsable, WrongAnswer, RuntimeError."""
    with office(asked, folder) as (house, url, known, cases), running(folder, url) as server:
        print(f"{cases:,} cases. {asked.people} people sign in and look for what is theirs ...", flush=True)
        with people_of(house, server.url, known, asked.people) as people:
            rounds = [work(people, server, pause, asked.seconds) for pause in asked.pause]
    said = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "cores": os.cpu_count(), "cases": cases,
        "python": platform.python_version(), "people": asked.people, "seconds": asked.seconds,
    }  # fmt: skip
    print(f"\nSQLite, WAL, synchronous=FULL; one process; {os.cpu_count()} cores; Python {platform.python_version()}")
    for each in rounds:
        print("\n".join(table(each, asked.people)))
    return {**said, "rounds": [_as_json(each) for each in rounds]}


@contextmanager
def office(asked: argparse.Namespace, folder: Path) -> Iterator[tuple[House, str, dict[str, Any], int]]:
    """The house, its database, who may sign in, and how many cases there are; filled if the folder holds none."""
    kept, file = folder / "world.json", folder / "benchmark.db"
    if asked.world and not (kept.is_file() and file.is_file()):
        raise NotUsable(f"{folder} holds no world; `python -m benchmarks.world --engine sqlite --keep` fills one")
    url = f"sqlite:///{file}"
    if not asked.world:
        migrate.upgrade(url)
    house = open_house(Settings(environment="demo", var=folder, database_url=url))
    try:
        if asked.world:
            known = json.loads(kept.read_text(encoding="utf-8"))
        else:
            known = _filled(house, asked.cases)
            know_the_tables(house)
        with reading(house.db) as session:
            cases = cases_in(session)
        yield house, url, known, cases
    finally:
        house.db.dispose()


def _filled(house: House, cases: int) -> dict[str, Any]:
    password = new_password()
    with grown(cases) as small:
        made = fill(house, small, cases, seed=9, password=password, until=Clock().now(), progress=progress.bar)
    print(file=sys.stderr)
    return as_json(made.people, password)


def work(people: Sequence[Person], server: Server, pause: float, seconds: float) -> Round:
    """Have everybody work at once for ``seconds``, each resting ``pause`` seconds on average between two acts."""
    found, gate, kept = Round(pause), threading.Barrier(len(people)), threading.Lock()

    def day(person: Person, number: int) -> None:
        dice = random.Random(number)
        acts: dict[str, Callable[[], None]] = person.acts()
        names = [name for name, count in MIX.items() for _ in range(count)]
        mine: list[tuple[str, float]] = []
        gate.wait()
        # Nobody begins at the same moment as everybody else.
        sleep(pause * dice.random())
        end = perf_counter() + seconds
        while perf_counter() < end:
            name = dice.choice(names)
            began = perf_counter()
            acts[name]()
            mine.append((name, perf_counter() - began))
            sleep(2 * pause * dice.random())
        with kept:
            for name, span in mine:
                found.spans[name].append(span)

    began, used = perf_counter(), server.cpu_seconds()
    with ThreadPoolExecutor(len(people)) as pool:
        for each in [pool.submit(day, person, number) for number, person in enumerate(people)]:
            each.result()
    found.seconds = perf_counter() - began
    after = server.cpu_seconds()
    if used is not None and after is not None:
        print(f"the server's process worked {100 * (after - used) / found.seconds:.0f} % of a core", flush=True)
    must(all(found.spans.values()), "some act was never done: give it more --seconds")
    return found


def table(found: Round, people: int) -> Iterator[str]:
    """One round for people to read, its goals first."""
    rest = f"a rest of {found.pause:g} s between two acts" if found.pause else "nobody rests"
    yield f"\n{people} people at once, {rest}"
    yield f"{'':20}" + "".join(f"{head:>10}" for head in ("times", "per s", "p50 ms", "p95 ms", "goal"))
    for name, figures in found.figures().items():
        goal = GOALS.get(name)
        verdict = "" if goal is None else f"{'<=' if figures.p95_ms <= goal else 'over'} {goal:g}"
        took = f"{figures.p50_ms:.1f}", f"{figures.p95_ms:.1f}"
        values = (str(figures.count), f"{figures.per_second:.1f}", *took, verdict)
        yield f"{TITLES[name]:20}" + "".join(f"{value:>10}" for value in values)


def _as_json(found: Round) -> dict[str, Any]:
    acts = {name: each.as_json() | {"goal_p95_ms": GOALS.get(name)} for name, each in found.figures().items()}
    return {"pause": found.pause, "acts": acts}


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.office", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=20_000, help="of a world that is filled for this run")
    parser.add_argument("--world", type=Path, help="a kept world instead; the run writes into it")
    parser.add_argument("--people", type=int, default=20, help="who work at once, each with cases of their own")
    parser.add_argument("--seconds", type=float, default=60, help="how long a round takes")
    parser.add_argument("--pause", type=float, nargs="+", default=[1.0, 0.0], help="one round for each, seconds")
    parser.add_argument("--json", type=Path, help="write the figures to this file instead of the last line")
    asked = parser.parse_args(arguments)
    if asked.people < 1 or asked.cases < 1 or min(asked.pause) < 0:
        parser.error("--people and --cases begin at 1, --pause at 0")
    if len(asked.pause) * asked.seconds > LONGEST:
        parser.error(f"all rounds together must end within {LONGEST:g} seconds: a sign-in lives a quarter of an hour")
    return asked


if __name__ == "__main__":
    sys.exit(main())
