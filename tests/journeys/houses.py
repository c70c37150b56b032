"""Incidents and beds through both doors: what stories need beside the verbs of a door."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from app.casework.forms import Form
from app.casework.held import CASE, OFFICE
from app.casework.inputs import inputs_of
from app.casework.posted import fields_for
from app.incidents.schemas import IncidentIn, OffenderIn, PeopleIn
from tests.factories.pages import browser_at
from tests.factories.staff import Worker
from tests.factories.towns import Town
from tests.inspect import reading
from tests.journeys.doors import Door, JsonDoor
from tests.journeys.hands import MINUTE, Paper

# The forms of an incident: the last word of their address -> what they ask.
SHEETS: dict[str, type[Form]] = {"new": IncidentIn, "people": PeopleIn, "offenders": OffenderIn}


def tell_incident(door: Door, who: str, case: Paper, sheet: str, body: dict[str, Any]) -> None:
    """Fill in one of the forms of the incident of a case."""
    if isinstance(door, JsonDoor):
        below = "" if sheet == "new" else f"/{sheet}"
        door.scene[who].post(f"{case.path}/incident{below}", body, 201)
        return
    fields: dict[str, Any] = {}
    for name, value in fields_for(inputs_of(SHEETS[sheet]), body):
        fields[name] = [*fields[name], value] if name in fields else [value]
    page = f"/cases/{reference(door, case)}/incident/{sheet}"
    send(door, who, page, page, fields)


def people_of(door: Door, who: str, case: Paper) -> list[dict[str, Any]]:
    """The cases of an incident that somebody sees, the oldest first."""
    found: list[dict[str, Any]] = door.scene[who].get(f"{case.path}/incident")["incident"]["cases"]
    return found


def keep_beds(door: Door, who: str, *groups: tuple[str, str, int]) -> None:
    """Say how many beds a shelter has; each group: sex, ages, how many."""
    house = office_id(door, who)
    for sex, ages, beds in groups:
        said = {"sex": sex, "ages": ages, "need": "none"}
        if isinstance(door, JsonDoor):
            door.scene[who].post(f"/shelters/{house}/beds", {**said, "beds": beds}, 201)
        else:
            send(door, who, f"/shelters/{house}/beds", f"/shelters/{house}/beds", {**said, "beds": str(beds)})


def ask_bed(door: Door, who: str, case: Paper, shelter: str) -> str:
    """Ask a shelter for a bed for tonight; the id of the request."""
    said = {"shelter": shelter, "need": "none", "urgency": "tonight"}
    if isinstance(door, JsonDoor):
        return str(door.scene[who].post(f"{case.path}/bed-requests", said, 201)["id"])
    page = f"/cases/{reference(door, case)}/beds"
    send(door, who, page, page, said)
    return str(door.scene[who].get(f"{case.path}/bed-requests")["requests"][0]["id"])


def hold_bed(door: Door, who: str, request: str) -> None:
    """Confirm a request with the first group of beds of the house in which there is one that fits."""
    asked = door.scene[who].get(f"/bed-requests/{request}")
    groups = door.scene[who].get(f"/shelters/{office_id(door, who)}")["groups"]
    beds = next(
        each["id"] for each in groups
        if each["ages"] == asked["ages"] and each["sex"] in ("any", asked["sex"]) and each["free"]
    )  # fmt: skip
    if isinstance(door, JsonDoor):
        door.scene[who].post(f"/bed-requests/{request}/confirm", {"beds_id": beds}, 200)
    else:
        send(door, who, f"/bed-requests/{request}", f"/bed-requests/{request}/confirm", {"beds_id": beds})


def beds_free(door: Door, who: str) -> int:
    """How many beds are free in the own house."""
    return int(door.scene[who].get(f"/shelters/{office_id(door, who)}")["shelter"]["free"])


def clocks_of(door: Door, who: str, case: Paper) -> dict[str, str]:
    """What is to be done about a case -> whether its clock runs or stands."""
    found = {}
    for state in ("open", "stopped"):
        items = door.scene[who].get(f"/tasks?limit=100&state={state}&case_id={case.id}")["items"]
        found |= {each["kind"]: state for each in items}
    return found


def send(door: Door, who: str, page: str, action: str, fields: dict[str, Any]) -> Any:
    """Open a page as somebody, fill in its form and send it, which must be done; the answer."""
    scene = door.scene
    scene.clock.advance(MINUTE)
    hand = scene[who]
    town = Town(scene.app, scene.client, scene.clock)
    worker = Worker(hand.id, hand.login, hand.office, "", "", hand.country, frozenset({hand.role}))
    browser = browser_at(town, worker)
    assert browser.get(page).status_code == 200, browser.last.text
    answer = browser.send(action, **fields)
    assert answer.status_code == 303, answer.text
    return answer


def reference(door: Door, case: Paper) -> str:
    """The code of a case."""
    with reading(door.scene.house.db) as session:
        return str(session.execute(select(CASE.c.reference).where(CASE.c.id == case.id)).scalar_one())


def office_id(door: Door, who: str) -> str:
    """The row id of the office of somebody."""
    with reading(door.scene.house.db) as session:
        return str(session.execute(select(OFFICE.c.id).where(OFFICE.c.code == door.scene[who].office)).scalar_one())


def papers(found: Iterable[dict[str, Any]]) -> list[Paper]:
    """Cases by their rows."""
    return [Paper("cases", each["id"]) for each in found]
