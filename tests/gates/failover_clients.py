"""The clients of the failover drill: each at work on a case, asking again with the same key until it is answered."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any, Final

import httpx2

from tests.journeys.hands import API

ACTS: Final = ("move", "open", "record", "look")
# The only words in which a door may say that the database is away, and each says what to do.
CLEAR: Final = frozenset({"database_away", "outcome_unknown", "busy"})
# Sooner than a real program would (Retry-After), so that the moment of recovery is seen to a tenth of a second.
AGAIN_SECONDS: Final = 0.1
PATIENCE_SECONDS: Final = 150.0


@dataclass(frozen=True)
class Seen:
    """One answer: when it came (monotonic seconds), to which act, with which status and code."""

    at: float
    act: str
    status: int
    code: str


@dataclass(frozen=True)
class Done:
    """One act that was confirmed: its key and request, the answer, and how often it had to be asked for."""

    key: str
    path: str
    body: dict[str, Any]
    status: int
    answer: bytes
    case: str
    version: int
    at: float
    asked: int
    replayed: bool


@dataclass
class Desk:
    """What all clients share. ``token``: gives one that is live; ``bodies``: the forms that are sent."""

    port: int
    token: Callable[[], str]
    bodies: dict[str, dict[str, Any]]
    acts: tuple[str, ...] = ACTS
    stop: threading.Event = field(default_factory=threading.Event)
    seen: list[Seen] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    # Case -> how often somebody was shown it.
    looks: Counter[str] = field(default_factory=Counter)
    stale: int = 0


class Client(threading.Thread):
    """Somebody who moves a person between places, writes down a change of mind, opens cases and looks, all the time."""

    def __init__(self, desk: Desk, case: str, version: int) -> None:
        """case: the one it works on; version: as it was seen last."""
        super().__init__(daemon=True)
        self.desk, self.case, self.version = desk, case, version
        self.done: list[Done] = []
        self.http = httpx2.Client(base_url=f"http://127.0.0.1:{desk.port}", trust_env=False, timeout=120.0)

    def run(self) -> None:
        """Until the drill is over; what goes wrong is noted and never raised."""
        acts = cycle(self.desk.acts)
        try:
            while not self.desk.stop.is_set():
                act = next(acts)
                if act == "look":
                    self._look()
                else:
                    self._do(act)
        except Exception as fault:  # noqa: BLE001 - a thread that dies tells nobody
            self.desk.faults.append(f"a client ended: {type(fault).__name__} {fault}")
        finally:
            self.http.close()

    def confirmed_after(self, moment: float) -> float | None:
        """When the first act after that moment was confirmed."""
        return next((each.at for each in self.done if each.at > moment), None)

    def _look(self) -> None:
        answer = self._ask("look", "GET", f"/cases/{self.case}")
        if answer.status_code == 200:
            self.desk.looks[self.case] += 1
            self.version = int(answer.json()["version"])
        elif answer.status_code == 503:
            time.sleep(AGAIN_SECONDS)
        else:
            self.desk.faults.append(f"look: {answer.status_code} {answer.text[:200]}")

    def _do(self, act: str) -> None:
        """One act under one key, asked for until it is answered."""
        path = {
            "move": f"/cases/{self.case}/steps/move_placement",
            "record": f"/cases/{self.case}/records/consent_withdrawal",
            "open": "/cases",
        }[act]
        body = self.desk.bodies[act]
        if act != "open":
            body = {"seen_version": self.version, "record": body}
        key, asked, end = uuid.uuid4().hex, 0, time.monotonic() + PATIENCE_SECONDS
        while True:
            asked += 1
            answer = self._ask(act, "POST", path, key, body)
            if answer.status_code != 503:
                break
            if self.desk.stop.is_set() or time.monotonic() > end:
                self.desk.faults.append(f"{act}: never answered, asked {asked} times")
                return
            time.sleep(AGAIN_SECONDS)
        if answer.status_code in (200, 201):
            told = answer.json()
            case = str(told["id"]) if act == "open" else self.case
            version = int(told["version"])
            if act != "open":
                self.version = version
            replayed = answer.headers.get("Idempotency-Replayed") == "true"
            self.done.append(Done(
                key, path, body, answer.status_code, answer.content, case, version, time.monotonic(), asked, replayed
            ))  # fmt: skip
        elif answer.status_code == 409 and answer.json().get("code") == "stale_version":
            # Somebody was told of a version that is not there any more, or acted without being told.
            self.desk.stale += 1
            self._look()
        else:
            self.desk.faults.append(f"{act}: {answer.status_code} {answer.text[:200]}")

    def again(self, done: Done) -> str | None:
        """Ask once more for what was confirmed; what is wrong with the answer, None if it is the first one again."""
        answer = self._ask("again", "POST", done.path, done.key, done.body)
        same = (answer.status_code, answer.content) == (done.status, done.answer)
        if same and answer.headers.get("Idempotency-Replayed") == "true":
            return None
        return f"asked for again with its key, {done.path} is answered {answer.status_code} {answer.text[:100]}"

    def _ask(
        self, act: str, method: str, path: str, key: str | None = None, body: dict[str, Any] | None = None
    ) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.desk.token()}"} | ({"Idempotency-Key": key} if key else {})
        answer = self.http.request(method, API + path, json=body, headers=headers)
        code = ""
        if answer.status_code >= 400:
            said = answer.json()
            code = str(said.get("code"))
            clear = code in CLEAR and said.get("detail") and answer.headers.get("Retry-After", "").isdigit()
            if answer.status_code >= 500 and not (answer.status_code == 503 and clear):
                self.desk.faults.append(f"{act}: {answer.status_code} {answer.text[:200]}")
        self.desk.seen.append(Seen(time.monotonic(), act, answer.status_code, code))
        return answer
