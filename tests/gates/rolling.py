"""Restarts under load: clients step and read over HTTP while the program is replaced again and again, and nobody sees.

    python -m tests.gates.rolling [--seconds 120] [--mutant cutting|closing]

On PostgreSQL. The socket is open all the while, as a service manager holds it. In turn the processes are replaced one
by one (SIGHUP), and another program is begun on the same socket and the first told to end (SIGTERM) once that serves.
What counts as failed: no answer, or one of the program's faults, even where the same request then succeeds. At the end
each case is compared with what its client was told: no confirmed step is lost, none happened twice. With ``--mutant`` a
fault is planted in the program, and a run that notices nothing ends with 1.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2
from sqlalchemy import func, select

import app.main
from app.access.desk import House
from app.casework.held import CASE
from app.models.history import HistoryEntry
from app.settings import Settings
from tests.factories.cases import bring_case
from tests.factories.forms import form
from tests.factories.houses import CHEAP, put_offices
from tests.factories.services import Service, service
from tests.factories.staff import Worker, hire_staff, token_for
from tests.gates.ground import ground, told
from tests.gates.scene import quiet
from tests.inspect import reading

API: Final = "/api/v1"
STEP: Final = "move_placement"
CLIENTS: Final = 4
SECONDS: Final = 120.0
# How long a client waits for one answer: on a machine that does much else, long.
PATIENCE: Final = 300.0
# A token lives a quarter of an hour.
TOKEN_SECONDS: Final = 300.0
# Each so many steps one is sent again with its key after it was confirmed: mostly another process answers.
REPEATED: Final = 4
# How long the load goes on between two restarts.
PAUSE: Final = 1.0
# How long a client rests after each round while new processes begin, which would else wait for the processor.
REST: Final = 0.3
MUTANTS: Final = ("cutting", "closing")
_HISTORY: Any = HistoryEntry.__table__


@dataclass(frozen=True)
class Plan:
    """``restarts``: reload and handover in turn, at least so many and until ``seconds`` are over. ``mutant``: one."""

    restarts: int = 2
    seconds: float = 0.0
    processes: int = 2
    mutant: str = ""


@dataclass
class Client:
    """Somebody at a shelter who moves one person from place to place, and looks."""

    house: House
    worker: Worker
    case_id: str
    address: str
    body: dict[str, Any]
    keeps: bool
    gentle: threading.Event
    version: int = 0
    confirmed: int = 0
    counted: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    _token: str = ""
    _token_at: float = 0.0

    def run(self, stop: threading.Event) -> None:
        """Step, look and look around until told to stop."""
        lines = httpx2.Limits() if self.keeps else httpx2.Limits(max_keepalive_connections=0)
        with httpx2.Client(base_url=self.address, timeout=PATIENCE, limits=lines) as client:
            while not stop.is_set():
                self._step(client)
                page = self._asked(client, "GET", f"/cases/{self.case_id}")
                if page.get("version") != self.version:
                    self.faults.append(f"{self.case_id} is at {page.get('version')}, {self.version} was confirmed")
                self._asked(client, "GET", "/cases?limit=20")
                if self.gentle.is_set():
                    time.sleep(REST)

    def _step(self, client: httpx2.Client) -> None:
        body, key = {"seen_version": self.version, "record": self.body}, uuid.uuid4().hex
        said = self._asked(client, "POST", f"/cases/{self.case_id}/steps/{STEP}", body, key)
        self.confirmed += 1
        if said.get("version") != self.version + 1:
            self.faults.append(f"{self.case_id}: {said} after {self.version}")
        if self.confirmed % REPEATED == 0:
            again = self._asked(client, "POST", f"/cases/{self.case_id}/steps/{STEP}", body, key)
            if again != said:
                self.faults.append(f"{self.case_id}: the same key was answered otherwise: {again}")
            self.counted["repeated"] += 1
        self.version = said.get("version", self.version)

    def _asked(
        self, client: httpx2.Client, method: str, path: str, body: dict[str, Any] | None = None, key: str = ""
    ) -> dict[str, Any]:
        """The answer, asked for until there is one; each time there is none is a failed request."""
        while True:
            headers = {"Authorization": f"Bearer {self._fresh()}", **({"Idempotency-Key": key} if key else {})}
            self.counted["requests"] += 1
            try:
                answer = client.request(method, API + path, json=body, headers=headers)
            except httpx2.TransportError as error:
                self._failed(f"{method} {type(error).__name__}")
                continue
            if answer.status_code in (200, 201):
                found: dict[str, Any] = answer.json()
                return found
            if answer.status_code < 500:
                self.faults.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
                return {}
            self._failed(f"{method} {answer.status_code}")

    def _failed(self, how: str) -> None:
        self.counted["failed"] += 1
        self.counted[how] += 1
        time.sleep(0.05)

    def _fresh(self) -> str:
        if time.monotonic() - self._token_at > TOKEN_SECONDS or not self._token:
            self._token, self._token_at = token_for(self.house, self.worker), time.monotonic()
        return self._token


@dataclass(frozen=True)
class Found:
    """What came of it: figures of all clients together, and how often the program was replaced."""

    counted: Counter[str]
    confirmed: int
    lost: int
    doubled: int
    faults: list[str]
    restarts: int
    seconds: float


def run(place: tuple[str, Path], plan: Plan, *, aloud: bool = False) -> Found:
    """Load, restarts, and what the database holds afterwards."""
    began = time.monotonic()
    url, folder = place
    with ExitStack() as stack:
        it = stack.enter_context(service(url, folder / "service"))
        house = app.main.open_house(Settings(environment="demo", var=it.var, database_url=url), None, CHEAP)
        stack.callback(house.db.dispose)
        put_offices(house)
        staff = hire_staff(house, "TH")
        worker, body = staff["social_worker"], form(house, "placement")
        gentle = threading.Event()
        clients = [
            Client(
                house, worker, bring_case(house, staff, "sheltered"), it.address, body, number % 2 == 0, gentle
            )
            for number in range(CLIENTS)
        ]
        before = _held(house, clients)
        for client in clients:
            client.version = before[client.case_id][0]
        program = it.begin(*_words(plan), command=_planted(plan))
        it.heard()
        stop = threading.Event()
        threads = [threading.Thread(target=client.run, args=(stop,)) for client in clients]
        for thread in threads:
            thread.start()
        try:
            restarts = _restart(it, program, clients, plan, began, gentle, aloud=aloud)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        after = _held(house, clients)
        happened = {case: after[case][1] - before[case][1] for case in after}
        counted: Counter[str] = sum((client.counted for client in clients), Counter())
        return Found(
            counted, sum(client.confirmed for client in clients),
            sum(max(0, client.confirmed - happened[client.case_id]) for client in clients),
            sum(max(0, happened[client.case_id] - client.confirmed) for client in clients),
            [fault for client in clients for fault in client.faults], restarts, time.monotonic() - began,
        )  # fmt: skip


def _restart(
    it: Service, program: Any, clients: Sequence[Client], plan: Plan, began: float, gentle: threading.Event, *,
    aloud: bool,
) -> int:  # fmt: skip
    """Replace the program in both ways in turn; how often. Between two of them every client does something."""
    done = 0
    while done < plan.restarts or time.monotonic() - began < plan.seconds:
        _let_work(clients)
        gentle.set()
        if plan.processes > 1 and done % 2 == 0:
            before = it.serving(program)
            program.send_signal(signal.SIGHUP)
            it.heard("RELOADING=1")
            it.heard()
            if kept := set(before) & set(it.serving(program)):
                raise RuntimeError(f"{len(kept)} of {len(before)} processes were not replaced")
        else:
            following = it.begin(*_words(plan), command=_planted(plan))
            it.heard()
            # At the moment of the stop all of them are at it.
            gentle.clear()
            _let_work(clients)
            it.end(program)
            program = following
        gentle.clear()
        done += 1
        if aloud:
            steps = sum(client.confirmed for client in clients)
            print(f"  {done} restarts, {steps} steps, {time.monotonic() - began:.0f} s", flush=True)
    _let_work(clients)
    return done


def _let_work(clients: Sequence[Client]) -> None:
    """Until each client has had another step confirmed, and a moment longer."""
    before = [client.confirmed for client in clients]
    end = time.monotonic() + PATIENCE
    while any(client.confirmed <= had for client, had in zip(clients, before, strict=True)):
        if time.monotonic() > end:
            raise RuntimeError("a client had no step confirmed for a long time")
        time.sleep(0.05)
    time.sleep(PAUSE)


def _held(house: House, clients: Sequence[Client]) -> dict[str, tuple[int, int]]:
    """Case -> its version, and how often its history tells of the step."""
    cases = [client.case_id for client in clients]
    with reading(house.db) as session:
        versions = {row.id: row.version for row in session.execute(select(CASE.c.id, CASE.c.version))}
        steps = (
            select(_HISTORY.c.subject_id, func.count().label("n"))
            .where(_HISTORY.c.subject_id.in_(cases), _HISTORY.c.step == STEP)
            .group_by(_HISTORY.c.subject_id)
        )
        taken = {row.subject_id: row.n for row in session.execute(steps)}
    return {case: (versions[case], taken.get(case, 0)) for case in cases}


def _words(plan: Plan) -> list[str]:
    return ["--no-worker", *(["--processes", str(plan.processes)] if plan.processes > 1 else [])]


def _planted(plan: Plan) -> list[str]:
    """The command of a mutant: the same program with the fault in it. Empty: the program itself."""
    if not plan.mutant:
        return []
    return [sys.executable, "-m", "tests.gates.rolling_mutants", plan.mutant, "serve", *_words(plan)]


def report(found: Found, plan: Plan) -> bool:
    """Print the gate's lines; whether everything holds."""
    print(f"  {found.seconds:.0f} s; {dict(sorted(found.counted.items()))}; {plan.mutant or 'no mutant'}")
    for sentence in found.faults[:10]:
        print(f"  {sentence}")
    more: dict[str, object] = {"restarts": found.restarts, "engine": "postgresql"}
    return all([
        told("rolling", "failed_requests", found.counted["failed"], 0, found.counted["requests"], **more),
        told("rolling", "committed_steps_lost", found.lost, 0, found.confirmed, **more),
        told("rolling", "committed_steps_doubled", found.doubled, 0, found.confirmed, **more),
        told("rolling", "wrong_answers", len(found.faults), 0, found.counted["requests"], **more),
        found.restarts >= plan.restarts,
    ])  # fmt: skip


def main() -> int:
    """The command: 0 if nobody noticed anything, or if a mutant was noticed."""
    quiet()
    parser = argparse.ArgumentParser(prog="python -m tests.gates.rolling", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for how long at least")
    parser.add_argument("--mutant", choices=MUTANTS, default="", help="plant a fault, which has to be noticed")
    asked = parser.parse_args()
    plan = Plan(seconds=asked.seconds)
    if asked.mutant:
        plan = Plan(seconds=asked.seconds, processes=1, mutant=asked.mutant)
    with ground("postgresql") as place:
        held = report(run(place, plan, aloud=True), plan)
    return 0 if held != bool(asked.mutant) else 1


if __name__ == "__main__":
    sys.exit(main())
