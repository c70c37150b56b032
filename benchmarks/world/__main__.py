"""The command: a store filled with a world of invented cases, for benchmarks and drills at the size of a country.

    python -m benchmarks.world --cases 1000000 --keep FOLDER      # with DATABASE_URL: into that PostgreSQL
    python -m benchmarks.world --cases 1000 --engine sqlite --keep FOLDER

Patterns are grown through the real services and multiplied: every copy has ids, names, days and keys of its own, and is
sealed, signed, chained and indexed by the program's own functions. Afterwards the program proves the chains and folds a
sample of facts again. --keep takes the keys, and world.json: who signs in with which password. Exit code 2: it cannot
run as asked, and nothing was changed; 1: the program found a fault in what was written.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, time
from pathlib import Path
from time import perf_counter

from app.access.desk import House
from app.demo.world import new_password
from app.kit.clock import Clock
from app.main import open_house
from app.settings import Settings
from benchmarks import progress
from benchmarks.small_house import ENGINES, NotUsable, database, know_the_tables, owner_of
from benchmarks.world.accounts import as_json
from benchmarks.world.filling import Filled, fill, grown, must_be_empty
from benchmarks.world.proof import proved
from benchmarks.world.writing import size_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill, prove, print; the exit code."""
    asked = _asked(arguments)
    try:
        with ExitStack() as stack:
            folder = asked.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="waymark-world-")))
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            url, durable = stack.enter_context(database(asked.engine, folder))
            return _filled(asked, folder, url, durable)
    except NotUsable as reason:
        print(reason, file=sys.stderr)
        return 2


def _filled(asked: argparse.Namespace, folder: Path, url: str, durable: str) -> int:
    settings = Settings(environment="demo", var=folder, database_url=url)
    house, owner_url, password = open_house(settings), owner_of(url), new_password()
    try:
        must_be_empty(house)
        began = perf_counter()
        with grown(asked.cases) as small:
            print(f"{len(small.patterns)} patterns grown in {perf_counter() - began:.0f} s; {durable}", flush=True)
            until = datetime.combine(asked.until, time(12), tzinfo=UTC)
            filled = fill(
                house, small, asked.cases, seed=asked.seed, password=password, until=until, owner_url=owner_url,
                progress=progress.bar,
            )  # fmt: skip
        print(file=sys.stderr)
        _tell(filled, size_of(house))
        if asked.keep:
            _keep(folder / "world.json", filled, password)
        know_the_tables(house, owner_url)
        return 0 if asked.unproved else _prove(house, settings, asked.seed)
    finally:
        house.db.dispose()


def _tell(filled: Filled, size: int) -> None:
    counts = ", ".join(f"{name} {count:,}" for name, count in sorted(filled.counts.items()))
    entries = filled.counts["history_entry"] / filled.counts["case_file"]
    print(f"{counts}\n{entries:.1f} history entries a case, {len(list(filled.people.everybody()))} accounts")
    # In kilobytes, as Linux counts it.
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{filled.counts['case_file']:,} cases in {filled.seconds:.0f} s, {filled.per_second:.0f} a second;"
        f" at most {held:.0f} MB of memory, {size / 2**20:,.0f} MB on disk", flush=True,
    )  # fmt: skip


def _prove(house: House, settings: Settings, seed: int) -> int:
    began = perf_counter()
    found = proved(house, settings, seed)
    for sentence in (*found.checked, *(f"FAULT: {each}" for each in found.faults)):
        print(sentence)
    print(f"proved in {perf_counter() - began:.0f} s")
    return 1 if found.faults else 0


def _keep(place: Path, filled: Filled, password: str) -> None:
    """Write down who may sign in, readable by nobody else: the world is invented, the habit is not."""
    place.touch(mode=0o600)
    place.write_text(json.dumps(as_json(filled.people, password), indent=1), encoding="utf-8")


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.world", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=10_000, help="how many")
    parser.add_argument("--engine", choices=ENGINES, default="auto")
    parser.add_argument("--seed", type=int, default=9, help="the same seed, size and day make the same world")
    parser.add_argument("--until", type=date.fromisoformat, help="the day on which the world stands; today if left out")
    parser.add_argument("--keep", type=Path, help="where keys and world.json stay, and the database on SQLite")
    parser.add_argument("--unproved", action="store_true", help="leave out the proof afterwards")
    asked = parser.parse_args(arguments)
    if asked.cases < 1:
        parser.error("--cases: at least one")
    if os.environ.get("DATABASE_URL") and asked.engine != "sqlite" and not asked.keep:
        parser.error("--keep says where the keys go; without them nobody reads what DATABASE_URL will hold")
    asked.until = asked.until or Clock().now().date()
    return asked


if __name__ == "__main__":
    sys.exit(main())
