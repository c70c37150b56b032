"""What each asker must be answered at each route about each subject, by the oracle alone."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import Final

from tests.gates.belongings import OWNERS
from tests.gates.filling import Route
from tests.gates.oracle import SEEING, Asker, Thing, written_groups
from tests.gates.scene import Scene, Subject
from tests.gates.worldview import view_of
from tests.inspect import reading

STRANGERS: Final = ("anonymous", "garbage", "disabled")


class Verdict(Enum):
    """What the oracle expects; the value is the status where there is only one."""

    UNKNOWN = 401
    LACKING = 403
    INVISIBLE = 404
    OUT_OF_REACH = 4030
    ALLOWED = 200
    ANYTHING = 0
    # A page: no bearer token opens one.
    SHUT = 303


# Verdicts whose answer must be the one for a thing that does not exist.
BLIND: Final = (Verdict.UNKNOWN, Verdict.LACKING, Verdict.INVISIBLE, Verdict.SHUT)
# What a route asks about its case or referral where that is another permission than the door's.
ACTS: Final = {
    "POST /cases/{case_id}/steps/{step}": "care:plan",
    "POST /cases/{case_id}/matters": "care:plan",
    "POST /cases/{case_id}/matters/{matter_id}/steps/{step}": "care:plan",
    "POST /cases/{case_id}/records/{kind}": "record:write",
    "POST /referrals/{referral_id}/steps/{step}": "referral:withdraw",
    "POST /referrals/{referral_id}/check-code": "referral:handover",
}
# The offices of the scene that are shelters.
SHELTERS: Final = frozenset({"th-shelter-tak", "th-shelter-chiang-rai"})
# The field group of what is filed and read in the scene, where a route depends on it.
FILED_GROUP: Final = "risk"


class Expectation:
    """The verdicts over a scene as its rows are now."""

    def __init__(self, scene: Scene) -> None:
        """Reads the rows once; make another after the scene has changed."""
        self._scene = scene
        self._groups = written_groups()
        with reading(scene.house.db) as session:
            self.view = view_of(session, scene.clock.now())

    def groups_of(self, asker: Asker) -> frozenset[str]:
        """The field groups that the asker's roles see together."""
        return frozenset().union(*(self._groups[role] for role in asker.roles))

    def verdict(self, route: Route, name: str, subject: Subject) -> Verdict:
        """What ``name`` (role@place, or a stranger) must be answered when asking ``route`` about ``subject``."""
        if route.permission is None:
            return Verdict.ANYTHING
        if route.page:
            return Verdict.SHUT
        if name in STRANGERS:
            return Verdict.UNKNOWN
        asker, oracle = self._scene.asker(name), self.view.oracle
        if not oracle.scopes(asker, route.permission):
            return Verdict.LACKING
        if route.subject is None:
            return Verdict.ALLOWED
        if route.subject in ("user_id", "deputy_row"):
            return self._account(asker, route.permission, subject)
        if route.subject in (
            "notice_id", "export_id", "import_id", "job_id", "approval_id", "draft_id", "emergency_id",
            "list_id",
        ):  # fmt: skip
            return self._belonging(route, asker, subject)
        if route.subject in ("shelter_id", "bed_request_id", "transfer_id", "service_id", "claim_id"):
            return self._house(route, asker, subject)
        if route.subject in (
            "tip_id", "inquiry_id", "operation_id", "reservation_id", "corridor_meeting_id", "shelter_visit_id",
        ):  # fmt: skip
            owner = self._owner(subject, route.subject)
            reached = owner is not None and self._reached(oracle.scopes(asker, route.permission), asker, owner)
            return Verdict.ALLOWED if reached else Verdict.INVISIBLE
        if route.subject == "meeting_id":
            owner = self._owner(subject, "meeting_id")
            return Verdict.ALLOWED if owner is not None and owner.office == asker.office else Verdict.INVISIBLE
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
        if {"record_id", "document_id"} & set(route.parameters) and subject.name == "nested":
            return Verdict.INVISIBLE
        if route.name == "POST /cases/{case_id}/records/{kind}" and FILED_GROUP not in groups:
            return Verdict.OUT_OF_REACH
        if route.name.startswith("POST /cases/{case_id}/identity") and "identity" not in groups:
            return Verdict.OUT_OF_REACH
        return Verdict.ALLOWED

    def _owner(self, subject: Subject, parameter: str) -> Asker | None:
        """Whose a thing of the subject is; None for what does not exist."""
        if subject.name in ("nonexistent", "malformed"):
            return None
        owner = self._scene.place_of(subject.name)[OWNERS[parameter]]
        return Asker(owner.id, owner.roles, owner.office, owner.organisation, owner.country)

    def _belonging(self, route: Route, asker: Asker, subject: Subject) -> Verdict:
        """What is somebody's own: theirs, and of those who review an emergency or agree to an act."""
        assert route.subject is not None
        owner, oracle = self._owner(subject, route.subject), self.view.oracle
        if owner is None:
            return Verdict.INVISIBLE
        mine = owner.id == asker.id
        if route.subject == "emergency_id":
            case = self.view.cases[subject.case_id]
            if route.permission == "emergency:review":
                # The opener of the scene holds no right to review; who does is never the opener.
                return Verdict.ALLOWED if oracle.may(asker, "emergency:review", case) else Verdict.INVISIBLE
            return Verdict.ALLOWED if mine and not oracle.walled(asker, case) else Verdict.INVISIBLE
        if route.subject in ("approval_id", "draft_id"):
            right = "statistics:release" if route.subject == "draft_id" else "case:export"
            second = self._reached(oracle.scopes(asker, right), asker, owner)
            if not (mine or second):
                return Verdict.INVISIBLE
            if route.method == "GET":
                return Verdict.ALLOWED
            # Who asked takes back and cannot agree; the others agree or refuse and cannot take back.
            return Verdict.ALLOWED if mine is route.path.endswith("/withdraw") else Verdict.OUT_OF_REACH
        return Verdict.ALLOWED if mine else Verdict.INVISIBLE

    def _house(self, route: Route, asker: Asker, subject: Subject) -> Verdict:
        """A house and what it is asked for, by office and country: no seal hides it, for it shows no case."""
        assert route.subject is not None
        assert route.permission is not None
        owner, oracle = self._owner(subject, route.subject), self.view.oracle
        # What may be read of a share is reached as the share is, whatever else the right to read names reaches.
        right = "transfer:read" if route.subject == "transfer_id" else route.permission
        if owner is None or not self._reached(oracle.scopes(asker, right), asker, owner):
            return Verdict.INVISIBLE
        # Whoever approves in the whole country does so at the case; here only the office that is asked answers.
        if route.subject == "claim_id" and route.method == "POST" and asker.office != owner.office:
            return Verdict.INVISIBLE
        if route.subject == "shelter_id":
            return Verdict.ALLOWED if owner.office in SHELTERS else Verdict.INVISIBLE
        case = replace(self.view.cases[subject.case_id], sealed=False)
        return Verdict.INVISIBLE if oracle.walled(asker, case) else Verdict.ALLOWED

    def _account(self, asker: Asker, permission: str, subject: Subject) -> Verdict:
        """Accounts, and the times of standing in for them, are reached by office, organisation and country."""
        owner = self._owner(subject, "user_id")
        reached = owner is not None and self._reached(self.view.oracle.scopes(asker, permission), asker, owner)
        return Verdict.ALLOWED if reached else Verdict.INVISIBLE

    def _reached(self, scopes: set[str], asker: Asker, owner: Asker) -> bool:
        reached = {
            "country": True,
            "organisation": owner.organisation == asker.organisation,
            "office": owner.office == asker.office,
        }
        return owner.country == asker.country and any(reached.get(scope, False) for scope in scopes)

    def _task(self, route: Route, asker: Asker, subject: Subject) -> Verdict:
        duty, oracle = self.view.duties.get(subject.task_id), self.view.oracle
        if duty is None or not oracle.may_task(asker, "task:read", duty):
            return Verdict.INVISIBLE
        assert route.permission is not None
        if route.name == "POST /tasks/{task_id}/priority":
            # How pressing a task is, is said on its case: that a task waits for one's role is not enough.
            reached = duty.case is not None and oracle.may(asker, route.permission, duty.case)
            return Verdict.ALLOWED if reached else Verdict.OUT_OF_REACH
        return Verdict.ALLOWED if oracle.may_task(asker, route.permission, duty) else Verdict.OUT_OF_REACH
