"""Forms of lists, of several cases at once and of meetings: for each route one that would change something."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tests.factories import cases
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.gates.case_forms import posted
from tests.gates.town_forms import Ready, filled, reference_of

OTHER = "th-shelter-phitsanulok"


def assign(town: Town) -> Ready:
    """Give a case to a colleague."""
    reference = reference_of(town, cases.bring_case(town.house, town.th))
    page = f"/caseload/assign?case={reference}"
    typed = {"user_id": town.th["case_manager"].id, "why": "leave"}
    return filled(town, town.th["supervisor"], page, "/caseload/assign", **typed)


def hand_over(town: Town) -> Ready:
    """Hand over what a colleague carries."""
    case_id = cases.bring_case(town.house, town.th)
    cases.name_manager(town.house, case_id, town.th)
    to = add_user(town.house, "th-shelter-tak", "case_manager")
    page = f"/caseload/hand-over?user_id={town.th['case_manager'].id}"
    return filled(town, town.th["supervisor"], page, "/caseload/hand-over", user_id=to.id, why="leave")


def ask_office(town: Town) -> Ready:
    """Ask another office about several cases."""
    case_id = cases.bring_case(town.house, town.th, "recovering")
    cases.add(town.house, town.th["social_worker"], case_id, "consent", purpose="assistance", recipient=OTHER)
    page = f"/caseload/ask?case={reference_of(town, case_id)}"
    said = posted(town, "transfer_request", what="service", to_office=OTHER, data_groups=["needs"])
    return filled(town, town.th["supervisor"], page, "/caseload/ask", **said)


def keep(town: Town) -> Ready:
    """Keep a working list."""
    return filled(town, town.th["social_worker"], "/cases/lists?keep=late%3Dyes", "/cases/lists", name="Late")


def _kept(town: Town, action: str, **typed: str) -> Ready:
    who = add_user(town.house, "th-shelter-tak", "social_worker")
    assert town.post(who, "/working-lists", {"name": "Late", "filters": {"late": "yes"}}).status_code == 201
    return filled(town, who, "/cases/lists", action, **typed)


def rename(town: Town) -> Ready:
    """Rename a working list."""
    return _kept(town, "/cases/lists/rename", name="Very late")


def remove(town: Town) -> Ready:
    """Delete a working list."""
    return _kept(town, "/cases/lists/delete")


def share(town: Town) -> Ready:
    """Share a working list with the office."""
    who = add_user(town.house, "th-shelter-tak", "case_manager")
    assert town.post(who, "/working-lists", {"name": "Late", "filters": {"late": "yes"}}).status_code == 201
    return filled(town, who, "/cases/lists", "/cases/lists/share")


def meeting(town: Town) -> Ready:
    """Put down a meeting."""
    day = town.clock.now()
    held_on = {"held_on_day": str(day.day), "held_on_month": str(day.month), "held_on_year": str(day.year)}
    typed = {"kind": "case_conference", "part_0": "social_worker", **held_on}
    return filled(town, town.th["social_worker"], "/meetings/new", "/meetings/new", **typed)


def priority(town: Town) -> Ready:
    """Say how pressing a task is."""
    case_id = cases.bring_case(town.house, town.th, "screening")
    due = (town.clock.now() + timedelta(days=2)).date().isoformat()
    cases.add(town.house, town.th["social_worker"], case_id, "own_task", due=due)
    tasks = town.get(town.th["social_worker"], f"/tasks?case_id={case_id}").json()["items"]
    task = next(each["id"] for each in tasks if each["record_id"])
    page = f"/tasks/priority?task_id={task}"
    return filled(town, town.th["social_worker"], page, "/tasks/priority", priority="urgent")


LIST_FORMS: dict[str, Callable[[Town], Ready]] = {
    "/caseload/assign": assign,
    "/caseload/hand-over": hand_over,
    "/caseload/ask": ask_office,
    "/cases/lists": keep,
    "/cases/lists/rename": rename,
    "/cases/lists/delete": remove,
    "/cases/lists/share": share,
    "/meetings/new": meeting,
    "/tasks/priority": priority,
}
