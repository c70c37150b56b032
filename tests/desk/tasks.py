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
from tests.factories import cases, referrals, walls
from tests.factories.forms import form
from tests.factories.staff import Worker, add_user

# What is ticked at the bridge.
TICKS: Final = ("present", "told", "agrees", "medical", "belongings", "card")
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


@task("focal point: accept a referral", 3)
def accept(place: Place, seat: Seat) -> Hand:
    pair, hand = _asked(place, seat)
    hand.clicks_on("Accept")
    hand.clicks_on("Confirm")
    hand.sees("You have accepted.")
    assert referrals.row_of(place.town.house, pair.arrived).state == "acknowledged"
    return hand


@task("focal point: ask a question", 3)
def ask(place: Place, seat: Seat) -> Hand:
    pair, hand = _asked(place, seat)
    hand.clicks_on("Ask")
    hand.fills({"given-reason": "family_details"})
    hand.clicks_on("Send", within="main")
    hand.sees("Your question is on its way.")
    assert referrals.row_of(place.town.house, pair.arrived).state == "returned_for_info"
    return hand


@task("focal point: decline", 3)
def decline(place: Place, seat: Seat) -> Hand:
    pair, hand = _asked(place, seat)
    hand.clicks_on("Decline")
    hand.fills({"given-reason": "no_capacity", "record-office": "mm-info-centre"})
    hand.clicks_on("Confirm")
    hand.sees("The referral was declined.")
    assert referrals.row_of(place.town.house, pair.arrived).state == "declined"
    return hand


def _asked(place: Place, seat: Seat) -> tuple[referrals.Pair, Hand]:
    """A referral that waits for an answer, read by the officer who answers: one click."""
    town = place.town
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    hand = seat(town.mm["border_focal_point"])
    hand.clicks_on("Read and answer", within=row(place.referral(pair.arrived)))
    return pair, hand


@task("focal point: receive at the bridge", 3)
def receive(place: Place, seat: Seat) -> Hand:
    town = place.town
    pair = referrals.bring_referral(town.house, town.th, town.mm, "handed_over")
    hand = seat(town.mm["border_focal_point"])
    hand.clicks_on("Today")
    hand.clicks_on("Open the handover", within=row(place.referral(pair.arrived)))
    hand.ticks(*TICKS)
    hand.types(officer="officer 8")
    hand.clicks_on("Received")
    hand.sees("Both sides have signed")
    assert referrals.row_of(town.house, pair.arrived).state == "received"
    return hand


@task("worker: finish a step", 2)
def finish(place: Place, seat: Seat) -> Hand:
    house, th = place.town.house, place.town.th
    case_id = cases.bring_case(house, th, "presumed")
    place.urgent(case_id, "assess_needs")
    hand = seat(th["social_worker"])
    hand.clicks_on("Needs assessment", "Assess", within=row(place.case(case_id)))
    hand.fills(posted(place, "needs_assessment"))
    hand.clicks_on("Save")
    hand.sees("Saved.")
    return hand


@task("worker: note", 3)
def note(place: Place, seat: Seat) -> Hand:
    house, th = place.town.house, place.town.th
    case_id = cases.bring_case(house, th, "presumed")
    place.urgent(case_id, "assess_needs")
    hand = seat(th["social_worker"])
    hand.clicks_at(f'main a[href="/cases/{place.case(case_id)}"]')
    hand.clicks_on("Add note")
    hand.types(note="She would like to call her sister.")
    hand.clicks_on("Save")
    hand.stands_on(f"**/cases/{place.case(case_id)}**")
    return hand


@task("worker: print the plan", 3)
def print_plan(place: Place, seat: Seat) -> Hand:
    house, th = place.town.house, place.town.th
    case_id = cases.bring_case(house, th, "recovering")
    place.urgent(case_id, "end_of_reflection")
    hand = seat(th["case_manager"])
    hand.clicks_at(f'main a[href="/cases/{place.case(case_id)}"]')
    hand.clicks_on("Print")
    link = hand.named("Print", within='main li:has-text("plan")')
    answer = hand.page.request.get(place.base + str(link.get_attribute("href")))
    assert answer.headers["content-type"] == "application/pdf", "the last click opens the paper"
    hand.clicks += 1
    return hand


@task("worker: unblock and refer", 7)
def unblock(place: Place, seat: Seat) -> Hand:
    house, th = place.town.house, place.town.th
    case_id = cases.bring_case(house, th, "planning_return")
    place.urgent(case_id, "end_of_reflection")
    hand = seat(th["case_manager"])
    hand.clicks_at(f'main a[href="/cases/{place.case(case_id)}"]')
    hand.clicks_on("Refer to another country")
    hand.clicks_on("Choose", within='main li:has-text("Department of Rehabilitation")')
    hand.clicks_on("Fill in: Consent")
    hand.fills(posted(place, "consent", purpose="notify_origin", recipient="MM"))
    hand.clicks_on("Save")
    hand.clicks_on("Send for approval")
    hand.sees("The draft is written.")
    return hand


@task("supervisor: what is late and why", 1)
def late(place: Place, seat: Seat) -> Hand:
    house, th = place.town.house, place.town.th
    case_id = cases.bring_case(house, th, "presumed")
    place.urgent(case_id, "assess_needs")
    hand = seat(th["supervisor"])
    hand.clicks_on("All that is late", "Late")
    assert hand.page.locator(row(place.case(case_id))).count() > 0
    return hand


@task("supervisor: who looked", 2)
def who_looked(place: Place, seat: Seat) -> Hand:
    house, th = place.town.house, place.town.th
    case_id = cases.bring_case(house, th, "presumed")
    hand = seat(th["supervisor"])
    place.urgent(case_id, "assess_needs")
    hand.opens("/cases")
    hand.clicks_at(f'main a[href="/cases/{place.case(case_id)}"]')
    hand.clicks_on("Who looked at it")
    hand.stands_on("**/access")
    return hand


@task("supervisor: review an emergency access", 3)
def review(place: Place, seat: Seat) -> Hand:
    town = place.town
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    walls.open_in_emergency(town, add_user(town.house, "th-shelter-phitsanulok", "social_worker"), case_id)
    hand = seat(town.th["supervisor"])
    hand.clicks_on(place.case(case_id), within='[aria-labelledby="reviews"]')
    hand.types(comment="Why at night?")
    hand.clicks_on("Question")
    hand.sees("The question was sent")
    return hand


@task("analyst: export a table", 3)
def export(place: Place, seat: Seat) -> Hand:
    hand = seat(place.town.th["analyst"])
    hand.stands_on("**/reports")
    hand.clicks_on("Tables")
    hand.clicks_at("main .rows a")
    link = hand.named("Download as CSV")
    answer = hand.page.request.get(place.base + str(link.get_attribute("href")))
    assert answer.headers["content-type"].startswith("text/csv")
    hand.clicks += 1
    return hand


@task("administrator: stop a user now", 4)
def stop(place: Place, seat: Seat) -> Hand:
    town = place.town
    gone = add_user(town.house, town.th["administrator"].office, "analyst")
    hand = seat(town.th["administrator"])
    hand.clicks_on("Users")
    hand.clicks_on(gone.login.title())
    hand.clicks_on("Stop access")
    hand.clicks_on("Stop access", within="main form")
    hand.sees("Access is stopped.")
    return hand


TASKS: Final = tuple(_ALL)
