"""Steps on the many open things of a case, at either door: opened, moved, refused; and what others hear of them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from tests.factories import cases
from tests.factories.forms import form
from tests.journeys.doors import SAYS, Door, PageDoor, Said, _told
from tests.journeys.hands import Paper, refusals_of
from workflows.engine import MACHINES
from workflows.facts import CaseFacts, MatterFacts

__all__ = [
    "duties", "facts", "form", "moment", "moved", "of", "opened", "page_of", "refused", "refused_to_open", "stands",
    "told",
]


def opened(door: Door, who: str, case: Paper, step: str, **changes: Any) -> str:
    """Take a step that opens a matter, with its form; the id of the matter."""
    answer = _sent(door, who, case, "", step, changes, {})
    if isinstance(door, PageDoor):
        assert answer.status_code == 303, _told(answer.text)
        found = re.search(r"/matters/([0-9a-f-]+)", answer.headers["location"])
        assert found is not None
        return found[1]
    assert answer.status_code == 201, answer.text
    return str(answer.json()["matter"]["id"])


def moved(
    door: Door, who: str, case: Paper, matter: str, step: str, record: Said | None = None, **given: str
) -> None:
    """Take a step of a matter, which must be done."""
    answer = _sent(door, who, case, matter, step, record, given)
    assert answer.status_code == (303 if isinstance(door, PageDoor) else 200), answer.text


def refused(
    door: Door, who: str, case: Paper, matter: str, step: str, *guards: str, record: Said | None = None, **given: str
) -> str:
    """Try a step that these guards refuse; nothing has changed. What the answer says, as text."""
    before = of(door, case, matter)
    seen = door.scene[who].look(case)["version"]
    answer = _sent(door, who, case, matter, step, record, given)
    if isinstance(door, PageDoor):
        # Where nothing that could be typed would help, the page offers no form.
        assert answer.status_code == (409 if answer.request.method == "POST" else 200), answer.text
        assert all(SAYS[guard] in _told(answer.text) for guard in guards), _told(answer.text)
    else:
        refusals_of(answer, guards)
    assert (of(door, case, matter), door.scene[who].look(case)["version"]) == (before, seen)
    return str(answer.text)


def refused_to_open(door: Door, who: str, case: Paper, step: str, *guards: str, **changes: Any) -> None:
    """Try a step that would open a matter, with its form; these guards refuse it and there is no new matter."""
    before = facts(door, case).matters
    answer = _sent(door, who, case, "", step, changes, {})
    if isinstance(door, PageDoor):
        assert answer.status_code == (409 if answer.request.method == "POST" else 200), answer.text
        assert all(SAYS[guard] in _told(answer.text) for guard in guards), _told(answer.text)
    else:
        refusals_of(answer, guards)
    assert facts(door, case).matters == before


def facts(door: Door, case: Paper) -> CaseFacts:
    """The stored facts of a case."""
    return cases.facts_of(door.scene.house, case.id)


def of(door: Door, case: Paper, matter: str) -> MatterFacts:
    """The stored facts of a matter."""
    found = cases.facts_of(door.scene.house, case.id).matter(matter)
    assert found is not None
    return found


def stands(door: Door, who: str, case: Paper, matter: str) -> str:
    """The state of a matter as somebody sees it."""
    items = door.scene[who].get(f"{case.path}/matters")["items"]
    return next(str(each["state"]) for each in items if each["id"] == matter)


def page_of(door: PageDoor, who: str, case: Paper, matter: str) -> str:
    """The page of a matter, as HTML."""
    return str(door._browser(who).get(f"/cases/{door._reference(case)}/matters/{matter}").text)


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


def _sent(
    door: Door, who: str, case: Paper, matter: str, step: str, record: Said | None, given: dict[str, str]
) -> Any:
    """The answer to a step; of the page door its page, where that offers no form to take it."""
    machine, row = next((spec.name, row) for spec in MACHINES.values() if (row := spec.step(step)) is not None)
    if isinstance(door, PageDoor):
        browser = door._browser(who)
        below = f"matters/{matter}/steps/{step}" if matter else f"steps/{machine}/{step}"
        path = f"/cases/{door._reference(case)}/{below}"
        page = browser.get(path)
        assert page.status_code == 200, _told(page.text)
        if f'action="{path}"' not in page.text:
            return page
        typed = {} if record is None else door._filled(row.form or "", record)
        typed |= {f"given-{name}": value for name, value in given.items()}
        return browser.post(path, dict(browser.form(path).fields) | typed)
    hand = door.scene[who]
    body: dict[str, Any] = {"seen_version": hand.look(case)["version"], "given": given}
    if record is not None:
        body["record"] = form(door.scene.house, row.form or "", **record)
    if matter:
        return hand.knock(f"{case.path}/matters/{matter}/steps/{step}", body)
    return hand.knock(f"{case.path}/matters", body | {"machine": machine, "step": step})
