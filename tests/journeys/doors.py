"""Doors: the same verbs through the JSON API and through the pages, so that a story is told once and walked twice.

What a verb answers is judged at its own door: a refusal is a problem document at one, a page of reasons at the other.
Where a case stands is asked at the JSON door in both, because a story is about what happened and not how it is shown.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import select

from app.casework.held import CASE, REFERRAL
from app.casework.inputs import inputs_of
from app.casework.kinds import KINDS
from app.casework.posted import fields_for
from tests.app.access.browser import Browser, forms_of
from tests.factories.answers import walk
from tests.factories.forms import form
from tests.factories.pages import browser_at
from tests.factories.staff import Worker
from tests.factories.towns import Town
from tests.inspect import reading
from tests.journeys.hands import MINUTE, Hand, Paper
from tests.journeys.scene import Scene
from workflows.engine import MACHINES
from workflows.mending import every_guard

Said = Mapping[str, Any]
# What each guard says, less what it fills in: long enough to be found on a page.
SAYS = {guard.name: max(re.split(r"\{\w+\}", guard.sentence), key=len).strip(" .") for guard in every_guard()}


class Door(Protocol):
    """What a story asks of a door; ``who`` is a name of the cast."""

    scene: Scene

    def open_case(self, who: str, **about: str) -> Paper:
        """Open a case; ``about``: source, age_band, sex, nationality, exploitation, language."""

    def take(self, who: str, paper: Paper, step: str, record: Said | None = None, **given: str) -> None:
        """Take a step, which must be done."""

    def refused(self, who: str, paper: Paper, step: str, *guards: str, record: Said | None = None) -> None:
        """Try a step that these guards refuse; nothing has changed."""

    def record(self, who: str, case: Paper, kind: str, **changes: Any) -> None:
        """File a record of a kind."""

    def name_manager(self, who: str, case: Paper, manager: str) -> None:
        """Name the case manager."""

    def refer(self, who: str, case: Paper, to: str) -> Paper:
        """Write a referral to a country; the sender's copy."""


class JsonDoor:
    """The JSON API, with the hands of the older stories."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    def open_case(self, who: str, **about: str) -> Paper:
        body = {"child": about["age_band"] != "18+", **about, "channel": "shelter"}
        return Paper("cases", self.scene[who].post("/cases", body, 201)["id"])

    def take(self, who: str, paper: Paper, step: str, record: Said | None = None, **given: str) -> None:
        self.scene[who].take(paper, step, None if record is None else dict(record), given=given or None)

    def refused(self, who: str, paper: Paper, step: str, *guards: str, record: Said | None = None) -> None:
        self.scene[who].refused(paper, step, *guards, record=None if record is None else dict(record))

    def record(self, who: str, case: Paper, kind: str, **changes: Any) -> None:
        self.scene[who].record(case, kind, **changes)

    def name_manager(self, who: str, case: Paper, manager: str) -> None:
        body = {"user_id": self.scene[manager].id, "seen_version": self.scene[who].look(case)["version"]}
        self.scene[who].post(f"{case.path}/case-manager", body)

    def refer(self, who: str, case: Paper, to: str) -> Paper:
        return Paper("referrals", self.scene[who].post(f"{case.path}/referrals", {"to_country": to}, 201)["id"])


class PageDoor:
    """The pages: every form is the one that its page offers, filled in and sent as a browser does."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._town = Town(scene.app, scene.client, scene.clock)

    def open_case(self, who: str, **about: str) -> Paper:
        browser = self._browser(who)
        known = {"age": about["age_band"], "sex": about["sex"], "nationality": about["nationality"],
                 "exploitation": about["exploitation"]}  # fmt: skip
        if known["age"] != "18+":
            # A child is born in a year that fits its age; another is refused at the field.
            known["birth_year"] = {"0-14": "2014", "15-17": "2010"}.get(known["age"], "")
        contact = {"language": about["language"], "other_language": ""}
        walk(browser, new={"source": about["source"]}, known=known, contact=contact)
        answer = browser.send("/cases/new/open")
        assert answer.status_code == 303, answer.text
        return Paper("cases", self._id(CASE, answer.headers["location"]))

    def take(self, who: str, paper: Paper, step: str, record: Said | None = None, **given: str) -> None:
        browser, path = self._at(who, paper, step)
        typed = {f"given-{name}": value for name, value in given.items()}
        answer = browser.post(path, self._form(browser, path) | typed | self._typed(paper, step, record))
        assert answer.status_code == 303, _told(answer.text)

    def refused(self, who: str, paper: Paper, step: str, *guards: str, record: Said | None = None) -> None:
        before = self._look(paper)["version"]
        browser, path = self._at(who, paper, step)
        offered = any(form.action == path for form in forms_of(browser.last.text))
        if offered:
            browser.post(path, self._form(browser, path) | self._typed(paper, step, record))
            assert browser.last.status_code == 409, _told(browser.last.text)
        told = _told(browser.last.text)
        for guard in guards:
            assert SAYS[guard] in told, (guard, SAYS[guard], told)
        assert self._look(paper)["version"] == before

    def record(self, who: str, case: Paper, kind: str, **changes: Any) -> None:
        browser = self._browser(who)
        path = f"/cases/{self._reference(case)}/records/new/{kind}"
        assert browser.get(path).status_code == 200, _told(browser.last.text)
        answer = browser.post(path, self._form(browser, path) | self._filled(kind, changes))
        assert answer.status_code == 303, _told(answer.text)

    def name_manager(self, who: str, case: Paper, manager: str) -> None:
        browser, page = self._browser(who), f"/cases/{self._reference(case)}/people"
        browser.get(page)
        answer = browser.send(f"{page}/manager", manager=self.scene[manager].id)
        assert answer.status_code == 303, _told(answer.text)

    def refer(self, who: str, case: Paper, to: str) -> Paper:
        browser, path = self._browser(who), f"/cases/{self._reference(case)}/refer/check"
        house = self.scene.house
        office = house.policies.corridor(self.scene[who].country, to).focal_office(to)
        assert browser.get(f"{path}?to={to}&office={office}").status_code == 200, _told(browser.last.text)
        answer = browser.send(path)
        assert answer.status_code == 303, _told(answer.text)
        return Paper("referrals", self._id(REFERRAL, answer.headers["location"]))

    def _browser(self, who: str) -> Browser:
        """A browser of this person a minute later, signed in just now."""
        self.scene.clock.advance(MINUTE)
        hand: Hand = self.scene[who]
        roles = frozenset({hand.role})
        return browser_at(self._town, Worker(hand.id, hand.login, hand.office, "", "", hand.country, roles))

    def _at(self, who: str, paper: Paper, step: str) -> tuple[Browser, str]:
        """The browser on the page of a step, and the path that its form posts to."""
        browser, path = self._browser(who), f"/{paper.room}/{self._reference(paper)}/steps/{_below(paper, step)}"
        assert browser.get(path).status_code == 200, (path, browser.last.status_code, _told(browser.last.text))
        return browser, path

    def _form(self, browser: Browser, path: str) -> dict[str, Any]:
        return dict(browser.form(path).fields)

    def _typed(self, paper: Paper, step: str, record: Said | None) -> dict[str, Any]:
        return {} if record is None else self._filled(paper.form_of(step), record)

    def _filled(self, kind: str, changes: Said) -> dict[str, Any]:
        """What somebody types who fills in the example of a kind, but for ``changes``."""
        found: dict[str, Any] = {}
        body = {name: value for name, value in form(self.scene.house, kind, **changes).items() if value is not None}
        for name, value in fields_for(inputs_of(KINDS[kind].form), body):
            found[name] = [*found[name], value] if name in found else [value]
        return found

    def _look(self, paper: Paper) -> Any:
        table = CASE if paper.room == "cases" else REFERRAL
        with reading(self.scene.house.db) as session:
            return session.execute(select(table).where(table.c.id == paper.id)).one()._mapping

    def _reference(self, paper: Paper) -> str:
        return str(self._look(paper)["reference"])

    def _id(self, table: Any, location: str) -> str:
        """The id behind the address that an answer leads to."""
        reference = location.partition("?")[0].split("/")[2]
        query = select(table.c.id).where(table.c.reference == reference)
        if table is REFERRAL:
            query = query.where(table.c.side == "sender")
        with reading(self.scene.house.db) as session:
            return str(session.execute(query).scalar_one())


def _below(paper: Paper, step: str) -> str:
    if paper.room == "referrals":
        return step
    machine = next(name for name in ("identification", "care") if MACHINES[name].step(step))
    return f"{machine}/{step}"


def _told(page: str) -> str:
    """The words of a page."""
    main = page.partition("<main")[2] or page
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)))


DOORS: dict[str, type[JsonDoor] | type[PageDoor]] = {"json": JsonDoor, "pages": PageDoor}
