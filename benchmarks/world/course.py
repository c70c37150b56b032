"""A course: one person's case in the nursery, act by act, through the same checks as at the door."""

from __future__ import annotations

from typing import Any, Protocol

from app.demo.stage import Stage
from benchmarks.world.nursery import Nursery
from benchmarks.world.persons import Who
from tests.factories.forms import ALL_GROUPS, form

OUTWARD = ("notify_origin", "contact_family", "return")


class Keep(Protocol):
    """Reads off where the course stands; ``weight`` as of `Pattern`, in whatever unit the caller counts."""

    def __call__(self, state: str, weight: int, *, ended: bool = False) -> None:
        """Keep it under the name of its state."""


def unseen(state: str, weight: int, *, ended: bool = False) -> None:
    """Keep nothing: the course only passes through."""


class Course:
    """The acts of one case in one shelter; who acts is named by their role there, abroad by office and role."""

    def __init__(self, nursery: Nursery, stage: Stage, shelter: str, who: Who) -> None:
        """Open the case in the shelter and put its people on the team."""
        self.nursery, self.stage, self.shelter, self.who = nursery, stage, shelter, who
        self.country = nursery.house.policies.office(shelter).country
        person = who.invented(nursery.clock.now().year)
        self.case_id = stage.open_case(self.at("social_worker"), person, who.source, "shelter")
        self.referral_id = ""

    def at(self, role: str, office: str = "") -> str:
        """The login of whoever has the role in an office, in the shelter if none is named."""
        return self.nursery.people.posts[office or self.shelter, role][0].login

    def join(self, *roles: str) -> None:
        """The supervisor puts colleagues of the shelter on the team."""
        for role in roles:
            self.stage.join(self.at("supervisor"), self.case_id, self.at(role))

    def form(self, kind: str, **changes: Any) -> dict[str, Any]:
        """The example of a form with days around now, in the person's language where it says one."""
        filled = form(self.nursery.house, kind, **changes)
        return filled | ({"language": self.who.language} if "language" in filled else {})

    def step(self, role: str, step: str, kind: str | None = None, **changes: Any) -> None:
        """Take a step of the case, with its form if there is one."""
        self.stage.case_step(self.at(role), step, self.case_id, self.form(kind, **changes) if kind else None)

    def record(self, role: str, kind: str, **changes: Any) -> None:
        """Add a record to the case."""
        self.stage.record(self.at(role), self.case_id, kind, self.form(kind, **changes))

    def assign(self) -> None:
        """The supervisor names the case manager."""
        self.stage.assign(self.at("supervisor"), self.case_id, self.at("case_manager"))

    def allow(self, recipient: str) -> None:
        """The person, or who speaks for a child, agrees to what a return needs to be told there."""
        child: dict[str, Any] = {"giver": "guardian", "child_assent": True} if self.who.child else {}
        for purpose in OUTWARD:
            self.record(
                "case_manager", "consent", purpose=purpose, recipient=recipient, data_groups=list(ALL_GROUPS), **child
            )

    def draft(self, receiver: str, point: str) -> None:
        """Write the referral to another country."""
        self.referral_id = self.stage.draft(self.at("case_manager"), self.case_id, receiver, point)

    def refer(self, login: str, step: str, kind: str | None = None, /, given: Any = None, **changes: Any) -> None:
        """Take a step of this side's copy of the referral."""
        record = self.form(kind, **changes) if kind else None
        self.stage.referral_step(login, step, self.referral_id, record, **(given or {}))

    def abroad(self, login: str, step: str, kind: str | None = None, /, given: Any = None, **changes: Any) -> None:
        """Take a step of the other country's copy, once everything has arrived there."""
        self.stage.deliver()
        record = self.form(kind, **changes) if kind else None
        self.stage.referral_step(login, step, self.stage.other_copy(self.referral_id)[0], record, **(given or {}))

    def case_abroad(self) -> str:
        """The id of the case that the receiving country has opened."""
        self.stage.deliver()
        case_id = self.stage.other_copy(self.referral_id)[1]
        if case_id is None:
            raise RuntimeError("the receiving country has opened no case")
        return case_id

