"""A line that loses, doubles and delays: a proxy between two installations, which answers for neither of them."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any, Final

PATIENCE: Final = 30.0
# Of a hundred: what the issue asks for.
REQUESTS_LOST, ANSWERS_LOST, DOUBLED, LATE = 20, 20, 15, 10


@dataclass
class Line:
    """What a line does and has done. ``to``: the port at which the installation answers; healed: it is a good line."""

    to: int
    chance: Random
    healed: bool = False
    # A line that is cut carries nothing at all.
    cut: bool = False
    counted: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fate(self) -> tuple[bool, bool, bool, float]:
        """Whether this request is lost, its answer is lost, it comes twice, and how long it takes."""
        with self._lock:
            self.counted["requests"] += 1
            if self.cut:
                return True, False, False, 0.0
            if self.healed:
                return False, False, False, 0.0
            thrown = [self.chance.randrange(100) for _ in range(4)]
            lost, mute, twice = thrown[0] < REQUESTS_LOST, thrown[1] < ANSWERS_LOST, thrown[2] < DOUBLED
            self.counted["requests_lost"] += lost
            self.counted["answers_lost"] += mute and not lost
            self.counted["doubled"] += twice and not lost
            return lost, mute, twice, self.chance.random() * (0.3 if thrown[3] < LATE else 0.01)

    def carry(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes] | None:
        """Bring a request to the installation; its answer, or None where nobody answers."""
        other = http.client.HTTPConnection("127.0.0.1", self.to, timeout=PATIENCE)
        try:
            other.request("POST", path, body, headers)
            answer = other.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            with self._lock:
                self.counted["nobody"] += 1
            return None
        finally:
            other.close()
        with self._lock:
            self.counted[f"status {answer.status}"] += 1
        return answer.status, content

    def again(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        """The double of a request, at once or when others have gone by."""
        with self._lock:
            wait = self.chance.choice((0.0, 0.0, 0.1, 1.0))
        time.sleep(wait)
        self.carry(path, body, headers)


class _Post(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    line: Line

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {"Content-Type": "application/json", "Host": f"127.0.0.1:{self.line.to}"}
        lost, mute, twice, wait = self.line.fate()
        if lost:
            self.close_connection = True
            return
        time.sleep(wait)
        if twice:
            threading.Thread(target=self.line.again, args=(self.path, body, headers), daemon=True).start()
        answer = self.line.carry(self.path, body, headers)
        if mute or answer is None:
            self.close_connection = True
            return
        self.send_response(answer[0])
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer[1])))
        self.end_headers()
        self.wfile.write(answer[1])

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Whoever was killed while it spoke has nothing more to say."""


@contextmanager
def lossy(to: int, seed: int) -> Iterator[tuple[str, Line]]:
    """The address of a lossy line to the installation that answers at port ``to``, and the line itself."""
    line = Line(to, Random(seed))
    handler = type("Post", (_Post,), {"line": line})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", line
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
