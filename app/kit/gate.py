"""The gate before write transactions: one writer at a time on SQLite, never two in one thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL

from app.kit.errors import Busy

__all__ = ["Gate", "Passage", "gate_for"]

_gates: dict[str, Gate] = {}
_gates_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Passage:
    """One writer's stay behind the gate."""

    thread: int

    def still_here(self) -> None:
        """Raise RuntimeError if another thread than the one that entered is about to commit."""
        if threading.get_ident() != self.thread:
            raise RuntimeError(
                "write() was entered in one thread and left in another; open and close it inside one "
                "function body, never in a dependency that yields (docs/decisions/0001)"
            )


class Gate:
    """Counts writers by thread and, where asked, lets only one in at a time.

    SQLite has one write lock for the whole file. Waiting for it inside SQLite is a lottery with sleeps;
    waiting here is a queue (measured: p95 57 ms instead of about 1 s, and no "database is locked").
    """

    def __init__(self, *, exclusive: bool) -> None:
        """Build a gate; `exclusive` admits one writer at a time."""
        self._turn = threading.Lock() if exclusive else None
        self._inside: set[int] = set()

    @contextmanager
    def passage(self, wait: float) -> Iterator[Passage]:
        """Go through, stay for the length of the block, and leave.

        Args:
            wait: seconds to queue before giving up.

        Raises:
            RuntimeError: this thread is inside already and would wait for itself for ever.
            Busy: the turn did not come in time.
        """
        thread = threading.get_ident()
        if thread in self._inside:
            raise RuntimeError("write() is open in this thread already; pass its session on instead")
        if self._turn is not None and not self._turn.acquire(timeout=wait):
            raise Busy()
        self._inside.add(thread)
        try:
            yield Passage(thread)
        finally:
            self._inside.discard(thread)
            if self._turn is not None:
                self._turn.release()


def gate_for(address: URL, *, exclusive: bool) -> Gate:
    """Return the one gate of this process for a database, however often it is opened.

    Args:
        address: the database; a SQLite file is known by its real path.
        exclusive: as in `Gate`; taken from the first call.
    """
    key = str(Path(address.database or "").resolve()) if exclusive else address.render_as_string(False)
    with _gates_lock:
        return _gates.setdefault(key, Gate(exclusive=exclusive))
