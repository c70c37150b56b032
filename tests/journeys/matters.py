"""Steps on the many open things of a case, at either door: opened, moved, refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.casework.inputs import inputs_of
from app.casework.kinds import KINDS
from app.casework.posted import fields_for
from tests.app.access.browser import Browser
from tests.factories import cases
from tests.factories.forms import form
from tests.journeys.doors import Door, PageDoor
from tests.journeys.hands import Paper, refusals_of
from workflows.engine import MACHINES
from workflows.facts import MatterFacts

Said = Mapping[str, Any]


def opened(door: Door, who: str, case: Paper, step: str, **record: Any) -> str:
    """Take a step that opens a matter; the id of the matter."""
    answer = _sent(door, who, case, "", step, record)
    if isinstance(door, PageDoor):
        assert answer.status_code == 303, answer.text
        found = re.search(r"/matters/([0-9a-f-]+)", answer.headers["location"])
        assert found is not None
        return found[1]
    assert answer.status_code == 201, answer.text
    return str(answer.json()["matter"]["id"])


def moved(door: Door, who: str, case: Paper, matter: str, step: str, **record: Any) -> None:
    """Take a step of a matter, which must be done."""
    answer = _sent(door, who, case, matter, step, record)
    assert answer.status_code == (303 if isinstance(door, PageDoor) else 200), answer.text


def refused(door: Door, who: str, case: Paper, matter: str, step: str, *guards: str, **record: Any) -> str:
    """Try a step that these guards refuse; nothing has changed. What the answer says, as text."""
    before = of(door, case, matter)
    answer = _sent(door, who, case, matter, step, record)
    assert answer.status_code == 409, answer.text
    if not isinstance(door, PageDoor):
        refusals_of(answer, guards)
    assert of(door, case, matter) == before
    return str(answer.text)


def of(door: Door, case: Paper, matter: str) -> MatterFacts:
    """The stored facts of a matter."""
    found = cases.facts_of(door.scene.house, case.id).matter(matter)
    assert found is not None
    return found


def page_of(door: PageDoor, who: str, case: Paper, matter: str) -> str:
    """The page of a matter, as HTML."""
    browser = door._browser(who)
    return str(browser.get(f"/cases/{door._reference(case)}/matters/{matter}").text)


def _sent(door: Door, who: str, case: Paper, matter: str, step: str, changes: Said) -> Any:
    name, row = next((spec.name, row) for spec in MACHINES.values() if (row := spec.step(step)))
    record = form(door.scene.house, row.form, **changes) if row.form else None
    if isinstance(door, PageDoor):
        browser: Browser = door._browser(who)
        below = f"matters/{matter}/steps/{step}" if matter else f"steps/{name}/{step}"
        path = f"/cases/{door._reference(case)}/{below}"
        assert browser.get(path).status_code == 200, browser.last.text
        return browser.post(path, dict(browser.form(path).fields) | (_typed(row.form, record) if row.form else {}))
    hand = door.scene[who]
    body: dict[str, Any] = {"seen_version": hand.look(case)["version"]}
    body |= {} if record is None else {"record": record}
    if matter:
        return hand.knock(f"{case.path}/matters/{matter}/steps/{step}", body)
    return hand.knock(f"{case.path}/matters", body | {"machine": name, "step": step})


def _typed(kind: str, record: Said | None) -> dict[str, Any]:
    """What somebody types who fills in this form."""
    said = {name: value for name, value in (record or {}).items() if value is not None}
    found: dict[str, Any] = {}
    for name, value in fields_for(inputs_of(KINDS[kind].form), said):
        found[name] = [*found[name], value] if name in found else [value]
    return found
