"""One country's installation in the lossy drill: a server and a worker, each a process that can be killed at any time.

Both run the program as `waymark serve` and `waymark worker` do, over the same database and the same key files. Only the
clock is another: it runs faster than that of the machine, for all of them alike, or the rests between two tries would
take an afternoon.
"""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

import app.main
import app.worker
from app.access import once
from app.casework import mirror, receipts
from app.kit import log, postgresql
from app.kit.clock import Clock
from app.serving.sockets import listening
from app.serving.web import run
from app.settings import Settings
from app.worker import Worker
from tests.conftest import START
from tests.factories.houses import CHEAP
from tests.factories.programs import program

# Processes are forked from one that has read and built the program already: a start costs a moment, not six seconds.
FORKS: Final = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.gates.lossy_warm"])
ROLES: Final = ("server", "worker")
# How long a worker rests when nothing waits, in seconds of the machine.
PAUSE: Final = 0.05
# The clock runs fast, and the rounds over deadlines and checkpoints would come all the time: they come seldomer here,
# and yet more often for each message than in real use.
WATCH_EVERY: Final = timedelta(minutes=6)
SEAL_EVERY: Final = timedelta(minutes=1)
RING_EVERY: Final = 1.0


class QuickClock(Clock):
    """A clock that all processes read alike and that runs ``pace`` times as fast as the machine's."""

    def __init__(self, began: float, pace: int) -> None:
        """began: the machine's moment (time.time()) at which it shows the morning of the drill."""
        self._began, self._pace = began, pace

    def now(self) -> datetime:
        """The moment it is in the drill."""
        return START + timedelta(seconds=(time.time() - self._began) * self._pace)


@dataclass(frozen=True)
class Side:
    """What a process has to know of its installation. mutants: the faults that are planted in its program."""

    country: str
    url: str
    folder: Path
    port: int
    began: float
    pace: int
    mutants: tuple[str, ...] = ()

    @property
    def clock(self) -> QuickClock:
        """The clock of the drill."""
        return QuickClock(self.began, self.pace)

    @property
    def settings(self) -> Settings:
        """The settings of its server and its worker."""
        return Settings(environment="demo", var=self.folder / "var", database_url=self.url)


class QuickWorker(Worker):
    """The worker, which looks for new post all the time and at what waits for a day once a second of the machine."""

    _rang = 0.0

    def ring(self) -> int:
        """As the worker does it, a second after the last time or later."""
        if time.monotonic() - self._rang < RING_EVERY:
            return 0
        self._rang = time.monotonic()
        return super().ring()


def play(side: Side, role: str) -> None:
    """Be the server or the worker of a side until somebody ends it."""
    for name in side.mutants:
        MUTANTS[name]()
    stop = threading.Event()
    with (side.folder / f"{role}.log").open("a", encoding="utf-8") as stream:
        log.configure(stream)
        if role == "server":
            with program(side.settings, side.clock) as served:
                run(served, listening("127.0.0.1", side.port), worker=False)
            return
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        app.worker.WATCH_EVERY, app.worker.SEAL_EVERY = WATCH_EVERY, SEAL_EVERY
        QuickWorker(app.main.open_house(side.settings, side.clock, CHEAP), pause=PAUSE).run(stop)


@dataclass
class Crew:
    """The processes of both sides; whoever is killed starts again."""

    sides: tuple[Side, ...]
    killed: int = 0
    _running: dict[tuple[str, str], BaseProcess] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Start everybody who does not run."""
        with self._lock:
            for side in self.sides:
                for role in ROLES:
                    running = self._running.get((side.country, role))
                    if running is None or not running.is_alive():
                        fresh = FORKS.Process(target=play, args=(side, role), daemon=True)
                        fresh.start()
                        self._running[side.country, role] = fresh

    def kill(self, country: str, role: str) -> None:
        """Signal 9, wherever the process is now; `start` brings it back."""
        with self._lock:
            running = self._running[country, role]
            running.kill()
            running.join()
            self.killed += 1

    def end(self) -> None:
        """Everybody ends."""
        with self._lock:
            for running in self._running.values():
                running.kill()
                running.join()


# ------------------------------------------------------------------------------------------------- mutants


def no_inbox_dedupe() -> None:
    """The receiver does not remember what it has taken in."""
    found = receipts.found

    def forgets(desk: Any, message_id: str, level: str) -> Any:
        ours = desk.session.execute(
            mirror.select(mirror.TABLE.c.id).where(
                mirror.TABLE.c.country == desk.actor.country, mirror.TABLE.c.message_id == message_id,
                mirror.TABLE.c.direction == "in",
            )
        ).first()  # fmt: skip
        return None if level == "stored" and ours is not None else found(desk, message_id, level)

    receipts.found = forgets


def gap_accepted() -> None:
    """The receiver takes any number of a conversation, whatever came before it."""
    known = mirror._must_be_next

    def any_will_do(desk: Any, header: dict[str, Any]) -> None:
        try:
            known(desk, header)
        except mirror.MessageRefused:
            return

    mirror._must_be_next = any_will_do


def overtaking() -> None:
    """No fault of the receiver's: a sender that waits for no receipt before it sends the next message of a referral."""
    import app.worker as post

    table = post.TABLE
    due = (
        post.select(table).where(table.c.done_at.is_(None), table.c.next_at <= post.bindparam("now"))
        .order_by(table.c.attempts, table.c.next_at.desc(), table.c.seq.desc()).limit(1)
    )  # fmt: skip
    post._NEXT_OF_LANE = due.where(table.c.to_country == post.bindparam("lane"))


def day_of_arrival() -> None:
    """The receiver dates what it hears of with its own day, whenever it happened and wherever."""
    mirror.day_of = lambda desk, header, body: desk.today


def weak_commits_taken() -> None:
    """A connection whose commits wait for no standby is taken."""
    postgresql.WEAK_COMMITS = ()


def keys_forgotten() -> None:
    """Nobody remembers what was answered to a key, so a retry acts again."""
    once.claim = lambda desk, key, fingerprint: None


def outage_unnamed() -> None:
    """A database that went away is an error like any other."""
    postgresql.says_away = lambda error: False


MUTANTS: Final = {
    each.__name__: each
    for each in (
        no_inbox_dedupe, gap_accepted, overtaking, day_of_arrival,
        weak_commits_taken, keys_forgotten, outage_unnamed,
    )
}  # fmt: skip
