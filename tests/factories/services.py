"""Starts the real `waymark serve` as a service manager does: over an open socket, and told when it serves."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
START_SECONDS: Final = 1500
STOP_SECONDS: Final = 300
# What systemd does between fork and exec: the number of the process that is meant, and the socket as the fourth file.
_HANDED_OVER: Final = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.execve(sys.argv[2], sys.argv[2:], {**os.environ, "LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())})
"""


@dataclass
class Service:
    """A service with a socket of its own, whose programs come and go."""

    url: str
    var: Path
    on: socket.socket
    told: socket.socket
    log: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.on.getsockname()[1]}"

    def begin(self, *words: str, command: Sequence[str] = (), **settings: str) -> subprocess.Popen[bytes]:
        """Start `waymark serve` with these words, or another command, on the socket; it may not serve yet.

        settings: variables of the environment beside those of a demonstration.
        """
        whole = command or [sys.executable, "-c", "from app.cli import main; main()", "serve", *words]
        surroundings = {
            **{name: value for name, value in os.environ.items() if not name.startswith("WAYMARK_")},
            "WAYMARK_ENVIRONMENT": "demo", "WAYMARK_VAR": str(self.var), "WAYMARK_DATABASE_URL": self.url,
            "NOTIFY_SOCKET": self.told.getsockname(), **settings,
        }  # fmt: skip
        with self.log.open("ab") as written:
            process = subprocess.Popen(
                [sys.executable, "-ISc", _HANDED_OVER, str(self.on.fileno()), *whole], cwd=ROOT, env=surroundings,
                pass_fds=[self.on.fileno()], stdin=subprocess.DEVNULL, stdout=written, stderr=subprocess.STDOUT,
            )  # fmt: skip
        self.running.append(process)
        return process

    def heard(self, word: str = "READY=1") -> None:
        """Wait until the program has said the word to its manager; RuntimeError with its log if it ends first."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            with suppress(TimeoutError):
                if word in self.told.recv(4096).decode().splitlines():
                    return
            if all(process.poll() is not None for process in self.running):
                break
        raise RuntimeError(f"nobody said {word}:\n{self.log.read_text(errors='replace')[-3000:]}")

    def serving(self, process: subprocess.Popen[bytes]) -> list[int]:
        """The processes that hold the socket, of those that a program has begun (Linux)."""
        place = os.fstat(self.on.fileno()).st_ino
        found = []
        for pid in family(process.pid):
            # A process may end while it is looked at.
            with suppress(OSError):
                if place in [file.stat().st_ino for file in Path(f"/proc/{pid}/fd").iterdir() if file.exists()]:
                    found.append(pid)
        return found

    def end(self, process: subprocess.Popen[bytes]) -> int:
        """Tell it to stop and wait until it has; its exit code."""
        process.send_signal(signal.SIGTERM)
        return process.wait(STOP_SECONDS)


@contextmanager
def service(url: str, folder: Path) -> Iterator[Service]:
    """A service over a migrated database, without a program yet; every program that still runs ends with the block."""
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as on, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        on.bind(("127.0.0.1", 0))
        on.listen(2048)
        told.bind(str(folder / "told"))
        told.settimeout(0.2)
        (folder / "var").mkdir(exist_ok=True)
        made = Service(url, folder / "var", on, told, folder / "serve.log")
        try:
            yield made
        finally:
            for process in made.running:
                for pid in [*family(process.pid), process.pid]:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                process.wait()


def family(first: int) -> list[int]:
    """The processes that one began and that still run, those that they began included."""
    parents: dict[int, int] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        # A process may end while it is looked at.
        with suppress(OSError):
            fields = place.read_text().rpartition(")")[2].split()
            if fields[0] != "Z":
                parents[int(place.parent.name)] = int(fields[1])
    found = {first}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found - {first})
