"""Incidents and beds through both doors: what stories need beside the verbs of a door."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from app.casework.forms import Form
from app.casework.held import CASE, OFFICE
from app.casework.inputs import inputs_of
from app.casework.posted import fields_for
from app.incidents.schemas import IncidentIn, JoinIn, OffenderIn, PeopleIn
from app.tips.schemas import CaseFromTipIn, TipIn
from tests.app.access.browser import Browser
from tests.factories.pages import browser_at
from tests.factories.staff import Worker
from tests.factories.towns import Town
from tests.inspect import reading
from tests.journeys.doors import Door, JsonDoor
from tests.journeys.hands import MINUTE, Paper

# The forms of an incident: the last word of their address -> what they ask.
SHEETS: dict[str, type[Form]] = {"new": IncidentIn, "people": PeopleIn, "offenders": OffenderIn, "join": JoinIn}


def tell_incident(door: Door, who: str, case: Paper, sheet: str, body: dict[str, Any]) -> None:
    """Fill in one of the forms of the incident of a case."""
    if isinstance(door, JsonDoor):
        below = "" if sheet == "new" else f"/{sheet}"
        door.scene[who].post(f"{case.path}/incident{below}", body)
        return
    page = f"/cases/{reference(door, case)}/incident/{sheet}"
    send(door, who, page, page, posted(SHEETS[sheet], body))


def posted(form: type[Form], body: dict[str, Any]) -> dict[str, Any]:
    """What a page would post for ``body``."""
    fields: dict[str, Any] = {}
    for name, value in fields_for(inputs_of(form), body):
        fields[name] = [*fields[name], value] if name in fields else [value]
    return fields


def offenders_of(door: Door, who: str, case: Paper) -> str:
    """What somebody reads of the alleged offenders of an incident, as the door tells it."""
    if isinstance(door, JsonDoor):
        return str(door.scene[who].get(f"{case.path}/incident")["incident"]["offenders"])
    return str(browser_of(door, who).get(f"/cases/{reference(door, case)}/incident").text)


def tell_tip(door: Door, who: str, body: dict[str, Any]) -> str:
    """Write down the call of somebody who stays unknown; the id of the tip."""
    if isinstance(door, JsonDoor):
        return str(door.scene[who].post("/tips", body, 201)["id"])
    send(door, who, "/tips/new", "/tips/new", posted(TipIn, body))
    return str(door.scene[who].get("/tips")["items"][0]["id"])


def tip_into_case(door: Door, who: str, tip: str, body: dict[str, Any]) -> Paper:
    """Open a case for somebody whom a tip led to."""
    if isinstance(door, JsonDoor):
        found = door.scene[who].post(f"/tips/{tip}/case", body)
    else:
        send(door, who, f"/tips/{tip}/case", f"/tips/{tip}/case", posted(CaseFromTipIn, body))
        found = door.scene[who].get(f"/tips/{tip}")
    items = door.scene[who].get("/cases")["items"]
    return Paper("cases", next(each["id"] for each in items if each["reference"] == found["case"]))


def join_team(door: Door, who: str, case: Paper, colleague: str, part: str) -> None:
    """Put a colleague on the team of a case."""
    scene = door.scene
    if isinstance(door, JsonDoor):
        body = {"user_id": scene[colleague].id, "role": part, "seen_version": scene[who].look(case)["version"]}
        scene[who].post(f"{case.path}/team", body)
        return
    page = f"/cases/{reference(door, case)}/people"
    send(door, who, page, f"{page}/join", {"colleague": f"{scene[colleague].id}:{part}"})


def people_of(door: Door, who: str, case: Paper) -> list[dict[str, Any]]:
    """The cases of an incident that somebody sees, the oldest first."""
    found: list[dict[str, Any]] = door.scene[who].get(f"{case.path}/incident")["incident"]["cases"]
    return found


def keep_beds(door: Door, who: str, *groups: tuple[str, str, int], need: str = "none") -> None:
    """Say how many beds a shelter has; each group: sex, ages, how many. need: what they are fitted for."""
    house = office_id(door, who)
    for sex, ages, beds in groups:
        said = {"sex": sex, "ages": ages, "need": need}
        if isinstance(door, JsonDoor):
            door.scene[who].post(f"/shelters/{house}/beds", {**said, "beds": beds}, 201)
        else:
            send(door, who, f"/shelters/{house}/beds", f"/shelters/{house}/beds", {**said, "beds": str(beds)})


def ask_bed(door: Door, who: str, case: Paper, shelter: str, need: str = "none") -> str:
    """Ask a shelter for a bed for tonight; the id of the request."""
    said = {"shelter": shelter, "need": need, "urgency": "tonight"}
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
        and each["need"] == asked["need"]
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
    browser = browser_of(door, who)
    assert browser.get(page).status_code == 200, browser.last.text
    answer = browser.send(action, **fields)
    assert answer.status_code == 303, answer.text
    return answer


def browser_of(door: Door, who: str) -> Browser:
    """A browser of somebody a minute later, signed in just now."""
    scene = door.scene
    scene.clock.advance(MINUTE)
    hand = scene[who]
    worker = Worker(hand.id, hand.login, hand.office, "", "", hand.country, frozenset({hand.role}))
    return browser_at(Town(scene.app, scene.client, scene.clock), worker)


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
