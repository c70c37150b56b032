"""Long work in small steps: each step and the count of it are one transaction, so that nothing is done twice.

A room says with `works` what a step of its kind does. Whoever has the time takes the next step of a job: a worker, or
a command line in the foreground; several may. A process that is killed loses the step it was in, and no other.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Row, insert, or_, select, update

from app.access import rows
from app.access.desk import Desk, House
from app.access.log import looked, noted, refused
from app.access.notices import tell
from app.kit.canonical import canonical_bytes
from app.kit.errors import AppError, Busy, Conflict, NotFound
from app.kit.log import logger
from app.kit.words import mark
from app.models.base import is_id, new_id
from app.models.job import Job

__all__ = [
    "CANCELLED", "DONE", "FAILED", "JOB", "KINDS", "OPEN", "OVER", "RUNNING", "STATES", "STOPPED", "WAITING", "Kind",
    "Stepped", "begin", "cancel", "end", "found", "mine", "resume", "run", "step", "work_once", "works",
]  # fmt: skip

JOB: Final[Any] = Job.__table__
WAITING, RUNNING, DONE, CANCELLED = "waiting", "running", "done", "cancelled"
# A rule stands in the way, such as a right that was lost; or something went wrong that nobody foresaw.
STOPPED, FAILED = "stopped", "failed"
OPEN: Final = (WAITING, RUNNING)
# What can be let go on.
OVER: Final = (CANCELLED, STOPPED, FAILED)
STATES: Final[Mapping[str, str]] = {
    WAITING: mark("Waits for its turn"), RUNNING: mark("Going on"), DONE: mark("Done"),
    CANCELLED: mark("Stopped by you"), STOPPED: mark("Stopped by a rule"),
    FAILED: mark("Stopped by a fault of the program"),
}  # fmt: skip
SHOWN: Final = 25
OVER_NOTICE: Final = "job_over"
_LOOK_AGAIN: Final = 0.2


@dataclass(frozen=True, slots=True)
class Stepped:
    """What one step did: so many units, so many of them at fault; ``over`` when nothing is left.

    ``counts`` are added to what was counted before: codes and numbers, never a word of a person.
    """

    done: int
    faults: int = 0
    over: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)


Work = Callable[[Desk, Row[Any]], Stepped]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of long work: its name, what it is called, and what a step does at a desk of the system."""

    name: str
    title: str
    step: Work


KINDS: Final[dict[str, Kind]] = {}


def works(name: str, title: str) -> Callable[[Work], Work]:
    """Register the decorated ``(desk, row of the job)`` as a step of ``name``; ValueError for a name taken twice.

    It runs in the transaction that counts it. An AppError stops the job with its code; any other error fails it.
    """

    def register(work: Work) -> Work:
        known = KINDS.get(name)
        if known is not None and known.step.__module__ != work.__module__:
            raise ValueError(f"{name}: two rooms do this")
        KINDS[name] = Kind(name, title, work)
        return work

    return register


def begin(desk: Desk, kind: str, subject_id: str, total: int) -> str:
    """Ask for long work, in the name of the desk's actor; the id of the job, which begins once this is committed."""
    job_id = new_id()
    row = {
        "id": job_id, "country": desk.actor.country, "office_id": desk.office_id, "asked_by": desk.actor.id,
        "kind": KINDS[kind].name, "subject_id": subject_id, "state": WAITING, "why": None, "done": 0, "total": total,
        "faults": 0, "result": "{}", "asked_at": desk.now, "started_at": None, "changed_at": desk.now, "ended_at": None,
    }  # fmt: skip
    desk.session.execute(insert(JOB), row)
    looked(desk, "job_asked", "job", job_id, {"kind": kind, "total": total})
    return job_id


def step(house: House, job_id: str) -> Row[Any] | None:
    """Take the next step of a job; its row afterwards, None if somebody else is in the middle of a step of it.

    A step that ends in an error ends the job, as said at `works`; what the step did is undone. Busy goes to the caller.
    """
    try:
        with house.db.write() as session:
            rows.enter_everything(session)
            row = session.execute(
                select(JOB).where(JOB.c.id == job_id).with_for_update(skip_locked=True)
            ).one_or_none()
            if row is None or row.state not in OPEN:
                return row
            desk = house.system_desk(session, row.country, f"job {job_id}")
            stepped = KINDS[row.kind].step(desk, row)
            desk.take_seat()
            session.execute(update(JOB).where(JOB.c.id == job_id).values(_after(desk, row, stepped)))
            if stepped.over:
                tell(desk, [row.asked_by], OVER_NOTICE, "job", job_id, {"kind": row.kind, "state": DONE})
            return session.execute(select(JOB).where(JOB.c.id == job_id)).one()
    except Busy:
        raise
    except AppError as refusal:
        return end(house, job_id, STOPPED, refusal.code)
    except Exception as error:  # noqa: BLE001 - one job that fails must not end who works on the others
        logger().error("job_failed", job=job_id, kind=type(error).__name__)
        return end(house, job_id, FAILED, type(error).__name__[:40])


def run(house: House, job_id: str, told: Callable[[Row[Any]], None] = lambda row: None) -> Row[Any]:
    """Do the whole of a job in the foreground; its row when it is over. ``told``: called after each step.

    Others may work on it too. NotFound for an id nobody has.
    """
    while True:
        row = step(house, job_id)
        if row is None:
            row = _read(house, job_id)
            time.sleep(_LOOK_AGAIN)
        told(row)
        if row.state not in OPEN:
            return row


def work_once(house: House) -> int:
    """Take one step of the job that has waited longest; 0 when there is none."""
    with house.db.read() as session:
        rows.enter_everything(session)
        # A kind that this program does not know waits for one that does: while two versions of it run side by side.
        due = select(JOB.c.id).where(JOB.c.state.in_(OPEN), JOB.c.kind.in_(sorted(KINDS)))
        job_id = session.execute(due.order_by(JOB.c.changed_at, JOB.c.id).limit(1)).scalar_one_or_none()
    return 0 if job_id is None or step(house, job_id) is None else 1


def found(desk: Desk, job_id: str) -> Row[Any]:
    """A job that the actor asked for; NotFound, always the same, for any other. The refusal is noted."""
    row = None
    if is_id(job_id):
        query = select(JOB).where(_mine(desk), JOB.c.id == job_id)
        row = desk.session.execute(query).one_or_none()
        if row is None:
            refused(desk, "job", job_id, {"answer": 404})
    if row is None:
        raise NotFound()
    return row


def mine(desk: Desk) -> list[Row[Any]]:
    """The newest jobs that the actor asked for."""
    query = select(JOB).where(_mine(desk)).order_by(JOB.c.asked_at.desc(), JOB.c.id).limit(SHOWN)
    return list(desk.session.execute(query))


def cancel(desk: Desk, job_id: str) -> Row[Any]:
    """Have a job stop after the step it is in; Conflict (job_over) if it is over already."""
    return _turn(desk, job_id, OPEN, CANCELLED, "job_cancelled", ended_at=desk.now)


def resume(desk: Desk, job_id: str) -> Row[Any]:
    """Let a job that was stopped go on where it was; Conflict (job_over) if it goes on already or is done."""
    return _turn(desk, job_id, OVER, WAITING, "job_resumed", ended_at=None, why=None)


def end(house: House, job_id: str, state: str, why: str) -> Row[Any]:
    """End a job that is open, in a transaction of its own; its row."""
    with house.db.write() as session:
        rows.enter_everything(session)
        now = house.clock.now()
        values = {"state": state, "why": why[:40], "changed_at": now, "ended_at": now}
        still = or_(*(JOB.c.state == each for each in OPEN))
        session.execute(update(JOB).where(JOB.c.id == job_id, still).values(values))
        row = session.execute(select(JOB).where(JOB.c.id == job_id)).one()
        desk = house.system_desk(session, row.country, f"job {job_id}")
        tell(desk, [row.asked_by], OVER_NOTICE, "job", job_id, {"kind": row.kind, "state": row.state})
        noted(session, desk.actor, now, "job_ended", "job", job_id, {"kind": row.kind, "state": row.state, "why": why})
        return row


def _after(desk: Desk, row: Row[Any], stepped: Stepped) -> dict[str, Any]:
    counts = json.loads(row.result)
    for name, count in stepped.counts.items():
        counts[name] = counts.get(name, 0) + count
    return {
        "state": DONE if stepped.over else RUNNING,
        "done": min(row.done + stepped.done, row.total),
        "faults": row.faults + stepped.faults,
        "result": canonical_bytes(counts).decode("utf-8"),
        "started_at": row.started_at or desk.now,
        "changed_at": desk.now,
        "ended_at": desk.now if stepped.over else None,
    }


def _turn(desk: Desk, job_id: str, before: tuple[str, ...], state: str, look: str, **more: Any) -> Row[Any]:
    row = found(desk, job_id)
    turned: Any = desk.session.execute(
        update(JOB).where(JOB.c.id == row.id, JOB.c.state.in_(before)).values(state=state, changed_at=desk.now, **more)
    )
    if turned.rowcount != 1:
        now = found(desk, job_id).state
        raise Conflict(
            mark("This work is not in a state in which that can be done."), code="job_over", extra={"state": now}
        )
    looked(desk, look, "job", row.id, {"kind": row.kind, "done": row.done, "total": row.total})
    return found(desk, job_id)


def _mine(desk: Desk) -> Any:
    return (JOB.c.asked_by == desk.actor.id) & (JOB.c.country == desk.actor.country)


def _read(house: House, job_id: str) -> Row[Any]:
    with house.db.read() as session:
        rows.enter_everything(session)
        row = session.execute(select(JOB).where(JOB.c.id == job_id)).one_or_none()
    if row is None:
        raise NotFound()
    return row
