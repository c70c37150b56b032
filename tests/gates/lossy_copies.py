"""Where the copies of one side of the lossy drill stand, for all its courses together."""

from __future__ import annotations

import threading
import time
from typing import Any, Final

from sqlalchemy import select

from app.access.desk import House
from app.casework.held import REFERRAL
from tests.inspect import reading


class Copies:
    """Where the copies of one side stand: asked of its database once for everybody who waits, not by each alone."""

    STALE: Final = 0.1

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = threading.Lock()
        self._asked = -self.STALE
        self._wanted: set[str] = set()
        self._found: dict[str, Any] = {}

    def of(self, shared_id: str) -> Any:
        """The row of a copy (id, state, case_id) as it was a tenth of a second ago or later; None if there is none."""
        with self._lock:
            known = shared_id in self._wanted
            self._wanted.add(shared_id)
            if not known or time.monotonic() - self._asked >= self.STALE:
                columns = (REFERRAL.c.shared_id, REFERRAL.c.id, REFERRAL.c.state, REFERRAL.c.case_id)
                with reading(self._house.db) as session:
                    rows = session.execute(select(*columns).where(REFERRAL.c.shared_id.in_(self._wanted)))
                    self._found = {row.shared_id: row for row in rows}
                self._asked = time.monotonic()
            return self._found.get(shared_id)

    def forget(self, shared_id: str) -> None:
        """Nobody waits for it any more."""
        with self._lock:
            self._wanted.discard(shared_id)
