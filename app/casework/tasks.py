"""Tasks: opened with the clock that policy names, closed by the step that answers them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Update, bindparam, insert, select, update

from app.access.desk import Desk
from app.casework.held import Held, office_at, office_id_of
from app.models.base import new_id
from app.models.task import Task
from policies.model import Calendar, Clock, Policies
from workflows import deadlines
from workflows.clocks import can_stand_still, frozen_by
from workflows.deadlines import rings_at
from workflows.death import TO_THE_LIVING
from workflows.effects import CloseTask, OpenTask
from workflows.embassy import TELL as TELL_EMBASSY
from workflows.erasure_abroad import ANSWER, AWAIT
from workflows.facts import MatterFacts
from workflows.guards.fund import decider_of
from workflows.guards.inquiries import NAME as INQUIRY
from workflows.guards.inquiries import asked_country
from workflows.matter import URGENT
from workflows.recording import BY_CALENDAR
from workflows.referral import HONOUR, HONOUR_BACK
from workflows.remedy_abroad import AWAIT as AWAIT_REMEDY
from workflows.remedy_abroad import TELL
from workflows.waiting import AWAIT_STORED, WATCHED

TABLE: Any = Task.__table__
OPEN: Final = "open"
STOPPED: Final = "stopped"
DONE: Final = "done"
# What is still to be done, whether its clock runs or stands.
UNDONE: Final = (OPEN, STOPPED)
_INSERT = insert(TABLE)
_OPEN_OF = {
    kind: update(TABLE).where(column == bindparam("subject"), TABLE.c.state.in_(UNDONE))
    for kind, column in (("case", TABLE.c.case_id), ("referral", TABLE.c.referral_id))
}
# What a withdrawn consent, or an erasure abroad, asks for is still to be done when the referral or the case is over.
# That it is over has to arrive as well. A claim lives on after the referral, and a letter after the case.
_OUTLIVING: Final = (HONOUR, HONOUR_BACK, ANSWER, AWAIT, AWAIT_STORED, TELL.kind, AWAIT_REMEDY.kind, TELL_EMBASSY.kind)
_ALL_OF = {kind: query.where(TABLE.c.kind.not_in(_OUTLIVING)) for kind, query in _OPEN_OF.items()}
# A case's own step leaves the tasks of its matters alone, and a matter's step those of the others.
_OF_MATTER = _OPEN_OF["case"].where(
    TABLE.c.kind == bindparam("of_kind"), TABLE.c.matter_id == bindparam("of_matter")
)
_ONE_KIND_OF = {
    kind: query.where(TABLE.c.kind == bindparam("of_kind"), TABLE.c.matter_id.is_(None))
    for kind, query in _OPEN_OF.items()
}
_EVERYWHERE_OF = _OPEN_OF["case"].where(TABLE.c.kind == bindparam("of_kind"))
# Times of the person's own, which pass by themselves: nobody is late with them.
PASSING = frozenset({"end_of_reflection", "end_of_reconsideration"})
# Duties that only watch a clock of the other country's.
WAITING: Final = frozenset({"await_answer", "await_receipt", AWAIT, AWAIT_REMEDY.kind, *WATCHED})
PRIORITIES = "task_priority"
NORMAL = "normal"
# The state of care of a person who has not arrived yet.
AWAITED: Final = "awaiting_arrival"
BORDER_ROLE = "border_focal_point"


def rank(policies: Policies, priority: str) -> int:
    """The place of a code of task_priority in its list: 0 is the most pressing. ValueError for no such code."""
    return list(policies.codes[PRIORITIES].codes).index(priority)


def priority_of(policies: Policies, number: int) -> str:
    """The code of task_priority at that place."""
    return list(policies.codes[PRIORITIES].codes)[number]


def usual_rank(policies: Policies, kind: str) -> int:
    """How pressing a kind of task is unless somebody says otherwise."""
    code = policies.code("task_kind", kind)
    return rank(policies, code.priority if code is not None else NORMAL)


def clock_for(desk: Desk, held: Held, effect: OpenTask, on: date | None = None) -> tuple[str, Clock, Calendar]:
    """The name of the clock, the clock as it holds ``on`` that day (today), and the calendar whose days count."""
    facts, referral = held.case_facts, held.referral_facts
    child = bool((facts and facts.child) or (referral and referral.child))
    urgent = held.matter is not None and URGENT in held.matter.flags
    name = effect.child_clock if child and effect.child_clock else effect.clock
    name = effect.urgent_clock if urgent and effect.urgent_clock else name
    here = desk.actor.country
    other = referral.other_country if referral else None
    if held.matter is not None and held.matter.machine == INQUIRY:
        other = asked_country(held.matter) or None
    clock = desk.policies.clock(name, here, other, on=on or desk.today)
    return name, clock, desk.policies.calendar(here, other)


def end_of(desk: Desk, day: date) -> datetime:
    """The end of a calendar day in the desk's country."""
    return deadlines.end_of(day, desk.policies.zone(desk.actor.country))


def open_task(desk: Desk, held: Held, effect: OpenTask, due: datetime | None = None) -> None:
    """Open one task in the office that holds the subject (the border office for border officers).

    due: a moment that was agreed on, which takes the place of the clock's or, of an effect that is due by what comes
    first, comes beside it. Where all clocks of the case stand still,
    the new one stands with them.
    """
    child = bool((held.case_facts and held.case_facts.child) or (held.referral_facts and held.referral_facts.child))
    if effect.only_child and not child:
        return
    if _is_not_needed(desk, held, effect):
        return
    day = _named_day(desk, held, effect)
    if effect.only_dated and day is None:
        return
    if due is None and day is not None:
        # Who writes down late what was to be done earlier still gets today.
        due = end_of(desk, max(day, desk.today))
    since = _day_of(held, effect.since)
    try:
        name, clock, calendar = clock_for(desk, held, effect, since)
    except KeyError:
        if effect.if_stated:
            return
        raise
    start = desk.now if since is None else datetime.combine(since, time(), tzinfo=calendar.zone)
    rings = rings_at(start, clock, calendar)
    ends = rings if due is None else min(due, rings) if effect.soonest else due
    if effect.kind in PASSING and ends < desk.now:
        # The person's own time that is over already is nobody's to wait for.
        return
    office_id = _border_office(desk, held) if effect.role == BORDER_ROLE else None
    fund = decider_of(held.matter) if effect.there and held.matter is not None else None
    if fund is not None:
        office_id = office_id_of(desk, fund)
    case_id = held.case.id if held.case is not None else None
    frozen = frozen_by(held.case_facts)
    fixed = effect in BY_CALENDAR or (effect.is_fixed and day is not None)
    if fixed or not can_stand_still(desk.policies, name, effect.kind not in WAITING):
        frozen = None
    desk.session.execute(
        _INSERT,
        {
            "id": new_id(),
            "country": desk.actor.country,
            "office_id": office_id or held.row.office_id,
            "case_id": case_id,
            "referral_id": held.id if held.kind == "referral" else None,
            "matter_id": held.matter.id if held.matter is not None else None,
            "kind": effect.kind,
            "role": effect.role if fund is None else effect.there,
            "clock": name,
            "basis": clock.basis.value,
            "sources": " ".join(clock.sources),
            "opened_at": desk.now,
            "due_at": ends,
            "state": STOPPED if frozen else OPEN,
            "done_at": None,
            "done_by": None,
            "missed_at": None,
            "escalation": 0,
            "stopped_at": desk.now if frozen else None,
            "stop_cause": frozen,
            "stopped_by": desk.actor.id if frozen else None,
            "priority": usual_rank(desk.policies, effect.kind),
        },
    )


def _is_not_needed(desk: Desk, held: Held, effect: OpenTask) -> bool:
    """Whether the case says that it is done, or not to be done yet, or somebody has it to do already."""
    facts = held.case_facts
    if facts is not None and facts.deceased and effect.kind in TO_THE_LIVING:
        return True
    if facts is not None and effect.unless is not None:
        done = _fact(held, effect.unless)
        if done(desk.today) if callable(done) else done:
            return True
    if facts is not None and effect.here and facts.care == AWAITED:
        return True
    if not effect.once or held.case is None:
        return False
    of = TABLE.c.matter_id.is_(None) if held.matter is None else TABLE.c.matter_id == held.matter.id
    query = select(TABLE.c.id).where(
        TABLE.c.case_id == held.case.id, TABLE.c.kind == effect.kind, of, TABLE.c.state.in_(UNDONE),
    )
    return desk.session.execute(query.limit(1)).first() is not None


def _in_time(desk: Desk, last: date, lead: str) -> date:
    """The day by which somebody looks at what ends on ``last``; where that is over already, the last day itself."""
    early = last - timedelta(days=desk.policies.clocks.leads[lead])
    return early if early >= desk.today else last


def _named_day(desk: Desk, held: Held, effect: OpenTask) -> date | None:
    """The day by which the task is due, where the case, the form of its matter or the end of something names one."""
    if effect.ends is not None:
        return _in_time(desk, effect.ends, effect.lead)
    if effect.by_matter:
        return (held.matter.added or held.matter.due) if held.matter is not None else None
    return _day_of(held, effect.due_on)


def _day_of(held: Held, fact: str | None) -> date | None:
    """The day that a fact of the case says, or of the referral, where an effect names one."""
    if fact is None or held.case_facts is None:
        return None
    day: date | None = _fact(held, fact)
    return day


def _fact(held: Held, name: str) -> Any:
    """What the subject itself knows by that name: a referral copy, where it knows it, before its case."""
    return getattr(held.facts, name) if hasattr(held.facts, name) else getattr(held.case_facts, name)


def _border_office(desk: Desk, held: Held) -> str | None:
    """Our office at the border point of the schedule as it is now; the row may still name an earlier one."""
    facts = held.referral_facts
    if facts is None or held.referral is None:
        return None
    scheduled = office_at(desk, facts, facts.schedule.border_point) if facts.schedule else None
    return scheduled or held.referral.border_office_id


def close_task(desk: Desk, held: Held, effect: CloseTask) -> int:
    """Mark the open tasks of that kind on the subject as done ('*': all of them; 'visit_next': the next visit).

    How many they were.
    """
    values = {"subject": held.id, "state": DONE, "done_at": desk.now, "done_by": desk.actor.id}
    if effect.kind == "*":
        return _done(desk, _ALL_OF[held.kind], values)
    kind = effect.kind
    if kind == "visit_next":
        kind = f"visit_{held.referral_facts.visits if held.referral_facts else 0}"
    if effect.everywhere and held.kind == "case":
        return _done(desk, _EVERYWHERE_OF, {"of_kind": kind, **values})
    if effect.of_case and (held.matter is None or held.matter.about != effect.of_case):
        return 0
    if held.matter is not None and effect.of_day:
        return _done_of_day(desk, held.matter, kind, values)
    if held.matter is not None and not effect.of_case:
        return _done(desk, _OF_MATTER, {"of_kind": kind, "of_matter": held.matter.id, **values})
    return _done(desk, _ONE_KIND_OF[held.kind], {"of_kind": kind, **values})


def _done_of_day(desk: Desk, matter: MatterFacts, kind: str, values: dict[str, Any]) -> int:
    """End the task of the day that a form has taken away from a matter: the one that is due closest to it."""
    if matter.dropped is None:
        return 0
    day = end_of(desk, matter.dropped)
    query = select(TABLE.c.id, TABLE.c.due_at).where(
        TABLE.c.case_id == values["subject"], TABLE.c.matter_id == matter.id, TABLE.c.kind == kind,
        TABLE.c.state.in_(UNDONE),
    )  # fmt: skip
    # A day that was corrected, or a clock that stood still, has moved the task away from it.
    found = min(desk.session.execute(query).all(), key=lambda row: abs(row.due_at - day), default=None)
    if found is None:
        return 0
    done = {name: value for name, value in values.items() if name != "subject"}
    desk.session.execute(update(TABLE).where(TABLE.c.id == found.id).values(done))
    return 1


def _done(desk: Desk, query: Update, values: dict[str, Any]) -> int:
    ended: Any = desk.session.execute(query, values)
    return int(ended.rowcount)
