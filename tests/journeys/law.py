"""The verbs of a case's matters for stories that are walked through both doors."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from tests.factories.forms import form as form
from tests.journeys.doors import SAYS, Door, PageDoor, Said, _told
from tests.journeys.hands import Paper, refusals_of
from workflows.engine import MACHINES


def opened(door: Door, who: str, case: Paper, step: str, **changes: Any) -> str:
    """Open a matter with its form; its id."""
    machine, kind = _of(step)
    if isinstance(door, PageDoor):
        browser, path = door._browser(who), f"/cases/{door._reference(case)}/steps/{machine}/{step}"
        assert browser.get(path).status_code == 200, _told(browser.last.text)
        answer = browser.post(path, dict(browser.form(path).fields) | door._filled(kind, changes))
        assert answer.status_code == 303, _told(answer.text)
        found = re.search(r"/matters/([0-9a-f-]+)", answer.headers["location"])
        assert found is not None
        return found[1]
    body = {"machine": machine, "step": step, **_body(door, who, case, step, changes, {})}
    return str(door.scene[who].post(f"{case.path}/matters", body)["matter"]["id"])


def moved(
    door: Door, who: str, case: Paper, matter: str, step: str, record: Said | None = None, **given: str
) -> None:
    """Take a step of a matter, which must be done."""
    if isinstance(door, PageDoor):
        answer = _typed(door, who, case, matter, step, record, given)
        assert answer.status_code == 303, _told(answer.text)
        return
    door.scene[who].post(f"{case.path}/matters/{matter}/steps/{step}", _body(door, who, case, step, record, given))


def refused(
    door: Door, who: str, case: Paper, matter: str, step: str, guard: str, record: Said | None = None, **given: str
) -> None:
    """Try a step that this guard refuses; nothing has changed."""
    if isinstance(door, PageDoor):
        before = door._look(case)["version"]
        answer = _typed(door, who, case, matter, step, record, given)
        assert SAYS[guard] in _told(answer.text), _told(answer.text)
        assert door._look(case)["version"] == before
        return
    hand = door.scene[who]
    answer = hand.knock(f"{case.path}/matters/{matter}/steps/{step}", _body(door, who, case, step, record, given))
    refusals_of(answer, [guard])


def stands(door: Door, who: str, case: Paper, matter: str) -> str:
    """The state of a matter as somebody sees it."""
    items = door.scene[who].get(f"{case.path}/matters")["items"]
    return next(str(each["state"]) for each in items if each["id"] == matter)


def duties(door: Door, who: str, case: Paper) -> set[str]:
    """The kinds of task that are open on a case."""
    return {task["kind"] for task in door.scene[who].look(case)["tasks"]}


def told(door: Door, who: str) -> set[str]:
    """The kinds of notice somebody has; none of them says more than a sentence."""
    items = door.scene[who].get("/notices")["items"]
    return {each["kind"] for each in items}


def moment(said: str) -> datetime:
    """A moment as JSON writes it."""
    return datetime.fromisoformat(said)


def _of(step: str) -> tuple[str, str]:
    name, row = next((spec.name, row) for spec in MACHINES.values() if (row := spec.step(step)) is not None)
    return name, row.form or ""


def _body(
    door: Door, who: str, case: Paper, step: str, record: Said | None, given: dict[str, str]
) -> dict[str, Any]:
    body: dict[str, Any] = {"seen_version": door.scene[who].look(case)["version"], "given": given}
    if record is not None:
        body["record"] = form(door.scene.house, _of(step)[1], **record)
    return body


def _typed(
    door: PageDoor, who: str, case: Paper, matter: str, step: str, record: Said | None, given: dict[str, str]
) -> Any:
    browser, path = door._browser(who), f"/cases/{door._reference(case)}/matters/{matter}/steps/{step}"
    answer = browser.get(path)
    assert answer.status_code == 200, _told(answer.text)
    if f'action="{path}"' not in answer.text:
        return answer
    typed = {} if record is None else door._filled(_of(step)[1], record)
    typed |= {f"given-{name}": value for name, value in given.items()}
    return browser.post(path, dict(browser.form(path).fields) | typed)
