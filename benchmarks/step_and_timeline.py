"""Measures a step, a record and a timeline read over HTTP against the same durable work by the bare driver.

    python -m benchmarks.step_and_timeline [--engine auto|postgresql|sqlite] [--seconds 5] [--json FILE]

Everything is switched on: rights, guards, facts, chain, tasks, outbox, access log, idempotency, durable commits. The
floor runs in the same run on the same database; only the ratio between the two says something about the program.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import threading
import uuid
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import select

from app.casework.held import CASE
from benchmarks import floor, load, small_house
from benchmarks.load import Act, Figures
from benchmarks.server import Server, running
from benchmarks.small_house import World
from tests.factories.forms import form
from tests.factories.staff import token_for
from tests.inspect import reading

ACTS = ("step", "record", "timeline")
API = "/api/v1"
TITLES = {
    "step": "step (move_placement)",
    "record": "record (consent_withdrawal)",
    "timeline": "timeline (first page)",
}


@dataclass
class Caller:
    """One client of the door with cases of its own; it knows the version of each it saw last."""

    client: httpx2.Client
    token: str
    cases: list[str]
    bodies: dict[str, dict[str, Any]]
    versions: dict[str, int] = field(default_factory=dict)
    _next: int = 0

    def act(self, name: str) -> Act:
        """The act to repeat: step, record or timeline."""
        acts: dict[str, Callable[[str], None]] = {"step": self._step, "record": self._record, "timeline": self._look}
        inside = acts[name]

        def once() -> None:
            case_id = self.cases[self._next % len(self.cases)]
            self._next += 1
            inside(case_id)

        return once

    def _step(self, case_id: str) -> None:
        self._change(case_id, f"/cases/{case_id}/steps/move_placement", "placement", 200)

    def _record(self, case_id: str) -> None:
        self._change(case_id, f"/cases/{case_id}/records/consent_withdrawal", "consent_withdrawal", 201)

    def _change(self, case_id: str, path: str, kind: str, status: int) -> None:
        body = {"seen_version": self.versions[case_id], "record": self.bodies[kind]}
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": uuid.uuid4().hex}
        answer = self.client.post(API + path, json=body, headers=headers)
        if answer.status_code != status:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text}")
        self.versions[case_id] = answer.json()["version"]

    def _look(self, case_id: str) -> None:
        path = f"{API}/cases/{case_id}/timeline"
        answer = self.client.get(path, headers={"Authorization": f"Bearer {self.token}"})
        if answer.status_code != 200 or not answer.json()["items"]:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text}")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: the same act over HTTP and by the bare driver."""

    act: str
    clients: int
    http: Figures
    driver: Figures

    @property
    def ratio(self) -> float:
        """How much of the bare driver's pace is left over HTTP."""
        return self.http.per_second / self.driver.per_second


def main(arguments: Sequence[str] | None = None) -> int:
    """Build a world, measure, print; the exit code (2: it cannot run here as asked)."""
    asked = _asked(arguments)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="waymark-bench-")))
        try:
            url, durable = stack.enter_context(small_house.database(asked.engine, folder))
        except small_house.NotUsable as reason:
            print(reason, file=sys.stderr)
            return 2
        print(f"Building: {2 * asked.cases} cases with {asked.entries} entries each ...", flush=True)
        built = small_house.build(url, folder, asked.cases, asked.entries)
        stack.callback(built.house.db.dispose)
        server = stack.enter_context(running(folder, url))
        lines = [
            _measure(stack, built, server, url, act, clients, asked)
            for act in ACTS
            for clients in dict.fromkeys(asked.clients)
        ]
    _print_table(durable, lines)
    if asked.json:
        asked.json.write_text(json.dumps(_as_json(durable, lines), indent=2) + "\n")
        print(f"\nThe same as JSON: {asked.json}")
    else:
        print("\n" + json.dumps(_as_json(durable, lines)))
    return 0


def callers(stack: ExitStack, built: World, base_url: str, clients: int) -> list[Caller]:
    """So many clients over HTTP, each with its share of the cases."""
    bodies = {kind: form(built.house, kind) for kind in ("placement", "consent_withdrawal")}
    found = []
    for share in _shares(built.over_http, clients):
        client = stack.enter_context(httpx2.Client(base_url=base_url, timeout=60))
        # A token of its own for each measurement: one lives a quarter of an hour.
        token = token_for(built.house, built.worker)
        found.append(Caller(client, token, share, bodies, _versions(built, share)))
    return found


def _measure(
    stack: ExitStack, built: World, server: Server, url: str, act: str, clients: int, asked: argparse.Namespace
) -> Line:
    http = [caller.act(act) for caller in callers(stack, built, server.url, clients)]
    over_http = load.run(http, seconds=asked.seconds, most=asked.most, cpu_seconds=server.cpu_seconds)
    turn, worker = threading.Lock(), built.worker
    drivers = [floor.connect(url, turn) for _ in range(clients)]
    bare = [
        floor.Floor(driver, share, worker.id, worker.office_id).act(act)
        for driver, share in zip(drivers, _shares(built.by_driver, clients), strict=True)
    ]
    by_driver = load.run(bare, seconds=asked.seconds, most=asked.most * 10, cpu_seconds=lambda: None)
    for driver in drivers:
        driver.connection.close()
    return Line(act, clients, over_http, by_driver)


def _shares(cases: list[str], clients: int) -> list[list[str]]:
    return [cases[number::clients] for number in range(clients)]


def _versions(built: World, cases: list[str]) -> dict[str, int]:
    with reading(built.house.db) as session:
        query = select(CASE.c.id, CASE.c.version).where(CASE.c.id.in_(cases))
        return {row.id: row.version for row in session.execute(query)}


def _print_table(durable: str, lines: Sequence[Line]) -> None:
    print(f"\n{durable}; uvicorn, one process; {os.cpu_count()} cores; Python {platform.python_version()}\n")
    columns = ("", "clients", "HTTP per s", "p50 ms", "p95 ms", "CPU ms", "driver per s", "p50 ms", "p95 ms", "ratio")
    print(f"{columns[0]:28}" + "".join(f"{name:>13}" for name in columns[1:]))
    for line in lines:
        http, driver = line.http, line.driver
        values = (
            str(line.clients), f"{http.per_second:.0f}", f"{http.p50_ms:.2f}", f"{http.p95_ms:.2f}",
            "-" if http.cpu_ms is None else f"{http.cpu_ms:.2f}",
            f"{driver.per_second:.0f}", f"{driver.p50_ms:.2f}", f"{driver.p95_ms:.2f}", f"{line.ratio:.3f}",
        )  # fmt: skip
        print(f"{TITLES[line.act]:28}" + "".join(f"{value:>13}" for value in values))


def _as_json(durable: str, lines: Sequence[Line]) -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "engine": durable,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "lines": [
            {
                "act": line.act,
                "clients": line.clients,
                "http": line.http.as_json(),
                "driver": line.driver.as_json(),
                "ratio": round(line.ratio, 3),
            }
            for line in lines
        ],
    }


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.step_and_timeline", description=__doc__)
    parser.add_argument("--engine", choices=small_house.ENGINES, default="auto")
    parser.add_argument("--seconds", type=float, default=5, help="the longest one measurement takes")
    parser.add_argument("--most", type=int, default=2000, help="acts over HTTP in one measurement, at most")
    parser.add_argument("--cases", type=int, default=16, help="for HTTP; as many again for the driver")
    parser.add_argument("--entries", type=int, default=50, help="history entries of a case at the start")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8], help="threads, each with its own cases")
    parser.add_argument("--json", type=Path, help="write the figures to this file instead of the last line")
    asked = parser.parse_args(arguments)
    if asked.cases < max(asked.clients):
        parser.error("every client needs a case of its own: --cases must not be less than --clients")
    return asked


if __name__ == "__main__":
    sys.exit(main())
