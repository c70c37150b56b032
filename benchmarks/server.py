"""Server: the real program under uvicorn in processes of its own, and how much CPU time those have used."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2

START_SECONDS = 240
STOP_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it listens and which process it is, or which began the others."""

    url: str
    pid: int

    def cpu_seconds(self) -> float | None:
        """CPU time of the process, its threads and the processes it began so far; None where the kernel is silent."""
        used = _family(self.pid)
        return sum(used.values()) / os.sysconf("SC_CLK_TCK") if used else None


@contextmanager
def running(var: Path, database_url: str, processes: int = 1) -> Iterator[Server]:
    """Start the program over ``database_url`` with the keys in ``var``; stop it by its own process id.

    As `uvicorn app.main:create_app --factory` starts it, in so many processes; its log goes to a file in ``var``.
    Raises RuntimeError with the end of that log if it does not answer.
    """
    settings = {"WAYMARK_ENVIRONMENT": "demo", "WAYMARK_VAR": str(var), "WAYMARK_DATABASE_URL": database_url}
    command = [sys.executable, "-m", "uvicorn", "app.main:create_app", "--factory", "--host", "127.0.0.1"]
    command += ["--no-access-log", "--log-level", "warning", "--port"]
    # On a loaded machine a process may begin slowly: it is not to be ended and begun anew for that.
    more = ["--workers", str(processes), "--timeout-worker-healthcheck", "120"] if processes > 1 else []
    with started(lambda port: [*command, str(port), *more], settings, var / "server.log") as server:
        yield server


@contextmanager
def started(command: Callable[[int], list[str]], settings: Mapping[str, str], log: Path) -> Iterator[Server]:
    """Start what serves at the port that ``command`` is given, wait for its /health, stop it by its own process id.

    settings: added to the environment; log: the file it writes to. Raises RuntimeError with the end of that log if it
    does not answer.
    """
    port = _free_port()
    root = Path(__file__).resolve().parents[1]
    with log.open("wb") as written:
        process = subprocess.Popen(
            command(port), cwd=root, env={**os.environ, **settings}, stdout=written, stderr=subprocess.STDOUT
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, process, log)
        yield Server(url, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            # With the processes it began, which nobody else would end.
            for pid in _family(process.pid) or [process.pid]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()


def _family(first: int) -> dict[int, int]:
    """A process, those it began and those they began: id -> clock ticks of CPU so far; empty where nothing tells."""
    found: dict[int, tuple[int, int]] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        # A process may end while it is looked at.
        with suppress(OSError):
            fields = place.read_text().rpartition(")")[2].split()
            found[int(place.parent.name)] = int(fields[1]), int(fields[11]) + int(fields[12])
    family = {first} & found.keys()
    while more := {pid for pid, (parent, _) in found.items() if parent in family} - family:
        family |= more
    return {pid: found[pid][1] for pid in family}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with suppress(httpx2.HTTPError):
            if httpx2.get(f"{url}/health", timeout=10).status_code == 200:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')[-2000:]}")
