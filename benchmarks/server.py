"""Server: the real program under uvicorn in a process of its own, and how much CPU time that process has used."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2

START_SECONDS = 240
STOP_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it listens and which process it is."""

    url: str
    pid: int

    def cpu_seconds(self) -> float | None:
        """CPU time of the process and its threads so far; None where the kernel does not tell."""
        try:
            said = Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            return None
        fields = said.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(var: Path, database_url: str) -> Iterator[Server]:
    """Start the program over ``database_url`` with the keys in ``var``; stop it by its own process id.

    One process, as `uvicorn app.main:create_app --factory` starts it; its log goes to a file in ``var``.
    Raises RuntimeError with the end of that log if it does not answer.
    """
    port = _free_port()
    settings = {"WAYMARK_ENVIRONMENT": "demo", "WAYMARK_VAR": str(var), "WAYMARK_DATABASE_URL": database_url}
    command = [sys.executable, "-m", "uvicorn", "app.main:create_app", "--factory", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--no-access-log", "--log-level", "warning"]
    log = var / "server.log"
    root = Path(__file__).resolve().parents[1]
    with log.open("wb") as written:
        process = subprocess.Popen(
            command, cwd=root, env={**os.environ, **settings}, stdout=written, stderr=subprocess.STDOUT
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
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with suppress(httpx2.HTTPError):
            if httpx2.get(f"{url}/health", timeout=2).status_code == 200:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')[-2000:]}")
