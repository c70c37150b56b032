"""Measures Waymark beside its best peer: the same acts at both doors, in one run, on one database server.

    python -m benchmarks.peers [--seconds 5] [--clients 8] [--cases 2000] [--environment FOLDER] [--json FILE]

The peer (benchmarks/peer: Django, REST framework, django-fsm-2, django-simple-history, gunicorn) is installed into an
environment of its own, and served by as many processes as Waymark: once for each number of threads, and the best of
these counts for each act. A wrong answer ends the run without figures (exit code 1), and so does an act whose rows are
not in the database afterwards. Exit code 2: it cannot run as asked, and says why. Both databases are on a server of its
own, in a temporary folder and with durable commits; DATABASE_URL is not looked at.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx2
import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from app.kit import migrate
from benchmarks import load, peers_world, side_by_side, small_house
from benchmarks.django_peer import Peer, environment
from benchmarks.knocking import ACTS, Django, Waymark, WrongAnswer, must
from benchmarks.server import Server, running
from benchmarks.side_by_side import Line, Measured
from tests.postgres import SERVING, SUPERUSER, PostgresMissing, running_cluster

Hand = Waymark | Django
# The rows that each act leaves at least: table -> how many a time.
LEFT_BY_WAYMARK: Final[Mapping[str, Mapping[str, int]]] = {
    "step": {"history_entry": 1, "record": 1, "task": 1, "idempotency_key": 1},
    "page": {"access_entry": 1}, "timeline": {"access_entry": 1}, "opened": {"access_entry": 2},
    "list": {"access_entry": 1}, "search": {"access_entry": 2, "history_entry": 1},
}  # fmt: skip
LEFT_BY_THE_PEER: Final[Mapping[str, Mapping[str, int]]] = {
    "step": {"peer_historicalcase": 1, "peer_placement": 1, "peer_task": 1, "peer_accessentry": 1},
    **{act: {"peer_accessentry": 1} for act in ACTS if act != "step"},
}


@dataclass(frozen=True, slots=True)
class Door:
    """A served program: how it is served, whose hands knock for so many clients, and where its rows are."""

    setting: str
    server: Server
    hands: Callable[[list[httpx2.Client]], Sequence[Hand]]
    database: str
    left: Mapping[str, Mapping[str, int]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Install, build, measure, print; the exit code."""
    asked = _asked(arguments)
    try:
        figures = measure(asked)
    except (small_house.NotUsable, PostgresMissing) as reason:
        print(reason, file=sys.stderr)
        return 2
    except (WrongAnswer, RuntimeError, httpx2.HTTPError) as reason:
        print(f"This run is invalid and has no figures: {reason}", file=sys.stderr)
        return 1
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2) + "\n")
        print(f"\nThe same as JSON: {asked.json}")
    else:
        print("\n" + json.dumps(figures))
    return 0


def measure(asked: argparse.Namespace) -> dict[str, Any]:
    """The whole run; its figures as JSON.

    Raises NotUsable, WrongAnswer, RuntimeError where a program does not start or an act fails.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="waymark-peers-")))
        print("Installing the peer ...", flush=True)
        python = environment(asked.environment or folder / "environment")
        cluster = stack.enter_context(running_cluster(fsync=True))
        ours, theirs = (stack.enter_context(cluster.database()) for _ in range(2))
        migrate.upgrade(ours)
        serving = make_url(ours).set(username=SERVING).render_as_string(hide_password=False)
        print(f"Building {asked.cases} cases, {2 * asked.clients} with {asked.entries} entries ...", flush=True)
        built = small_house.build(serving, folder, asked.clients, asked.entries)
        stack.callback(built.house.db.dispose)
        filling, known = peers_world.fill(built, asked.cases, asked.entries)
        manager = peers_world.manager_of(built)
        peer = Peer(python, theirs)
        told = peer.fill(filling)
        # What a server in use does by itself in the night; the peer's program does it after filling.
        cluster.command("ANALYZE", database=str(make_url(ours).database))
        versions = {each["id"]: each["version"] for each in told["cases"]}
        doors = [
            Door(
                "uvicorn", stack.enter_context(running(folder, serving, asked.processes)),
                lambda clients: peers_world.at_waymark(built, manager, clients, known), ours, LEFT_BY_WAYMARK,
            ),
            *(
                Door(
                    f"gunicorn, {threads} threads" if threads > 1 else "gunicorn, no threads",
                    stack.enter_context(peer.running(folder / f"peer{threads}.log", asked.processes, threads)),
                    lambda clients: peers_world.at_django(built, told, clients, versions, known), theirs,
                    LEFT_BY_THE_PEER,
                )
                for threads in dict.fromkeys(asked.threads)
            ),
        ]  # fmt: skip
        for door in doors:
            with httpx2.Client(base_url=door.server.url, timeout=60) as client:
                door.hands([client])[0].refuses()
        lines = [_line(act, [_measured(door, act, asked) for door in doors]) for act in ACTS]
        figures = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"), "engine": small_house.durability(serving),
            "cores": os.cpu_count(), "python": platform.python_version(), "peer": peer.versions(),
            "processes": asked.processes, "clients": asked.clients, "cases": asked.cases, "entries": asked.entries,
            "lines": [line.as_json() for line in lines],
        }  # fmt: skip
    said = "{engine}; {processes} process(es) at each door, {clients} clients, {cases} cases; {cores} cores"
    print(f"\n{said.format(**figures)}\n")
    print("\n".join(side_by_side.table(lines)))
    return figures


def _line(act: str, found: list[Measured]) -> Line:
    best, *others = sorted(found[1:], key=lambda each: -each.figures.per_second)
    return Line(act, found[0], best, others)


def _measured(door: Door, act: str, asked: argparse.Namespace) -> Measured:
    """Repeat an act at a door; WrongAnswer if its rows are not there afterwards."""
    print(f"{side_by_side.TITLES[act]}: {door.setting} ...", flush=True)
    with ExitStack() as stack:
        clients = [
            stack.enter_context(httpx2.Client(base_url=door.server.url, timeout=60)) for _ in range(asked.clients)
        ]
        acts = [hand.act(act) for hand in door.hands(clients)]
        before = _rows(door.database)
        figures = load.run(acts, seconds=asked.seconds, most=sys.maxsize, cpu_seconds=door.server.cpu_seconds)
    done = figures.count + load.WARM_UP * asked.clients
    added = {table: count - before[table] for table, count in _rows(door.database).items() if count != before[table]}
    for table, least in door.left[act].items():
        must(
            added.get(table, 0) >= least * done,
            f"{act} ({door.setting}) was done {done} times and left {added.get(table, 0)} rows in {table}",
        )
    return Measured(door.setting, figures, {table: round(count / done, 2) for table, count in sorted(added.items())})


def _rows(database: str) -> dict[str, int]:
    """Table -> rows, as the role that sees everything counts them."""
    plain = make_url(database).set(drivername="postgresql", username=SUPERUSER).render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        names = connection.execute("SELECT relname FROM pg_stat_user_tables").fetchall()
        asked = [
            sql.SQL("SELECT {}::text, count(*) FROM {}").format(sql.Literal(name), sql.Identifier(name))
            for (name,) in names
        ]
        return dict(connection.execute(sql.SQL(" UNION ALL ").join(asked)).fetchall())


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", choices=("postgresql",), default="postgresql", help="the peer knows no other")
    parser.add_argument("--seconds", type=float, default=5, help="how long one act is repeated at one door")
    parser.add_argument("--clients", type=int, default=8, help="threads that knock, each with cases of its own")
    parser.add_argument("--cases", type=int, default=2000, help="cases of the office, in each of the two databases")
    parser.add_argument("--entries", type=int, default=50, help="history entries of a long case at the start")
    parser.add_argument("--processes", type=int, default=1, help="processes that serve each door")
    parser.add_argument("--threads", type=int, nargs="+", default=[4, 1], help="in a process of the peer; best counts")
    parser.add_argument("--environment", type=Path, help="folder for the peer's packages; kept, and used as it is")
    parser.add_argument("--json", type=Path, help="write the figures to this file instead of the last line")
    asked = parser.parse_args(arguments)
    if min(asked.clients, asked.processes, *asked.threads) < 1:
        parser.error("--clients, --processes and --threads begin at 1")
    if asked.cases < 3 * asked.clients:
        parser.error("two long cases for every client, and others to look for: --cases must be 3 x --clients at least")
    return asked


if __name__ == "__main__":
    sys.exit(main())
