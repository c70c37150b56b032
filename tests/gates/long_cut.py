"""G20: the line is cut for three days; what was said meanwhile waits, and arrives whole and in its order afterwards.

    python -m tests.gates.long_cut --long [--engine sqlite|postgresql]

Two installations in this process, each with a program, a database and keys of its own, and a real line between them
that carries nothing for 72 hours by their clock. In the long form 1,000 messages wait at its end.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from app.access.desk import House
from app.casework.messages import TABLE as MESSAGE
from app.exchange.remote import Routed
from app.kit.clock import SettableClock
from app.worker import LONGEST_REST, Worker
from tests.conftest import START
from tests.gates.ground import engines_asked, ground, told
from tests.gates.lossy_line import lossy
from tests.gates.lossy_proof import OUTBOX, judge
from tests.gates.scene import quiet
from tests.inspect import reading
from tests.journeys import custody, paths
from tests.journeys.apart import Apart, introduce, open_apart
from tests.journeys.paths import Crossing
from tests.quick_heap import quick_heap

HOURS: Final = 72
LONG: Final = 1_000
SHORT: Final = 100
Place = tuple[str, Path]


@dataclass(frozen=True)
class Found:
    """What came of it. waited: messages in the queue when the line came back; rested: seconds until it was tried."""

    waited: int
    arrived: int
    out_of_order: int
    tries: int
    rested: float
    faults: list[str]

    @property
    def lost(self) -> int:
        """Messages that were said and did not arrive."""
        return self.waited - self.arrived


def run(places: tuple[Place, Place], messages: int) -> Found:
    """Cut the line, say so many things over three days, mend it, and look what has arrived."""
    clock = SettableClock(START)
    with ExitStack() as stack:
        apart = stack.enter_context(open_apart(*places, clock))
        here, there = apart.houses
        to = int(apart.addresses["MM"].rpartition(":")[2])
        address, line = stack.enter_context(lossy(to, 1))
        line.healed = True
        introduce(there, address, "MM", to=here)
        crossings = [paths.acknowledged(apart) for _ in range(max(2, messages // 100))]
        before, route = _order(there), Routed(here)
        worker = Worker(here, route)
        line.cut = True
        _talk(apart, crossings, messages, worker)
        waited, tries = _waiting(here)
        line.cut = False
        rested = _until_tried(worker, clock)
        # No two messages at one moment: the order of their arrival is told by it.
        clock.advance(timedelta(seconds=1))
        while any(worker.one(lane) for lane in ("", "MM")):
            clock.advance(timedelta(seconds=1))
        route.close()
        apart.post()
        order = _order(there)[len(before) :]
        said = [[seq for shared_id, seq in order if shared_id == crossing.shared_id] for crossing in crossings]
        astray = sum(numbers != sorted(numbers) for numbers in said)
        # The referrals go on; here only what was said of them is judged.
        faults = [each for each in judge(here, there, {}).faults if "the end is" not in each]
        return Found(waited, len(order), astray, tries, rested, faults)


def _talk(apart: Apart, crossings: list[Crossing], messages: int, worker: Worker) -> None:
    """Over 72 hours the sender's people go on with their work, and its worker with its tries."""
    said = 0
    for hour in range(1, HOURS + 1):
        apart.clock.advance(timedelta(hours=1))
        while said < messages * hour // HOURS:
            apart["th.manager"].take(crossings[said % len(crossings)].sent, "disclose_identity")
            said += 1
        for lane in ("", "MM"):
            while worker.one(lane):
                pass
        assert all(custody.holders(apart.houses[0]).values()), "nobody is responsible"


def _until_tried(worker: Worker, clock: SettableClock) -> float:
    """How many seconds after the line came back the first message goes through."""
    mended = clock.now()
    while not worker.one("MM"):
        clock.advance(timedelta(seconds=1))
        if clock.now() - mended > 2 * LONGEST_REST:
            break
    return (clock.now() - mended).total_seconds()


def _waiting(house: House) -> tuple[int, int]:
    """How many effects wait for the partner, and how often the one tried most was tried."""
    with reading(house.db) as session:
        query = select(func.count(), func.max(OUTBOX.c.attempts)).where(
            OUTBOX.c.done_at.is_(None), OUTBOX.c.to_country == "MM", OUTBOX.c.effect == "deliver"
        )
        waiting, tries = session.execute(query).one()
        return int(waiting), int(tries or 0)


def _order(house: House) -> list[tuple[str, int]]:
    """What has come in, in the order in which it was stored: which referral, which number."""
    with reading(house.db) as session:
        query = select(MESSAGE.c.shared_id, MESSAGE.c.seq).where(MESSAGE.c.direction == "in")
        return [(row.shared_id, row.seq) for row in session.execute(query.order_by(MESSAGE.c.created_at, MESSAGE.c.id))]


def report(found: Found, engine: str) -> bool:
    """Print the gate's lines; whether everything holds."""
    for sentence in found.faults[:20]:
        print(f"  {sentence}")
    longest = int(LONGEST_REST.total_seconds())
    return all([
        told("g20", "lost_in_72_hours", found.lost, 0, found.waited, engine=engine, tries=found.tries),
        told("g20", "out_of_order", found.out_of_order, 0, found.waited, engine=engine),
        told("g20", "seconds_until_tried", int(found.rested), longest + 1, found.waited, engine=engine),
        told("g20", "faults_after_the_cut", len(found.faults), 0, found.waited, engine=engine),
    ])  # fmt: skip


def main() -> int:
    """The command: 0 if everything holds on every engine."""
    quiet()
    long, engines = engines_asked(__doc__ or "")
    quick_heap()
    held = []
    for engine in engines:
        with ground(engine) as near, ground(engine) as far:
            found = run((near, far), LONG if long else SHORT)
        held.append(found.waited >= (LONG if long else SHORT) and report(found, engine))
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
