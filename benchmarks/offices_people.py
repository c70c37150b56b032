"""The people of a measured office: each signs in by the door, finds cases of their own, and works in them."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from typing import Any, Final

import httpx2
from sqlalchemy import insert, select

from app.access.desk import House
from app.access.page_sessions import digest, new_value
from app.models.base import new_id
from app.models.session import LoginSession
from app.models.user import User
from benchmarks.knocking import COOKIE, answered, must
from benchmarks.small_house import NotUsable
from benchmarks.step_and_timeline import API
from tests.factories.forms import form
from tests.inspect import reading, writing

# Who moves people from one place to another, and how many cases of each of them are worked in.
ROLES: Final = frozenset({"social_worker", "case_manager"})
STEP: Final = "move_placement"
CASES_OF_ONE: Final = 8


@dataclass
class Person:
    """One account at both doors, with cases of their own that nobody else of the run steps in."""

    client: httpx2.Client
    headers: dict[str, str]
    cookie: str
    body: dict[str, Any]
    cases: list[str] = field(default_factory=list)
    references: dict[str, str] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def acts(self) -> dict[str, Callable[[], None]]:
        """What they do, by its name; each goes round and round through their cases."""
        turns = {name: cycle(self.cases) for name in ("page", "html", "timeline", "step")}
        return {
            "page": lambda: self._page(next(turns["page"])),
            "html": lambda: self._html(next(turns["html"])),
            "timeline": lambda: self._timeline(next(turns["timeline"])),
            "list": lambda: must(bool(self._mine()), "the caseload is empty"),
            "step": lambda: self._step(next(turns["step"])),
        }

    def finds(self, taken: set[str]) -> bool:
        """Find cases that nobody has taken yet, and in which the step is open; whether there are any."""
        for item in self._mine():
            if item["id"] in taken or len(self.cases) == CASES_OF_ONE:
                continue
            page = self._page(item["id"])
            if not any(each["step"] == STEP for each in page["next_steps"]):
                continue
            self.versions[item["id"]] = page["version"]
            # Some ask for more than this form says, such as a child's: those are left alone, and why is kept.
            tried = self._asked(item["id"])
            if tried.status_code != 200:
                self.refused.append(f"{tried.status_code} {_reasons(tried)}")
            else:
                self.versions[item["id"]] = page["version"] + 1
                self.references[item["id"]] = page["reference"]
                self.cases.append(item["id"])
                taken.add(item["id"])
        return bool(self.cases)

    def _mine(self) -> Sequence[Mapping[str, Any]]:
        asked = {"mine": "true", "limit": "50"}
        found: Sequence[Mapping[str, Any]] = answered(
            self.client.get(f"{API}/cases", params=asked, headers=self.headers)
        )["items"]
        return found

    def _page(self, case_id: str) -> Mapping[str, Any]:
        page: Mapping[str, Any] = answered(self.client.get(f"{API}/cases/{case_id}", headers=self.headers))
        must(page["id"] == case_id and "next_steps" in page, "the page is not whole")
        must(page["chain"]["verified"] == page["chain"]["checked"] > 0, "the page has proved no history")
        return page

    def _html(self, case_id: str) -> None:
        reference = self.references[case_id]
        answer = self.client.get(f"/cases/{reference}", headers={"Cookie": f"{COOKIE}={self.cookie}"})
        must(answer.status_code == 200 and reference in answer.text, f"/cases/{reference}: {answer.status_code}")

    def _timeline(self, case_id: str) -> None:
        asked = {"newest_first": "true", "limit": "50"}
        told = answered(self.client.get(f"{API}/cases/{case_id}/timeline", params=asked, headers=self.headers))
        must(bool(told["items"]), "the timeline is empty")

    def _step(self, case_id: str) -> None:
        told = answered(self._asked(case_id))
        must(told["version"] == self.versions[case_id] + 1, "a step did not raise the version by one")
        self.versions[case_id] = told["version"]

    def _asked(self, case_id: str) -> httpx2.Response:
        body = {"seen_version": self.versions[case_id], "record": self.body}
        headers = {**self.headers, "Idempotency-Key": uuid.uuid4().hex}
        return self.client.post(f"{API}/cases/{case_id}/steps/{STEP}", json=body, headers=headers)


@contextmanager
def people_of(house: House, base_url: str, known: Mapping[str, Any], count: int) -> Iterator[list[Person]]:
    """So many people of a world, signed in by the door, each with cases of their own.

    known: world.json. Raises NotUsable where fewer have any.
    """
    found: list[Person] = []
    taken: set[str] = set()
    refused: Counter[str] = Counter()
    body = form(house, "placement")
    with ExitStack() as stack:
        for account in known["accounts"]:
            if len(found) == count or not ROLES & set(account["roles"]):
                continue
            client = httpx2.Client(base_url=base_url, timeout=60)
            said = {"username": account["login"], "password": known["password"]}
            token = answered(client.post(f"{API}/auth/token", data=said))["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            person = Person(client, headers, _cookie(house, account["login"]), body)
            has_some = person.finds(taken)
            refused.update(person.refused)
            if has_some:
                stack.enter_context(client)
                found.append(person)
            else:
                client.close()
        if len(found) < count:
            told = [f"{why} ({times} times)" for why, times in refused.most_common(3)] or ["no case has that step"]
            said = "; ".join(told)
            raise NotUsable(f"only {len(found)} people of this world have cases in which they may {STEP}: {said}")
        yield found


def _reasons(answer: httpx2.Response) -> str:
    """The codes of a refusal."""
    told = answer.json()
    codes = [each.get("code", "") for each in told.get("refusals", ())]
    return ", ".join(codes) or str(told.get("code", ""))


def _cookie(house: House, login: str) -> str:
    """The cookie of a new page session."""
    value, now = new_value(), house.clock.now()
    with reading(house.db) as session:
        user_id = session.execute(select(User.id).where(User.login == login)).scalar_one()
    row = {
        "id": new_id(), "user_id": user_id, "token_version": 1, "kind": "page", "digest": digest(value),
        "started_at": now, "seen_at": now, "expires_at": now + timedelta(hours=10),
    }  # fmt: skip
    with writing(house.db) as session:
        session.execute(insert(LoginSession), row)
    return value
