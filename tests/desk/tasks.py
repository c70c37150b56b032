"""The click table: what people come to do, by which way, and in how many clicks at most (ticks and typing are free).

Each task begins at the page that comes first after signing in, on a case or referral of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from app.casework.inputs import inputs_of
from app.casework.kinds import KINDS
from app.casework.posted import fields_for
from tests.desk.hand import Hand
from tests.desk.place import Place
from tests.factories import cases
from tests.factories.forms import form
from tests.factories.staff import Worker

# Seats somebody at home: before the page that comes first for them.
Seat = Callable[[Worker], Hand]


@dataclass(frozen=True)
class Task:
    """A row of the click table: ``do`` does it from beginning to end and gives the hand that clicked."""

    name: str
    most: int
    do: Callable[[Place, Seat], Hand]


_ALL: list[Task] = []


def task(name: str, most: int) -> Callable[[Callable[[Place, Seat], Hand]], Callable[[Place, Seat], Hand]]:
    """Enters a function into the table, as ``name``, in at most ``most`` clicks."""

    def enter(do: Callable[[Place, Seat], Hand]) -> Callable[[Place, Seat], Hand]:
        _ALL.append(Task(name, most, do))
        return do

    return enter


def posted(place: Place, kind: str, **changes: Any) -> dict[str, str | list[str]]:
    """What the form of a kind would post, filled in with the kind's own example."""
    found: dict[str, list[str]] = {}
    for name, value in fields_for(inputs_of(KINDS[kind].form), form(place.town.house, kind, **changes)):
        found.setdefault(name, []).append(value)
    return dict(found)


def row(reference: str) -> str:
    """The row of a list that stands for ``reference``."""
    return f'main li:has-text("{reference}"), main tr:has-text("{reference}")'


@task("worker: finish a step", 2)
def finish(place: Place, seat: Seat) -> Hand:
    house, th = place.town.house, place.town.th
    case_id = cases.bring_case(house, th, "presumed")
    place.due(case_id, "assess_needs", -400)
    hand = seat(th["social_worker"])
    hand.clicks_on("Needs assessment", "Assess", within=row(place.case(case_id)))
    hand.fills(posted(place, "needs_assessment"))
    hand.clicks_on("Save")
    assert hand.sees("Saved."), hand.page.url
    return hand


@task("worker: note", 3)
def note(place: Place, seat: Seat) -> Hand:
    house, th = place.town.house, place.town.th
    case_id = cases.bring_case(house, th, "presumed")
    place.due(case_id, "assess_needs", -400)
    hand = seat(th["social_worker"])
    hand.clicks_on(place.case(case_id), within=row(place.case(case_id)))
    hand.clicks_on("Add note")
    hand.types(note="She would like to call her sister.")
    hand.clicks_on("Save")
    assert hand.page.url.partition("?")[0].endswith(f"/cases/{place.case(case_id)}")
    return hand


@task("worker: print the plan", 3)
def print_plan(place: Place, seat: Seat) -> Hand:
    house, th = place.town.house, place.town.th
    case_id = cases.bring_case(house, th, "recovering")
    place.due(case_id, "decide_identification", -400)
    hand = seat(th["case_manager"])
    hand.clicks_on(place.case(case_id), within=row(place.case(case_id)))
    hand.clicks_on("Print")
    link = hand.named("Print", within='main li:has-text("plan")')
    answer = hand.page.request.get(place.base + str(link.get_attribute("href")))
    assert answer.headers["content-type"] == "application/pdf", "the last click opens the paper"
    hand.clicks += 1
    return hand


@task("supervisor: what is late and why", 1)
def late(place: Place, seat: Seat) -> Hand:
    house, th = place.town.house, place.town.th
    case_id = cases.bring_case(house, th, "presumed")
    place.due(case_id, "assess_needs", -400)
    hand = seat(th["supervisor"])
    hand.clicks_on("All that is late", "Late")
    assert hand.page.locator(row(place.case(case_id))).count() > 0
    return hand


TASKS: Final = tuple(_ALL)
