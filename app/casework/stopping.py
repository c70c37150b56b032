"""Clocks that stand still: stopped with a cause, run on with the time they had, extended within a limit.

`freeze` and `thaw` do it to all clocks of a case at once, for what a record says of the person (somebody is missing).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select, update

from app.access import rows
from app.access.desk import Desk, House
from app.casework import remarks
from app.casework.held import REFERRAL, Held, hold_case, hold_referral
from app.casework.history import Event
from app.casework.rounds import BATCH, one_by_one
from app.casework.tasks import OPEN, STOPPED, TABLE, WAITING
from app.kit.errors import Conflict
from policies.model import Calendar, Clock
from workflows import clocks
from workflows.clocks import Ticking
from workflows.dated import never_stands
from workflows.deadlines import moved_on
from workflows.verdict import Refusal

RUNS = {"stopped_at": None, "stop_cause": None, "stopped_by": None, "stop_ends_at": None}


def ticking_of(held: Held, row: Row[Any]) -> Ticking:
    """A task's row as rules see its clock; held: what it is about."""
    return Ticking(
        row.clock, row.opened_at, row.due_at, row.stopped_at, row.stops, row.extensions, row.kind not in WAITING,
        _is_fixed(held, row),
    )  # fmt: skip


def _is_fixed(held: Held, row: Row[Any]) -> bool:
    facts = held.case_facts
    matter = facts.matter(row.matter_id) if facts is not None and row.matter_id is not None else None
    return never_stands(row.kind, facts, matter)


def calendar_of(desk: Desk, row: Row[Any]) -> tuple[Calendar, str | None]:
    """The calendar by which a task's days are counted, and the other country where its clock is a corridor's."""
    other = None
    if row.referral_id is not None:
        query = select(REFERRAL.c.other_country).where(REFERRAL.c.id == row.referral_id)
        other = desk.session.execute(query).scalar_one()
    return desk.policies.calendar(row.country, other), other


def held_of(desk: Desk, row: Row[Any], lock: bool = True) -> Held:
    """What a task is about, held; locked before the task, as every step does."""
    return hold_referral(desk, row.referral_id, lock) if row.referral_id else hold_case(desk, row.case_id, lock)


def extension_of(desk: Desk, held: Held, row: Row[Any]) -> datetime | None:
    """The end a task would have if it were extended now, or None where no rule extends it."""
    calendar, other = calendar_of(desk, row)
    rule = desk.policies.clocks.extensions.get(row.clock)
    more = None if rule is None else _clock(desk, rule.by, row, other)
    return clocks.extended(ticking_of(held, row), more, calendar, desk.policies)


def stop(desk: Desk, held: Held, row: Row[Any], cause: str, note: str | None) -> None:
    """Let a task's clock stand still for ``cause``; the caller has checked that the actor may.

    StepRefused with every reason against it; Conflict where somebody was faster.
    """
    reasons = clocks.against_stopping(ticking_of(held, row), cause, desk.actor.roles, desk.now, desk.policies)
    _refuse(desk, held, "stop_clock", "Stop the clock", reasons)
    ends = clocks.stop_ends(desk.policies, cause, desk.now, calendar_of(desk, row)[0])
    _change(desk, row, OPEN, {
        "state": STOPPED, "stopped_at": desk.now, "stop_cause": cause, "stopped_by": desk.actor.id,
        "stop_ends_at": ends, "stops": row.stops + 1,
    })  # fmt: skip
    said = {"task": row.id, "cause": cause, "due": row.due_at.isoformat(), "ends": ends.isoformat() if ends else None}
    remarks.remark(desk, held, Event("stopped", row.kind, held.version, said, desk.now, note))


def resume(desk: Desk, held: Held, row: Row[Any], note: str | None) -> None:
    """Let a task's clock run again; it is due later by the time for which it stood. Raises as `stop`."""
    reasons = clocks.against_resuming(ticking_of(held, row), held.case_facts)
    _refuse(desk, held, "resume_clock", "Let the clock run", reasons)
    due = _run_on(desk, held, row)
    said = {"task": row.id, "cause": row.stop_cause, "since": row.stopped_at.isoformat(), "due": due.isoformat()}
    remarks.remark(desk, held, Event("resumed", row.kind, held.version, said, desk.now, note))


def extend(desk: Desk, held: Held, row: Row[Any], cause: str, note: str | None) -> None:
    """Give a task the longer time that policy allows, for ``cause``. Raises as `stop`."""
    until = extension_of(desk, held, row)
    roles = desk.actor.roles
    reasons = clocks.against_extending(ticking_of(held, row), cause, roles, desk.now, until, desk.policies)
    _refuse(desk, held, "extend_clock", "Extend the time", reasons)
    _change(desk, row, OPEN, {"due_at": until, "extensions": row.extensions + 1})
    assert until is not None
    said = {"task": row.id, "cause": cause, "before": row.due_at.isoformat(), "due": until.isoformat()}
    remarks.remark(desk, held, Event("extended", row.kind, held.version, said, desk.now, note))


def freeze(desk: Desk, held: Held, cause: str) -> int:
    """Let every clock of the case and its referral copies here stand still for ``cause``; how many did.

    The caller holds the case (or a referral copy of it) and has said in its history what the cause rests on. Clocks
    that stand for a cause of their own keep it. Clocks that never stand (`policies/clocks.yaml`) go on, and so does
    what is due by a day of the world.
    """
    found = [row for row in _of_case(desk, held, OPEN) if clocks.can_stand_still(
        desk.policies, row.clock, row.kind not in WAITING) and not _is_fixed(held, row)]  # fmt: skip
    values = {"state": STOPPED, "stopped_at": desk.now, "stop_cause": cause, "stopped_by": desk.actor.id}
    for row in found:
        _change(desk, row, OPEN, values)
    _tell_of_all(desk, held, "frozen", cause, found)
    return len(found)


def thaw(desk: Desk, held: Held, cause: str) -> int:
    """Let the clocks that stand still for ``cause`` run on, each with the time it had left; how many did."""
    found = [row for row in _of_case(desk, held, STOPPED) if row.stop_cause == cause]
    for row in found:
        _run_on(desk, held, row)
    _tell_of_all(desk, held, "thawed", cause, found)
    return len(found)


def wake(house: House) -> int:
    """Let every clock run again whose cause has lasted as long as policy lets it; how many. One transaction each."""
    now = house.clock.now()
    query = (
        select(TABLE.c.id, TABLE.c.country)
        .where(TABLE.c.state == STOPPED, TABLE.c.stop_ends_at <= now)
        .order_by(TABLE.c.stop_ends_at, TABLE.c.id)
        .limit(BATCH)
    )
    return one_by_one(house, query, _wake_one)


def _wake_one(house: House, task_id: str, country: str) -> bool:
    with house.db.write() as session:
        rows.enter_everything(session)
        desk = house.system_desk(session, country)
        mine = select(TABLE).where(TABLE.c.id == task_id)
        held = held_of(desk, session.execute(mine).one())
        row = session.execute(mine).one()
        if row.state != STOPPED or row.stop_ends_at is None or row.stop_ends_at > desk.now:
            return False
        frozen = clocks.frozen_by(held.case_facts)
        if frozen is not None:
            # The case stands still as a whole by now: this clock goes on standing, for that cause.
            _change(desk, row, STOPPED, {"stop_cause": frozen, "stop_ends_at": None})
            return True
        due = _run_on(desk, held, row)
        said = {"task": row.id, "cause": row.stop_cause, "since": row.stopped_at.isoformat(), "due": due.isoformat()}
        remarks.remark(desk, held, Event("resumed", row.kind, held.version, said, desk.now))
        return True


def _run_on(desk: Desk, held: Held, row: Row[Any]) -> datetime:
    """Set a stopped task going again; its new end. Its ladder is looked at again at once, for what was late before."""
    calendar, other = calendar_of(desk, row)
    clock = _clock(desk, row.clock, row, other)
    due = moved_on(row.due_at, clock.unit if clock else "hours", row.stopped_at, desk.now, calendar)
    if _is_fixed(held, row):
        # Stopped before its day was known.
        due = row.due_at
    again = desk.now if row.missed_at is not None else None
    _change(desk, row, STOPPED, {**RUNS, "state": OPEN, "due_at": due, "next_rung_at": again})
    return due


def _clock(desk: Desk, name: str, row: Row[Any], other: str | None) -> Clock | None:
    """The clock of that name as it held when the task began; None where policy has none (any more)."""
    try:
        return desk.policies.clock(name, row.country, other, on=desk.policies.day(row.country, row.opened_at))
    except KeyError:
        return None


def _of_case(desk: Desk, held: Held, state: str) -> list[Row[Any]]:
    case = held.case
    about = [TABLE.c.referral_id == held.id] if held.kind == "referral" else []
    if case is not None:
        about.append(TABLE.c.case_id == case.id)
    query = select(TABLE).where(or_(*about), TABLE.c.country == desk.actor.country, TABLE.c.state == state)
    return list(desk.session.execute(query.order_by(TABLE.c.opened_at, TABLE.c.id)))


def _tell_of_all(desk: Desk, held: Held, kind: str, cause: str, found: list[Row[Any]]) -> None:
    if found:
        said = {"tasks": [{"id": row.id, "kind": row.kind} for row in found]}
        subject = held.case_held or held
        remarks.remark(desk, subject, Event(kind, cause, subject.version, said, desk.now))


def _change(desk: Desk, row: Row[Any], state: str, values: dict[str, Any]) -> None:
    mine = (TABLE.c.id == row.id, TABLE.c.state == state)
    done: Any = desk.session.execute(update(TABLE).where(*mine).values(values))
    if done.rowcount != 1:
        raise Conflict("Somebody has changed this clock meanwhile.", code="clock_changed")


def _refuse(desk: Desk, held: Held, word: str, title: str, reasons: tuple[Refusal, ...]) -> None:
    if reasons:
        raise remarks.refusal(desk, held, word, title, reasons)
