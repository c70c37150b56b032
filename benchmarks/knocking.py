"""Knocking: the same six acts at the door of Waymark and at the peer's, each answer looked at before it counts.

What cannot be the right answer raises WrongAnswer, so that no figure is made of refusals or of empty pages.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any, Final

import httpx2

from app.access import csrf
from benchmarks.load import Act
from benchmarks.step_and_timeline import API, Caller

ACTS: Final = ("step", "page", "timeline", "opened", "list", "search")
# Entries of a timeline, and cases of a list, that one answer holds: both doors give as many.
AT_ONCE: Final = 50
COOKIE: Final = "demo-waymark"
WHY: Final = "To see whether this person is known here already."


class WrongAnswer(Exception):
    """A door did not answer what it has to; the run is worth nothing."""


def must(fits: bool, what: str) -> None:
    """WrongAnswer with ``what`` unless it ``fits``."""
    if not fits:
        raise WrongAnswer(what)


def answered(answer: httpx2.Response, status: int = 200) -> Any:
    """The JSON of an answer; WrongAnswer if its status is another one."""
    where = f"{answer.request.method} {answer.request.url}"
    must(answer.status_code == status, f"{where}: {answer.status_code} instead of {status}: {answer.text[:300]}")
    return answer.json()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the world: entries of a grown case at least, cases in all, and (name, reference) to look for."""

    entries: int
    cases: int
    people: list[tuple[str, str]]


@dataclass
class Waymark:
    """A worker and a manager of a shelter at Waymark's doors; ``caller`` has cases of its own and takes the steps."""

    caller: Caller
    manager: str
    cookie: str
    known: Known
    _cases: Iterator[str] = field(init=False)
    _people: Iterator[tuple[str, str]] = field(init=False)
    _cursor: str | None = None
    _seen: int = 0

    def __post_init__(self) -> None:
        """Everything goes round and round."""
        self._cases, self._people = cycle(self.caller.cases), cycle(self.known.people)

    def act(self, name: str) -> Act:
        """The act to repeat, one of ACTS."""
        step = self.caller.act("step")
        acts: dict[str, Callable[[], None]] = {
            "step": lambda: self._step(step),
            "page": lambda: self._page(next(self._cases)),
            "timeline": lambda: self._timeline(next(self._cases)),
            "opened": self._opened,
            "list": self._list,
            "search": self._search,
        }
        return acts[name]

    def refuses(self) -> None:
        """WrongAnswer unless a stale version, a cell, an unknown case and a stranger are refused."""
        case_id, client = self.caller.cases[0], self.caller.client
        path, version = f"{API}/cases/{case_id}/steps/move_placement", self.caller.versions[case_id]
        for seen, changes in ((version - 1, {}), (version, {"place_kind": "police_cell"})):
            body = {"seen_version": seen, "record": {**self.caller.bodies["placement"], **changes}}
            headers = {**self._worker, "Idempotency-Key": uuid.uuid4().hex}
            answered(client.post(path, json=body, headers=headers), 409)
        answered(client.get(f"{API}/cases/{uuid.uuid4()}", headers=self._worker), 404)
        answered(client.get(f"{API}/cases/{case_id}"), 401)

    @property
    def _worker(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.caller.token}"}

    def _step(self, step: Act) -> None:
        before = sum(self.caller.versions.values())
        step()
        must(sum(self.caller.versions.values()) == before + 1, "a step did not raise the version by one")

    def _page(self, case_id: str) -> None:
        page = answered(self.caller.client.get(f"{API}/cases/{case_id}", headers=self._worker))
        must(page["id"] == case_id and page["next_steps"] and page["team"] and page["tasks"], "the page is not whole")
        must(page["chain"]["verified"] == page["chain"]["checked"] > 0, "the page has proved no history")

    def _timeline(self, case_id: str) -> None:
        asked = {"newest_first": "true", "limit": AT_ONCE}
        told = answered(
            self.caller.client.get(f"{API}/cases/{case_id}/timeline", params=asked, headers=self._worker)
        )
        must(len(told["items"]) >= min(AT_ONCE, self.known.entries), "the timeline is too short")

    def _opened(self) -> None:
        """What somebody waits for who opens a case: its page, and its timeline from a door of its own."""
        case_id = next(self._cases)
        self._page(case_id)
        self._timeline(case_id)

    def _list(self) -> None:
        asked = {"limit": AT_ONCE, **({"cursor": self._cursor} if self._cursor else {})}
        headers = {"Authorization": f"Bearer {self.manager}"}
        told = answered(self.caller.client.get(f"{API}/cases", params=asked, headers=headers))
        self._seen = _walked(self._seen, told["items"], told["next"], self.known.cases)
        self._cursor = told["next"]

    def _search(self) -> None:
        """By the page, for a name has no JSON door: only what is found is told, in HTML."""
        name, reference = next(self._people)
        form = {"name": name, "reason": WHY, csrf.FIELD: csrf.token_for(self.cookie)}
        origin = str(self.caller.client.base_url).rstrip("/")
        headers = {"Cookie": f"{COOKIE}={self.cookie}", "Origin": origin, "Sec-Fetch-Site": "same-origin"}
        answer = self.caller.client.post("/search/person", data=form, headers=headers)
        must(answer.status_code == 200 and reference in answer.text, f"{name} was not found ({answer.status_code})")


@dataclass
class Django:
    """The same two at the peer's doors; ``versions``: case -> the version seen last, shared by those who come after."""

    client: httpx2.Client
    worker: str
    manager: str
    cases: list[int]
    versions: dict[int, int]
    form: dict[str, Any]
    known: Known
    _cases: Iterator[int] = field(init=False)
    _people: Iterator[tuple[str, str]] = field(init=False)
    _next: str | None = None
    _seen: int = 0

    def __post_init__(self) -> None:
        """Everything goes round and round."""
        self._cases, self._people = cycle(self.cases), cycle(self.known.people)

    def act(self, name: str) -> Act:
        """The act to repeat, one of ACTS."""
        acts: dict[str, Callable[[], None]] = {
            "step": self._step, "page": self._page, "timeline": self._timeline, "opened": self._opened,
            "list": self._list, "search": self._search,
        }  # fmt: skip
        return acts[name]

    def refuses(self) -> None:
        """As `Waymark.refuses`."""
        case_id = self.cases[0]
        version = self.versions[case_id]
        for seen, changes in ((version - 1, {}), (version, {"place_kind": "police_cell"})):
            self._post(case_id, seen, changes, 409)
        answered(self.client.get("/cases/0/", headers=_token(self.worker)), 404)
        answered(self.client.get(f"/cases/{case_id}/"), 401)

    def _post(self, case_id: int, seen: int, changes: dict[str, Any], status: int) -> Any:
        body = {"seen_version": seen, "placement": {**self.form, **changes}}
        path = f"/cases/{case_id}/steps/move_placement/"
        return answered(self.client.post(path, json=body, headers=_token(self.worker)), status)

    def _step(self) -> None:
        case_id = next(self._cases)
        told = self._post(case_id, self.versions[case_id], {}, 200)
        must(told["version"] == self.versions[case_id] + 1, "a step did not raise the version by one")
        self.versions[case_id] = told["version"]

    def _page(self) -> None:
        self._shown(next(self._cases), {})

    def _opened(self) -> None:
        shown = self._shown(next(self._cases), {"timeline": "1"})
        must(len(shown["timeline"]) >= min(AT_ONCE, self.known.entries), "the timeline is too short")

    def _shown(self, case_id: int, asked: dict[str, str]) -> Any:
        page = answered(self.client.get(f"/cases/{case_id}/", params=asked, headers=_token(self.worker)))
        must(page["id"] == case_id and page["next_steps"] and page["team"] and page["tasks"], "the page is not whole")
        return page

    def _timeline(self) -> None:
        told = answered(self.client.get(f"/cases/{next(self._cases)}/timeline/", headers=_token(self.worker)))
        must(len(told["items"]) >= min(AT_ONCE, self.known.entries), "the timeline is too short")

    def _list(self) -> None:
        told = answered(self.client.get(self._next or "/cases/", headers=_token(self.manager)))
        self._seen = _walked(self._seen, told["results"], told["next"], self.known.cases)
        self._next = told["next"]

    def _search(self) -> None:
        name, reference = next(self._people)
        told = answered(self.client.get("/people/", params={"name": name}, headers=_token(self.manager)))
        must(reference in [each["reference"] for each in told["items"]], f"{name} was not found")


def _token(key: str) -> dict[str, str]:
    return {"Authorization": f"Token {key}"}


def _walked(seen: int, items: list[Any], following: object, cases: int) -> int:
    """How many cases a walk through the list has seen, 0 at its end: where it must have seen them all."""
    must(len(items) == AT_ONCE or following is None, "a page of the list is too short")
    if following is not None:
        return seen + len(items)
    must(seen + len(items) == cases, f"the list ended after {seen + len(items)} of {cases} cases")
    return 0
