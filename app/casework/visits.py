"""After a visit comes the next: on the day that was agreed, or by the clock of the country if that comes first."""

from __future__ import annotations

from typing import Final

from app.access.desk import Desk
from app.casework import records
from app.casework.held import Held
from app.casework.kinds.monitoring_visit import MonitoringVisit
from app.casework.tasks import close_task, end_of, open_task
from workflows.again import BY_CLOCK
from workflows.effects import CloseTask, OpenTask
from workflows.facts import CaseFacts

VISIT: Final = "monitoring_visit"
KIND: Final = "follow_up_visit"
ROLE: Final = "case_manager"
CLOCK: Final = "follow_up"
NEXT: Final = OpenTask(KIND, ROLE, CLOCK, soonest=True)


def is_the_last(desk: Desk, case: Held, record_id: str) -> bool:
    """Whether a record of a visit, or a correction of one, is about the newest visit of the case."""
    visits = [row for row in records.rows_of(desk.session, case.id) if row.kind == VISIT]
    about = {row.id: row.corrects_id for row in visits}
    first = record_id
    while about.get(first) is not None:
        first = about[first]
    return first == next((row.id for row in reversed(visits) if row.corrects_id is None), None)


def follow(desk: Desk, case: Held, form: MonitoringVisit) -> None:
    """Open the next visit of a case after one was recorded; none where contact was lost or the case is closed."""
    facts = case.facts
    assert isinstance(facts, CaseFacts)
    close_task(desk, case, CloseTask(KIND))
    if form.contact_lost or facts.care == "closed":
        return
    if form.next_visit is not None and form.next_visit >= desk.today:
        # A day that was agreed comes before the clock, and never puts the next visit off beyond it.
        open_task(desk, case, NEXT, due=end_of(desk, form.next_visit))
    elif facts.care in BY_CLOCK:
        open_task(desk, case, NEXT)
