"""The staff of two countries in the lossy drill: each course takes one referral a random legal way to its end.

Every step on a copy, and every record and step that a referral needs on the way, goes through the JSON door of the
server that happens to run. What lies before the offer (a case that is identified and sheltered, with its consents) and
what the receiving country arranges in its own case is written in this process, by the same services over the same
database: through the door it would take three quarters of the whole drill, and nothing of it travels.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from datetime import time as hour
from random import Random
from typing import Any, Final

import httpx2
from sqlalchemy import select

from app.access.desk import House
from app.casework.held import CASE, REFERRAL
from app.casework.messages import TABLE
from tests.factories import cases, referrals
from tests.factories.forms import form
from tests.factories.staff import Staff, Worker, token_for
from tests.gates.lossy_copies import Copies
from tests.inspect import reading
from workflows.referral import FINAL

API: Final = "/api/v1"
# End -> where it is reached from; a course may come to another end where two messages cross.
LEAVES: Final = {
    "completed": ("in_reintegration",),
    "declined": ("sent", "acknowledged", "tracing", "plan_proposed"),
    "no_safe_return": ("assessed", "accepted", "handover_scheduled", "postponed"),
    "withdrawn": (
        "returned_for_info", "assessed", "accepted", "handover_scheduled", "sent", "tracing", "plan_proposed",
    ),
    "cancelled": ("returned_for_info", "assessed", "accepted", "handover_scheduled", "acknowledged", "handed_over"),
}  # fmt: skip
ENDS: Final = tuple(LEAVES)
THEIR_TURN: Final = ("sent", "acknowledged", "tracing", "plan_proposed", "handed_over")
OVER: Final = frozenset(state.value for state in FINAL)
BUSY: Final = (429, 500, 502, 503)


class Stuck(Exception):
    """What a course waited for did not come."""


@dataclass
class Post:
    """One country in the eyes of the driver: its people, the door of its server, and its database."""

    country: str
    house: House
    staff: Staff
    port: int
    client: httpx2.Client = field(init=False)
    _tokens: dict[str, tuple[Any, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client = httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=40.0)

    def token(self, worker: Worker) -> str:
        """A token that is good for the next minutes."""
        now = self.house.clock.now()
        kept = self._tokens.get(worker.id)
        if kept is None or (now - kept[0]).total_seconds() > 300:
            kept = self._tokens[worker.id] = (now, token_for(self.house, worker))
        return kept[1]

    @property
    def today(self) -> date:
        """The day it is in this country."""
        return self.house.policies.day(self.country, self.house.clock.now())

    def last_of(self, day: date) -> datetime:
        """The last second of a day in this country."""
        return datetime.combine(day, hour(23, 59, 59), self.house.policies.zone(self.country))


@dataclass
class Drill:
    """What all courses share. ``patience``: seconds of the machine that anybody waits for anything."""

    here: Post
    there: Post
    patience: float
    counted: Counter[str] = field(default_factory=Counter)
    stuck: list[str] = field(default_factory=list)
    # Shared id -> the steps that somebody was told are taken: (side, step).
    confirmed: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)
    over: bool = False
    copies: dict[str, Copies] = field(init=False)

    def __post_init__(self) -> None:
        """Each side's copies are looked at in one place."""
        self.copies = {"here": Copies(self.here.house), "there": Copies(self.there.house)}

    def until(self, what: str, done: Callable[[], Any]) -> Any:
        """What ``done`` gives as soon as it is something. Stuck: it never was."""
        end = time.monotonic() + self.patience
        while True:
            found = done()
            if found:
                return found
            if time.monotonic() > end or self.over:
                raise Stuck(what)
            time.sleep(0.1)


class Course:
    """One referral from the offer to its end."""

    def __init__(self, drill: Drill, number: int, ends: tuple[str, ...] = ENDS) -> None:
        """number: which course; which of ``ends`` it takes and all its chances follow from it."""
        self.drill = drill
        self.chance = Random(7000 + number)
        self.end = ends[number % len(ends)]
        self.leaves = self.chance.choice(LEAVES[self.end])
        self.number = number
        self.case = self.sent = self.shared = self.arrived = ""
        self.meeting = date.min

    def run(self) -> None:
        """Take the whole way; what did not come is noted and never raised."""
        try:
            self._walk()
            self.drill.counted["courses"] += 1
        except Stuck as stuck:
            self.drill.stuck.append(f"course {self.number} ({self.shared}): {stuck}")
        except Exception as fault:  # noqa: BLE001 - a thread that dies tells nobody
            self.drill.stuck.append(f"course {self.number} ({self.shared}): {type(fault).__name__} {fault}")
        finally:
            for each in self.drill.copies.values():
                each.forget(self.shared)

    # ------------------------------------------------------------------------------------------- the way

    def _walk(self) -> None:
        here = self.drill.here
        self.case = referrals.bring_case_for_referral(here.house, here.staff)
        self.sent = referrals.draft(here.house, here.staff, self.case)
        self.shared = referrals.row_of(here.house, self.sent).shared_id
        self.drill.confirmed[self.shared] = Counter()
        self.ours("supervisor", "approve")
        self.ours("case_manager", "send")
        self.arrived = self.drill.until("the offer to arrive", lambda: self._copy("there", "id"))
        for part in (self._asked_back, self._traced, self._planned, self._at_the_bridge, self._home):
            if part():
                break
        self.drill.until("both to be at the end", lambda: self._state("here") == self._state("there") in OVER)

    def _asked_back(self) -> bool:
        self.both("sent")
        if self._over("sent"):
            return True
        if self.leaves == "returned_for_info" or self.chance.random() < 0.25:
            self.theirs("national_focal_point", "return_for_info", given={"reason": "family_details"})
            self.both("returned_for_info")
            if self._over("returned_for_info"):
                return True
            self.ours("case_manager", "supply_info")
            self.both("sent")
        self.theirs("national_focal_point", "acknowledge")
        self.both("acknowledged")
        return self._over("acknowledged")

    def _traced(self) -> bool:
        self.ours("case_manager", "disclose_identity")
        self.drill.until("the identity to arrive", lambda: self._received("disclose_identity"))
        step = self.chance.choice(("start_tracing", "start_tracing", "check_nationality"))
        self.theirs("social_worker", step)
        self.both("tracing")
        if self._over("tracing"):
            return True
        self.theirs("social_worker", "report_assessment", "family_tracing")
        self.both("assessed")
        return self._over("assessed")

    def _planned(self) -> bool:
        if self.chance.random() < 0.5:
            # Told once more, and the plan right behind it: two messages of one referral wait together.
            self.ours("case_manager", "disclose_identity")
        self.record("case_manager", "pre_return_risk")
        self.ours("case_manager", "propose_plan", "return_plan", escort="nurse 2")
        self.both("plan_proposed")
        if self._over("plan_proposed"):
            return True
        self.theirs("national_focal_point", "accept", "reception_plan")
        self.both("accepted")
        return self._over("accepted")

    def _at_the_bridge(self) -> bool:
        self.record("case_manager", "travel_document")
        self.record("legal_officer", "legal_status")
        self._meet("schedule_handover")
        if self._over("handover_scheduled"):
            return True
        if self.leaves == "postponed" or self.chance.random() < 0.2:
            self.ours("border_focal_point", "postpone", given={"reason": "border_closed"})
            self.both("postponed")
            if self._over("postponed"):
                return True
            self._meet("reschedule")
        self._sign()
        if self.leaves != "handed_over" and self.chance.random() < 0.15:
            self.theirs("border_focal_point", "report_not_received", given={"reason": "person_did_not_come"})
            self.both("postponed")
            self.drill.until("the way back", lambda: self._care() == "planning_return")
            self._meet("reschedule")
            self._sign()
        if self.leaves == "handed_over":
            # The receipt is signed while the sender asks to end it: whoever comes first at the bridge decides.
            self._ask_to_end()
            if self.chance.random() < 0.5:
                self.theirs("border_focal_point", "sign_receipt", "receipt", may_fail=True)
            self.drill.until("the answer", lambda: self._state("there") == self._state("here") != "handed_over")
            return self._state("there") in OVER
        self.theirs("border_focal_point", "sign_receipt", "receipt")
        return False

    def _home(self) -> bool:
        there, home = self.drill.there, str(self._copy("there", "case_id"))
        cases.join(there.house, home, there.staff["social_worker"])
        cases.name_manager(there.house, home, there.staff)
        cases.add(there.house, there.staff["case_manager"], home, "reintegration_plan")
        cases.add(
            there.house, there.staff["case_manager"], home, "consent", purpose="reintegration_report", recipient="TH"
        )
        self.theirs("case_manager", "start_reintegration")
        for number in (1, 2, 3, 4):
            self.theirs("case_manager", "report_visit", "monitoring_visit", number=number)
        self.theirs("case_manager", "complete")
        return True

    def _meet(self, step: str) -> None:
        self.meeting = self.drill.here.today
        self.ours("border_focal_point", step, "handover_schedule")
        self.both("handover_scheduled")
        self.theirs("border_focal_point", "confirm_handover", "handover_confirmation")
        self.drill.until("the officer's name", lambda: self._received("confirm_handover", "here"))

    def _sign(self) -> None:
        self.knock(self.drill.here, "case_manager", "cases", self.case, "depart")
        try:
            self.ours("border_focal_point", "sign_handover", "handover")
        except Stuck:
            if self.drill.here.today == self.meeting:
                raise
            # Midnight came while they were on their way: it is entered after it, as signed on paper on the day.
            signed, day = self.drill.here.last_of(self.meeting), str(self.meeting)
            self.ours("border_focal_point", "sign_handover", "handover", happened_at=signed, reconfirmed_on=day)
            self.drill.counted["signed before midnight"] += 1
        self.both("handed_over")

    def _over(self, point: str) -> bool:
        """Whether the course ends here; then it is on its way to its end."""
        if point != self.leaves:
            return False
        reason = "consent_withdrawn" if self.end == "withdrawn" else "other"
        if self.end == "declined":
            self.theirs("national_focal_point", "decline", given={"reason": "no_capacity"})
        elif self.end == "no_safe_return":
            self.record("case_manager", "pre_return_risk", level="serious", reprisals="The recruiter lives next door.")
            self.ours("case_manager", "find_no_safe_return")
        elif point in THEIR_TURN:
            self._ask_to_end(reason)
            if point == "sent" and self.chance.random() < 0.5:
                self.theirs("national_focal_point", "acknowledge", may_fail=True)
        else:
            step = {"withdrawn": "withdraw", "cancelled": "cancel"}[self.end]
            self.ours("case_manager", step, given={"reason": reason})
        return True

    def _ask_to_end(self, reason: str = "other") -> None:
        self.ours("case_manager", "request_end", given={"reason": reason})

    # ---------------------------------------------------------------------------------------- what is known

    def both(self, state: str) -> None:
        """Wait until both copies stand in ``state``."""
        self.drill.until(
            f"both to be {state}", lambda: self._state("here") == self._state("there") == state
        )

    def _copy(self, end: str, column: str) -> Any:
        row = self.drill.copies[end].of(self.shared)
        return row and getattr(row, column)

    def _state(self, end: str) -> str:
        return str(self._copy(end, "state"))

    def _care(self) -> str:
        with reading(self.drill.here.house.db) as session:
            return str(session.execute(select(CASE.c.care).where(CASE.c.id == self.case)).scalar_one())

    def _received(self, kind: str, end: str = "there") -> bool:
        """Whether a message of that type has come in, since the last one was asked about."""
        house = (self.drill.here if end == "here" else self.drill.there).house
        sender = self.drill.there if end == "here" else self.drill.here

        def found(where: House, direction: str) -> int:
            with reading(where.db) as session:
                query = select(TABLE.c.id).where(
                    TABLE.c.shared_id == self.shared, TABLE.c.type == kind, TABLE.c.direction == direction
                )
                return len(session.execute(query).all())

        return found(house, "in") >= found(sender.house, "out") > 0

    # ------------------------------------------------------------------------------------------------- acts

    def ours(self, role: str, step: str, kind: str | None = None, **more: Any) -> bool:
        """A step on the sender's copy."""
        return self._step("sender", self.drill.here, role, self.sent, step, kind, **more)

    def theirs(self, role: str, step: str, kind: str | None = None, **more: Any) -> bool:
        """A step on the receiver's copy."""
        return self._step("receiver", self.drill.there, role, self.arrived, step, kind, **more)

    def _step(
        self, side: str, post: Post, role: str, copy_id: str, step: str, kind: str | None = None, *,
        given: dict[str, str] | None = None, may_fail: bool = False, happened_at: datetime | None = None,
        **changes: Any,
    ) -> bool:  # fmt: skip
        record = form(post.house, kind, **changes) if kind else None
        when = happened_at and happened_at.isoformat()
        parts = (("record", record), ("given", given), ("happened_at", when))
        body: dict[str, Any] = {name: value for name, value in parts if value}
        done = self.knock(post, role, "referrals", copy_id, step, body, may_fail=may_fail)
        if done:
            self.drill.confirmed[self.shared][side, step] += 1
        return done

    def record(self, role: str, kind: str, **changes: Any) -> None:
        """A record on the sender's case."""
        body = {"record": form(self.drill.here.house, kind, **changes)}
        self.knock(self.drill.here, role, "cases", self.case, kind, body, verb="records")

    def knock(
        self, post: Post, role: str, room: str, paper: str, act: str, body: dict[str, Any] | None = None, *,
        verb: str = "steps", may_fail: bool = False,
    ) -> bool:  # fmt: skip
        """Act at the door until there is an answer; whether it was done. Stuck: it was refused, and may not be."""
        table = REFERRAL if room == "referrals" else CASE
        for _ in range(20):
            with reading(post.house.db) as session:
                seen = session.execute(select(table.c.version).where(table.c.id == paper)).scalar_one()
            path = f"{API}/{room}/{paper}/{verb}/{act}"
            answer = self._answer(post, role, path, {"seen_version": seen, **(body or {})})
            if answer.status_code in (200, 201):
                self.drill.counted["acts"] += 1
                return True
            said = answer.json()
            if said.get("code") == "stale_version":
                # A message came in between: it is looked at again, as somebody at a desk would.
                continue
            if may_fail:
                self.drill.counted["refused"] += 1
                return False
            why = [each["code"] for each in said.get("refusals", ())]
            raise Stuck(f"{role} {act}: {answer.status_code} {said.get('code')} {why} {said.get('detail')}")
        raise Stuck(f"{role} {act}: the version never fits")

    def _answer(self, post: Post, role: str, path: str, body: dict[str, Any]) -> httpx2.Response:
        """The answer to one act: asked for again with the same key until somebody answers."""
        key, end = uuid.uuid4().hex, time.monotonic() + self.drill.patience
        while True:
            headers = {"Authorization": f"Bearer {post.token(post.staff[role])}", "Idempotency-Key": key}
            try:
                answer = post.client.post(path, json=body, headers=headers)
                if answer.status_code not in BUSY:
                    return answer
                self.drill.counted[f"door {answer.status_code}"] += 1
            except httpx2.HTTPError:
                self.drill.counted["nobody at the door"] += 1
            if time.monotonic() > end or self.drill.over:
                raise Stuck(f"{role} at {path}: nobody answers")
            time.sleep(0.2)
