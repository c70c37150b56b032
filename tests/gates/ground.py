"""Fresh migrated databases for gates that run as commands, outside pytest."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from app.kit import migrate
from tests.postgres import SERVING, running_cluster
from tests.quick_folder import quick_folder

ENGINES = ("sqlite", "postgresql")


@contextmanager
def ground(kind: str) -> Iterator[tuple[str, Path]]:
    """The URL of a migrated database of that engine, and an empty folder for keys; both go with the block."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="waymark-gate-", dir=quick_folder())))
        if kind == "postgresql":
            cluster = stack.enter_context(running_cluster(tended=True))
            template = cluster.template("waymark_gate", migrate.upgrade)
            yield stack.enter_context(cluster.database(template, SERVING)), folder
        else:
            made, used = folder / "template.db", folder / "gate.db"
            migrate.upgrade(f"sqlite:///{made}")
            shutil.copyfile(made, used)
            yield f"sqlite:///{used}", folder


def engines_asked(about: str) -> tuple[bool, tuple[str, ...]]:
    """Read the command line of a gate: --long, and --engine (both if left out)."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--long", action="store_true", help="the whole drill instead of the sample")
    parser.add_argument("--engine", choices=ENGINES, help="one engine only")
    asked = parser.parse_args()
    return asked.long, (asked.engine,) if asked.engine else ENGINES


def told(goal: str, metric: str, value: int, limit: int, n: int, **more: object) -> bool:
    """Print the line of a gate; whether it holds: the value within its limit, and something was tried at all."""
    rest = "".join(f" {name}={each}" for name, each in more.items())
    print(f"GATE {goal} {metric}={value} limit={limit} n={n}{rest}", flush=True)
    return value <= limit and n > 0
