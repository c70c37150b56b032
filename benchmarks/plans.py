"""Plans: how much PostgreSQL looks at for what an office asks all day, told by its own plans.

    python -m benchmarks.plans [--cases 10000] [--entries 10000]
    DATABASE_URL=... WAYMARK_OWNER_DATABASE_URL=... python -m benchmarks.plans --over FOLDER

It fills a world (benchmarks/world) on a server of its own, or takes the one that `benchmarks.world --keep FOLDER` has
filled, sends every hot act through the program's doors, and has each statement explained in the transaction that sends
it: as the serving role, behind row security, by the plan that is kept. Printed are statements, pages of 8 KB and rows
looked at; no time, so that a busy machine says the same as a quiet one. Exit code 1: an act looks at more than its
limit, or reads a large table from end to end.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Final

from fastapi.testclient import TestClient

from app.access.desk import House
from app.kit.clock import Clock
from app.main import create_app
from app.settings import Settings
from benchmarks import hot, progress
from benchmarks.explaining import Told, explained
from benchmarks.small_house import NotUsable, database, know_the_tables, owner_of
from benchmarks.world.filling import fill, grown
from tests.factories.houses import CHEAP

# Tables that grow with the years; the others stay as small as a directory.
LARGE: Final = frozenset(
    {
        "access_entry", "case_facts", "case_file", "case_team", "data_key", "history_entry", "message",
        "message_receipt", "name_key", "outbox_row", "person", "person_identity", "record", "referral", "task",
    }
)
# Pages and rows that one act may look at, whatever the size of the world: a page of fifty rows, what is looked at for
# each of them, and a house of some 2,000 cases, up to which PostgreSQL rather sorts all of it (docs/performance.md).
MOST: Final = (1500, 2500)
# Some thirty pages for each person who meets the name; facts of all cases of such a house; tasks of other roles on the
# way to those of one's own; the cases of a country as long as that is less than those of all one's teams.
_BY_FACTS: Final = (13_000, 6000)
LIMITS: Final[Mapping[str, tuple[int, int]]] = {
    "name search": (15_000, 6000), "list of a worker": (8000, 13_000), "inbox of a border post": (6000, 6000),
    "tasks of an office": (1500, 5000), "tasks of a worker": (1500, 5000), "list children": _BY_FACTS,
    "list by nationality": _BY_FACTS, "list with a flag": _BY_FACTS, "list opened again": _BY_FACTS,
}  # fmt: skip
# A table of so few rows is read at once rather than found in row by row; that is no fault before it grows.
FEW: Final = 2000


@dataclass(frozen=True, slots=True)
class Cost:
    """What one act came to: its statements, and what is wrong with it."""

    act: str
    told: tuple[Told, ...]

    @property
    def pages(self) -> int:
        """Pages that all its statements looked at."""
        return sum(each.pages for each in self.told)

    @property
    def rows(self) -> int:
        """Rows of large tables that all its statements looked at."""
        return sum(scan.rows for each in self.told for scan in each.scans if scan.table in LARGE)

    @property
    def faults(self) -> list[str]:
        """Large tables that are read from end to end, and limits that are passed; a sentence for each."""
        found = [
            f"{self.act}: {scan.table} is read from end to end, {scan.rows} rows: {each.statement[:160]}"
            for each in self.told
            for scan in each.whole
            if scan.table in LARGE and scan.rows > FEW
        ]
        pages, rows = LIMITS.get(self.act, MOST)
        for what, looked_at, most in (("pages", self.pages, pages), ("rows", self.rows, rows)):
            if looked_at > most:
                found.append(f"{self.act}: {looked_at} {what} are looked at, not more than {most} should be")
        return found


def costs(app: Any, client: TestClient, cast: hot.Cast, names: Collection[str] = ()) -> Iterator[Cost]:
    """Do every hot act once, explained; ``names``: only these."""
    house: House = app.state.house
    for name, act in hot.acts(app, client, cast).items():
        if not names or name in names:
            with explained(house.db) as told:
                act()
            yield Cost(name, tuple(told))


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill or take a world, ask, print; the exit code (2: it cannot run as asked)."""
    asked = _asked(arguments)
    try:
        with ExitStack() as stack:
            folder = asked.over or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="waymark-plans-")))
            if asked.over:
                url = os.environ["DATABASE_URL"]
            else:
                url, _ = stack.enter_context(database("postgresql", folder))
            app = create_app(Settings(environment="demo", var=folder, database_url=url), passwords=CHEAP)
            stack.callback(app.state.house.db.dispose)
            if not asked.over:
                filled(app.state.house, asked.cases, owner_of(url))
                print(file=sys.stderr)
            cast = hot.cast_of(app.state.house, asked.entries)
            know_the_tables(app.state.house, owner_of(url))
            client = TestClient(app, base_url="http://localhost")
            return _tell(costs(app, client, cast, asked.acts), asked.statements)
    except NotUsable as reason:
        print(reason, file=sys.stderr)
        return 2


def filled(house: House, cases: int, owner_url: str) -> Mapping[str, int]:
    """Fill an empty store with a world of so many cases, grown from few patterns; rows by table."""
    until = datetime.combine(Clock().now().date(), time(12), tzinfo=UTC)
    with grown(min(cases, 999)) as small:
        return fill(
            house, small, cases, seed=9, password="none-signs-in-here", until=until, owner_url=owner_url,
            progress=progress.bar,
        ).counts  # fmt: skip


def _tell(found: Iterator[Cost], statements: bool) -> int:
    faults: list[str] = []
    print(f"{'':26}{'statements':>12}{'pages':>10}{'rows':>10}   the dearest: pages, and tables by how they are read")
    for cost in found:
        most = max(cost.told, key=lambda each: each.pages)
        read = ", ".join(
            f"{scan.table} {scan.rows} by {scan.index or 'NOTHING'}" for scan in most.scans if scan.table in LARGE
        )
        print(f"{cost.act:26}{len(cost.told):12}{cost.pages:10}{cost.rows:10}   {most.pages}: {read[:300]}", flush=True)
        faults += cost.faults
        for each in sorted(cost.told, key=lambda each: -each.pages) if statements else ():
            print(f"    {each.pages:8} {each.rows:8}  {each.statement[:200]}")
    print("\n".join(faults))
    return 1 if faults else 0


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.plans", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=10_000, help="of the world that is filled")
    parser.add_argument("--entries", type=int, default=10_000, help="of the case whose history is made long")
    parser.add_argument("--over", type=Path, help="the folder of a world that is there already, at DATABASE_URL")
    parser.add_argument("--acts", nargs="+", default=[], help="only these, by their names")
    parser.add_argument("--statements", action="store_true", help="print every statement, the dearest first")
    asked = parser.parse_args(arguments)
    if asked.over and not os.environ.get("DATABASE_URL"):
        parser.error("--over takes the world at DATABASE_URL, which is not set")
    return asked


if __name__ == "__main__":
    sys.exit(main())
