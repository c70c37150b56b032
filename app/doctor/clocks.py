"""The clocks: this machine's against the database server's, and against what was written by it before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from app.doctor import queries
from app.doctor.findings import Finding, found
from app.doctor.ground import Ground
from app.kit.address import SQLITE

__all__ = ["beside_the_server", "beside_what_was_written", "told"]

# Clocks that are kept by a time service differ by less than a second.
CLOSE: Final = timedelta(seconds=10)
_KEEP: Final = "switch on a time service (systemd-timesyncd, chrony)"


def beside_the_server(ground: Ground) -> Iterator[Finding]:
    """How far the database server's clock is from this machine's; SQLite has none of its own."""
    assert ground.store is not None
    if ground.store.dialect == SQLITE:
        return
    with ground.store.read() as session:
        before = ground.clock.now()
        there = queries.server_time(session)
        after = ground.clock.now()
    off = there - after if there > after else min(there - before, timedelta(0))
    if abs(off) > CLOSE:
        yield found(
            "clock.database", f"The clock of the database server is {told(off)} that of this machine",
            f"{_KEEP} on both machines; see which of the two is wrong before anything is set back",
        )  # fmt: skip


def beside_what_was_written(ground: Ground) -> Iterator[Finding]:
    """Whether the newest checkpoint was made in the future: then this clock was set back, or that one was ahead."""
    with ground.reading() as session:
        newest = queries.newest_checkpoint(session)
    if newest is not None and (off := newest.made_at - ground.clock.now()) > CLOSE:
        yield found(
            "clock.machine", f"The newest checkpoint was made at a time that is {told(off)} the clock of this machine",
            f"set the clock right and {_KEEP}; if the clock is right, it was ahead before: tell those who audit",
        )  # fmt: skip


def told(off: timedelta) -> str:
    """A difference in words: 7 minutes ahead of."""
    seconds = int(abs(off).total_seconds())
    length = next(
        (f"{seconds // size} {name}" for size, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes"))
         if seconds >= 2 * size), f"{seconds} seconds",
    )  # fmt: skip
    return f"{length} {'ahead of' if off > timedelta(0) else 'behind'}"
