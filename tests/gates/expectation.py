"""What each asker must be answered at each route about each subject, by the oracle alone."""

from __future__ import annotations

from enum import Enum
from typing import Final

from tests.gates.filling import Route
from tests.gates.oracle import SEEING, Asker, Thing, written_groups
from tests.gates.scene import Scene, Subject
from tests.gates.worldview import view_of

STRANGERS: Final = ("anonymous", "garbage", "disabled")


class Verdict(Enum):
    """What the oracle expects; the value is the status where there is only one."""

    UNKNOWN = 401
    LACKING = 403
    INVISIBLE = 404
    OUT_OF_REACH = 4030
    ALLOWED = 200
    ANYTHING = 0


# Verdicts whose answer must be the one for a thing that does not exist.
BLIND: Final = (Verdict.UNKNOWN, Verdict.LACKING, Verdict.INVISIBLE)
# What a route asks about its case or referral where that is another permission than the door's.
ACTS: Final = {
    "POST /cases/{case_id}/steps/{step}": "care:plan",
    "POST /cases/{case_id}/records/{kind}": "record:write",
    "POST /referrals/{referral_id}/steps/{step}": "referral:withdraw",
}
# The field group of what is filed and read in the scene, where a route depends on it.
FILED_GROUP: Final = "risk"


class Expectation:
    """The verdicts over a scene as its rows are now."""

    def __init__(self, scene: Scene) -> None:
        """Reads the rows once; make another after the scene has changed."""
        self._scene = scene
        self._groups = written_groups()
        with scene.house.db.read() as session:
            self.view = view_of(session, scene.clock.now())

    def groups_of(self, asker: Asker) -> frozenset[str]:
        """The field groups that the asker's roles see together."""
        return frozenset().union(*(self._groups[role] for role in asker.roles))

    def verdict(self, route: Route, name: str, subject: Subject) -> Verdict:
        """What ``name`` (role@place, or a stranger) must be answered when asking ``route`` about ``subject``."""
        if route.permission is None:
            return Verdict.ANYTHING
        if name in STRANGERS:
            return Verdict.UNKNOWN
        asker, oracle = self._scene.asker(name), self.view.oracle
        if not oracle.scopes(asker, route.permission):
            return Verdict.LACKING
        if route.subject is None:
            return Verdict.ALLOWED
        if route.subject in ("user_id", "deputy_row"):
            return self._account(asker, route.permission, subject)
        if route.subject == "task_id":
            return self._task(route, asker, subject)
        kind = "referral" if route.subject == "referral_id" else "case"
        things = self.view.referrals if kind == "referral" else self.view.cases
        thing = things.get(subject.id_of(route.subject))
        return self._thing(route, asker, subject, thing, kind)

    def _thing(self, route: Route, asker: Asker, subject: Subject, thing: Thing | None, kind: str) -> Verdict:
        oracle = self.view.oracle
        assert route.permission is not None
        act = ACTS.get(route.name, route.permission)
        sees = thing is not None and oracle.may(asker, SEEING[kind], thing)
        if not oracle.scopes(asker, act):
            # The door let them in, the act is not theirs: who sees the thing is told so, others as if it were none.
            return Verdict.OUT_OF_REACH if sees else self._without(asker, kind)
        reaches = thing is not None and oracle.may(asker, act, thing)
        if kind == "referral" and route.permission == SEEING[kind] and not sees:
            return Verdict.INVISIBLE
        if route.name == "POST /referrals/{referral_id}/disclosed/reveal":
            reaches = reaches or (thing is not None and oracle.may(asker, "referral:trace", thing))
        if not reaches:
            return Verdict.OUT_OF_REACH if sees else Verdict.INVISIBLE
        return self._inside(route, asker, subject)

    def _without(self, asker: Asker, kind: str) -> Verdict:
        return Verdict.INVISIBLE if self.view.oracle.scopes(asker, SEEING[kind]) else Verdict.LACKING

    def _inside(self, route: Route, asker: Asker, subject: Subject) -> Verdict:
        """Within reach of the case: what else a route asks."""
        groups = self.groups_of(asker)
        if "record_id" in route.parameters and subject.name == "nested":
            return Verdict.INVISIBLE
        if route.name == "POST /cases/{case_id}/records/{kind}" and FILED_GROUP not in groups:
            return Verdict.OUT_OF_REACH
        if route.name.startswith("POST /cases/{case_id}/identity") and "identity" not in groups:
            return Verdict.OUT_OF_REACH
        return Verdict.ALLOWED

    def _account(self, asker: Asker, permission: str, subject: Subject) -> Verdict:
        """Accounts, and the times of standing in for them, are reached by office, organisation and country."""
        owner = next((each for staff in self._scene.staff.values() for each in staff.values()
                      if each.id == subject.user_id), None)  # fmt: skip
        if owner is None or owner.country != asker.country:
            return Verdict.INVISIBLE
        reached = {
            "country": True,
            "organisation": owner.organisation == asker.organisation,
            "office": owner.office == asker.office,
        }
        scopes = self.view.oracle.scopes(asker, permission)
        return Verdict.ALLOWED if any(reached[scope] for scope in scopes) else Verdict.INVISIBLE

    def _task(self, route: Route, asker: Asker, subject: Subject) -> Verdict:
        duty, oracle = self.view.duties.get(subject.task_id), self.view.oracle
        if duty is None or not oracle.may_task(asker, "task:read", duty):
            return Verdict.INVISIBLE
        assert route.permission is not None
        return Verdict.ALLOWED if oracle.may_task(asker, route.permission, duty) else Verdict.OUT_OF_REACH
