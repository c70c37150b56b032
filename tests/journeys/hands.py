"""Hands: people who are signed in and do things through the JSON door, each in a verb or two."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fastapi.testclient import TestClient

from app.access.desk import House
from app.casework.kinds import KINDS
from app.kit.clock import SettableClock
from tests.factories.forms import form
from workflows.engine import MACHINES

API = "/api/v1"
PASSWORD = "lantern quiet river seven"
# An access token lives a quarter of an hour; whoever comes back later signs in again.
SIGNED_IN = timedelta(minutes=10)
# Two things never happen at the same moment, so every timeline has one order.
MINUTE = timedelta(minutes=1)

Answer = dict[str, Any]


def filled(**changes: Any) -> dict[str, Any]:
    """A form filled in as its own example, but for ``changes``."""
    return changes


@dataclass(frozen=True)
class Paper:
    """What steps are taken on: a case or one country's copy of a referral."""

    room: str
    id: str

    @property
    def path(self) -> str:
        """Where it lives below the API."""
        return f"/{self.room}/{self.id}"

    def form_of(self, step: str) -> str:
        """The record kind that belongs to a step on this paper."""
        machines = ("referral",) if self.room == "referrals" else ("identification", "care")
        kinds = [found.form for name in machines if (found := MACHINES[name].step(step))]
        assert kinds and kinds[0], f"'{step}' has no form"
        return kinds[0]


@dataclass
class Hand:
    """One account at the door; it signs in with its password, and again when its token has run out."""

    client: TestClient
    house: House
    login: str
    id: str
    office: str
    country: str
    role: str
    _token: str = ""
    _since: datetime | None = field(default=None)

    # ------------------------------------------------------------------------------------ knocking

    def get(self, path: str, status: int = 200) -> Any:
        """GET below the API; the JSON of the answer."""
        answer = self.client.get(API + path, headers=self._headers())
        assert answer.status_code == status, f"{self.login} GET {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def knock(self, path: str, body: Any, *, key: str | None = None) -> Any:
        """POST below the API a minute later, whatever comes of it; the whole answer."""
        clock = self.house.clock
        assert isinstance(clock, SettableClock)
        clock.advance(MINUTE)
        headers = {**self._headers(), "Idempotency-Key": key or uuid.uuid4().hex}
        return self.client.post(API + path, json=body, headers=headers)

    def post(self, path: str, body: Any, status: int | Sequence[int] = (200, 201)) -> Any:
        """POST below the API; the JSON of the answer, which must have ``status``."""
        answer = self.knock(path, body)
        wanted = (status,) if isinstance(status, int) else status
        assert answer.status_code in wanted, f"{self.login} POST {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def _headers(self) -> dict[str, str]:
        now = self.house.clock.now()
        if self._since is None or not timedelta(0) <= now - self._since < SIGNED_IN:
            form_data = {"username": self.login, "password": PASSWORD}
            answer = self.client.post(f"{API}/auth/token", data=form_data)
            assert answer.status_code == 200, answer.text
            self._token, self._since = answer.json()["access_token"], now
        return {"Authorization": f"Bearer {self._token}"}

    # --------------------------------------------------------------------------------------- doing

    def look(self, paper: Paper) -> Answer:
        """The paper as this hand sees it, with its version."""
        found: Answer = self.get(paper.path)
        return found

    def take(
        self,
        paper: Paper,
        step: str,
        record: dict[str, Any] | None = None,
        *,
        given: dict[str, str] | None = None,
        note: str | None = None,
    ) -> Answer:
        """Look at the paper, then take a step on it; ``record``: the step's form, see `filled`."""
        answer: Answer = self.post(f"{paper.path}/steps/{step}", self.step_body(paper, step, record, given, note), 200)
        return answer

    def step_body(
        self,
        paper: Paper,
        step: str,
        record: dict[str, Any] | None = None,
        given: dict[str, str] | None = None,
        note: str | None = None,
    ) -> dict[str, Any]:
        """What `take` sends: the version just looked at, the form, coded inputs and own words."""
        body: dict[str, Any] = {"seen_version": self.look(paper)["version"]}
        if record is not None:
            body["record"] = form(self.house, paper.form_of(step), **record)
        if given:
            body["given"] = given
        if note:
            body["note"] = note
        return body

    def record(self, case: Paper, kind: str, /, **changes: Any) -> Answer:
        """Add a record of a kind to a case: its example with ``changes``."""
        answer: Answer = self.post(f"{case.path}/records/{kind}", self.record_body(case, kind, changes), 201)
        return answer

    def record_body(self, case: Paper, kind: str, changes: dict[str, Any]) -> dict[str, Any]:
        """What `record` sends."""
        assert kind in KINDS
        return {"seen_version": self.look(case)["version"], "record": form(self.house, kind, **changes)}

    # ----------------------------------------------------------------------------- being turned away

    def refused(
        self,
        paper: Paper,
        step: str,
        *guards: str,
        record: dict[str, Any] | None = None,
        given: dict[str, str] | None = None,
    ) -> list[Answer]:
        """Try a step and be refused by exactly these guards, each with its sources; nothing has changed."""
        before = self.look(paper)
        answer = self.knock(f"{paper.path}/steps/{step}", self.step_body(paper, step, record, given))
        reasons = refusals_of(answer, guards)
        after = self.look(paper)
        assert after["version"] == before["version"]
        return reasons

    def refused_record(self, case: Paper, kind: str, *guards: str, **changes: Any) -> list[Answer]:
        """Try to add a record and be refused by exactly these guards."""
        before = self.look(case)["version"]
        answer = self.knock(f"{case.path}/records/{kind}", self.record_body(case, kind, changes))
        reasons = refusals_of(answer, guards)
        assert self.look(case)["version"] == before
        return reasons

    def may_not(self, paper: Paper, step: str, seen: int = 1) -> Answer:
        """Try a step that this role does not hold: 403, naming the permission."""
        answer = self.knock(f"{paper.path}/steps/{step}", {"seen_version": seen})
        assert answer.status_code == 403, answer.text
        said: Answer = answer.json()
        assert said["code"] == "permission_missing" and said["permission"], said
        return said

    def cannot_see(self, paper: Paper) -> None:
        """The paper does not exist for this hand: the 404 of an id that nobody has."""
        out_of_sight = self.get(paper.path, 404)
        assert out_of_sight == self.get(f"/{paper.room}/{uuid.uuid4()}", 404)

    def next_steps(self, paper: Paper) -> dict[str, list[str]]:
        """The steps this hand could take from here -> the guards that block each (none: it is open)."""
        page = self.get(f"{paper.path}/next-steps")
        items = page["next_steps"]
        return {item["step"]: [reason["code"] for reason in item["refusals"]] for item in items}


def refusals_of(answer: Any, guards: Sequence[str]) -> list[Answer]:
    """The reasons in a 409 of a step; they are exactly ``guards``, and each says why, how to mend it and by what."""
    assert answer.status_code == 409, f"{answer.status_code} {answer.text}"
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["code"] == "step_refused", said
    reasons: list[Answer] = said["refusals"]
    assert sorted(reason["code"] for reason in reasons) == sorted(guards), [each["missing"] for each in reasons]
    for reason in reasons:
        assert reason["missing"] and reason["why"] and reason["mend"], reason
        assert reason["sources"] and all(source["id"] and source["asks"] for source in reason["sources"]), reason
    return reasons
