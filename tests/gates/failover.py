"""A primary that dies under load: nothing that was confirmed is lost, nothing is done twice, nobody restarts anything.

    python -m tests.gates.failover [--long] [--kills 12]

Two PostgreSQL servers, the second of which follows the first; a commit waits for it. A server and a worker of the
program, which are told both addresses, and clients at work over HTTP. The primary is killed by signal 9 with all its
processes, the other is promoted, and the dead one comes back as its standby; then the same the other way round. Before
a kill commits are caught where it hurts: not yet sent to the standby (they must be done anew), or on its disk and not
yet confirmed (they must not). In both cases the client has been told that nobody knows, and asks again with its key.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx2

import app.main
from app.access.desk import House
from app.kit import migrate
from app.settings import Settings
from tests.factories.cases import bring_case, version_of
from tests.factories.forms import form
from tests.factories.houses import CHEAP, put_offices
from tests.factories.staff import Worker, hire_staff, token_for
from tests.gates.failover_clients import ACTS, Client, Desk
from tests.gates.failover_proof import Act, Judged, judge, waiting, written
from tests.gates.ground import told
from tests.gates.lossy import _free_port
from tests.gates.lossy_sides import ROLES, Crew, Side
from tests.gates.scene import quiet
from tests.journeys.paths import IDENTITY
from tests.quick_folder import quick_folder
from tests.quick_heap import quick_heap
from tests.standby import NotInTime, Pair, pair, until

# Where the commits are when the primary dies: anywhere, on the primary alone, or on both and not yet confirmed.
CAUGHT: Final = ("unapplied", "unsent", "anywhere")
LONG: Final = 12
# In the long form: acts of each client before each kill, and seconds at most until the standby is promoted.
LONGER: Final = (12, 6.0)
CLIENTS: Final = 4
DATABASE: Final = "waymark_failover"
# So many commits wait for the standby before a kill that catches them, or so many more are confirmed since none waits.
CAUGHT_AT_LEAST: Final = 2
MORE_CONFIRMED: Final = 8


@dataclass(frozen=True)
class Plan:
    """What a run is to do. kills: where the commits are caught, one for each kill.

    calm: acts that each client has done before each kill; away: seconds at most until somebody promotes the standby.
    The rest is for mutants.
    """

    kills: tuple[str, ...]
    calm: int = 1
    away: float = 0.0
    synchronous: bool = True
    options: str = ""
    acts: tuple[str, ...] = ACTS
    mutants: tuple[str, ...] = ()
    clients: int = CLIENTS


@dataclass
class Outage:
    """One kill. Seconds since it: until the standby was asked to take over, had, and the first and last were served."""

    caught: str
    waiting: int
    asked: float
    promoted: float
    first: float
    last: float
    answers: Counter[str] = field(default_factory=Counter)
    replayed: int = 0
    done_anew: int = 0


@dataclass
class Found:
    """What came of it."""

    judged: Judged
    outages: list[Outage]
    desk: Desk
    asked_again: int
    otherwise: list[str]
    restarted: list[str]
    seconds: float

    @property
    def faults(self) -> list[str]:
        """Everything that is wrong."""
        return [*self.judged.faults, *self.desk.faults, *self.otherwise, *self.restarted]

    def answers(self) -> Counter[str]:
        """Every answer while the primary was away: status and code -> how often."""
        return sum((each.answers for each in self.outages), Counter())


class Tokens:
    """A live token of the one account that all clients use, fetched anew while the database is there."""

    def __init__(self, house: House, worker: Worker) -> None:
        self._house, self._worker = house, worker
        self.renew()

    def renew(self) -> None:
        """Another one, which lives a quarter of an hour; over fresh connections: the old ones may be to the dead."""
        self._house.db.dispose()
        self.now = token_for(self._house, self._worker)


@dataclass
class Scene:
    """Everything that runs: two servers, the program's two processes, and a house in this process to look from."""

    pair: Pair
    settings: Settings
    crew: Crew
    house: House
    worker: Worker
    tokens: Tokens
    desk: Desk
    clients: list[Client]
    before: Counter[Act]


@contextmanager
def opened(plan: Plan) -> Iterator[Scene]:
    """Both servers, the program over them, and clients that have not begun."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="waymark-gate-", dir=quick_folder())))
        (folder / "var").mkdir()
        both = stack.enter_context(pair(synchronous=plan.synchronous))
        both.primary.ask(f"CREATE DATABASE {DATABASE} OWNER waymark_owner")
        migrate.upgrade(both.owner_url(DATABASE))
        side = Side("TH", both.url(DATABASE, plan.options), folder, _free_port(), time.time(), 1, plan.mutants)
        # What looks on from here is no part of what is tried, and has to see.
        watching = Side("TH", both.url(DATABASE), folder, side.port, side.began, 1)
        house = app.main.open_house(watching.settings, watching.clock, CHEAP)
        stack.callback(house.db.dispose)
        put_offices(house)
        staff = hire_staff(house, "TH")
        worker = staff["social_worker"]
        cases = [bring_case(house, staff, "sheltered") for _ in range(plan.clients)]
        tokens = Tokens(house, worker)
        bodies: dict[str, dict[str, Any]] = {
            "move": form(house, "placement"),
            "record": form(house, "consent_withdrawal"),
            "open": {
                "source": "police", "child": False, "age_band": "18+", "sex": "F", "nationality": "MM",
                "language": "my", "exploitation": "ForcedLabour", "identity": IDENTITY, "channel": "government",
                "new_person": True,
            },
        }  # fmt: skip
        crew = Crew((side,))
        stack.callback(crew.end)
        crew.start()
        desk = Desk(side.port, lambda: tokens.now, bodies, plan.acts)
        stack.callback(desk.stop.set)
        until("the server to answer", lambda: _healthy(side.port), 180)
        clients = [Client(desk, case, version_of(house, case)) for case in cases]
        yield Scene(both, watching.settings, crew, house, worker, tokens, desk, clients, written(house, worker.id))


def run(plan: Plan, *, aloud: bool = False) -> Found:
    """Kill the primary again and again under load, let the queues drain, ask once more for what was done, and judge."""
    began = time.monotonic()
    with opened(plan) as scene:
        processes = dict(scene.crew._running)
        for client in scene.clients:
            client.start()
        outages = []
        for number, caught in enumerate(plan.kills):
            last = number == len(plan.kills) - 1
            chance = Random(number)
            _at_work(scene, time.monotonic(), plan.calm, "everybody to be at work")
            if caught == "anywhere":
                time.sleep(chance.random() / 2)
            back = "" if last else ("rewind", "copy")[number % 2]
            outages.append(_fail_over(scene, caught, plan.away * chance.random(), back))
            if aloud:
                print(f"  {_sentence(outages[-1])}", flush=True)
        _at_work(scene, time.monotonic(), plan.calm, "everybody to be at work again")
        scene.desk.stop.set()
        for client in scene.clients:
            client.join()
        scene.house.db.dispose()
        until("the queue to drain", lambda: not waiting(scene.house))
        scene.tokens.renew()
        with ExitStack() as stack:
            again = [Client(scene.desk, client.case, client.version) for client in scene.clients]
            for each in again:
                stack.callback(each.http.close)
            asked = [(each, done) for each, client in zip(again, scene.clients, strict=True) for done in _some(client)]
            otherwise = [said for each, done in asked if (said := each.again(done))]
        restarted = [
            f"the {role} did not live through it" for (_, role), each in processes.items() if not each.is_alive()
        ]
        assert len(processes) == len(ROLES)
        scene.crew.end()
        judged = judge(
            scene.house, scene.settings, scene.clients, scene.desk.looks, scene.worker.id, scene.before
        )
        return Found(judged, outages, scene.desk, len(asked), otherwise, restarted, time.monotonic() - began)


def _some(client: Client) -> list[Any]:
    """The acts that had to be asked for more than once, and as many others."""
    hard = [done for done in client.done if done.asked > 1]
    return [*hard, *[done for done in client.done if done.asked == 1][-max(4, len(hard)) :]]


def _fail_over(scene: Scene, caught: str, away: float, back: str) -> Outage:
    """Kill the primary under load, promote the other, see that everybody is served; back: how the dead one returns."""
    both, clients = scene.pair, scene.clients
    scene.tokens.renew()
    held = _catch(scene, caught)
    killed = time.monotonic()
    both.primary.kill()
    until("clients to notice", lambda: sum(each.at > killed for each in list(scene.desk.seen)) >= 2 * len(clients))
    time.sleep(away)
    asked = time.monotonic()
    both.promote()
    promoted = time.monotonic()
    _at_work(scene, promoted, 1, "everybody to be served again")
    firsts = [client.confirmed_after(promoted) or 0.0 for client in clients]
    outage = Outage(
        caught, held, asked - killed, promoted - killed, min(firsts) - killed, max(firsts) - killed
    )
    outage.answers.update(
        f"{each.status} {each.code}".strip() for each in list(scene.desk.seen) if killed < each.at <= max(firsts)
    )
    for client in clients:
        hard = [done for done in list(client.done) if done.at > killed and done.asked > 1]
        outage.replayed += sum(done.replayed for done in hard)
        outage.done_anew += sum(not done.replayed for done in hard)
    if back:
        both.rejoin(back)
    return outage


def _catch(scene: Scene, caught: str) -> int:
    """Hold commits back where they are to be caught; how many wait for the standby at the end."""
    both = scene.pair
    if caught == "anywhere":
        return both.waiting()
    both.hold_back_sending() if caught == "unsent" else both.hold_back_applying()
    before = sum(len(client.done) for client in scene.clients)

    def enough() -> bool:
        confirmed = sum(len(client.done) for client in scene.clients) - before
        return both.waiting() >= CAUGHT_AT_LEAST or confirmed >= MORE_CONFIRMED

    until("commits to be caught", enough)
    return both.waiting()


def _at_work(scene: Scene, since: float, acts: int, what: str) -> None:
    """Wait until each client was told of so many acts since that moment; NotInTime, or a client that ended."""

    def all_have() -> bool:
        if scene.desk.faults and not all(client.is_alive() for client in scene.clients):
            raise NotInTime(f"{what}: {scene.desk.faults[0]}")
        return all(sum(done.at > since for done in list(client.done)) >= acts for client in scene.clients)

    until(what, all_have, 60 + 30 * acts)


def _healthy(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/health", trust_env=False, timeout=20).status_code == 200
    except httpx2.HTTPError:
        return False


def _sentence(outage: Outage) -> str:
    return (
        f"{outage.caught}: {outage.waiting} commits waited; asked after {outage.asked:.1f} s, promoted after"
        f" {outage.promoted:.1f} s, served after {outage.first:.1f} s, all after {outage.last:.1f} s;"
        f" {outage.replayed} answered by their key, {outage.done_anew} done anew;"
        f" {dict(sorted(outage.answers.items()))}"
    )


def report(found: Found) -> bool:
    """Print the gate's lines; whether everything holds."""
    judged, kills = found.judged, len(found.outages)
    for sentence in found.faults[:20]:
        print(f"  {sentence}")
    answers = found.answers()
    for_all = sorted(each.last - each.promoted for each in found.outages)
    print(f"  while it was away: {dict(sorted(answers.items()))}; {found.seconds:.0f} s in all")
    print(f"  from promotion until all were served: {', '.join(f'{each:.1f} s' for each in for_all)}")
    unclear = sum(n for said, n in answers.items() if said.startswith("5") and not said.startswith("503"))
    caught = [each for each in found.outages if each.caught == "unapplied"]
    kept = sum(each.replayed for each in caught)
    return all([
        told("failover", "lost", len(judged.lost), 0, judged.confirmed, kills=kills),
        told("failover", "twice", len(judged.twice), 0, judged.confirmed, answered_by_their_key=kept),
        told("failover", "looks_not_noted", len(judged.unlogged), 0, sum(found.desk.looks.values())),
        told("failover", "half_done", len(judged.half), 0, judged.confirmed),
        told("failover", "evidence_broken", len(judged.evidence), 0, judged.confirmed),
        told("failover", "answers_unclear", unclear + len(found.desk.faults), 0, sum(answers.values())),
        told("failover", "answered_otherwise", len(found.otherwise), 0, found.asked_again),
        told("failover", "stale_versions", found.desk.stale, 0, judged.confirmed),
        told("failover", "processes_gone", len(found.restarted), 0, kills),
        # Commits that were kept and not confirmed were really there.
        not caught or kept > 0,
    ])  # fmt: skip


def main() -> int:
    """The command: 0 if everything holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help=f"{LONG} kills instead of {len(CAUGHT)}")
    parser.add_argument("--kills", type=int, help="that many kills")
    asked = parser.parse_args()
    quiet()
    quick_heap()
    kills = asked.kills or (LONG if asked.long else len(CAUGHT))
    caught = tuple(CAUGHT[number % len(CAUGHT)] for number in range(kills))
    found = run(Plan(caught, *LONGER if asked.long else ()), aloud=True)
    return 0 if report(found) else 1


if __name__ == "__main__":
    sys.exit(main())
