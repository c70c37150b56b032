"""The verbs of the caseload room: each case moves by itself, as in the single act; the report tells of each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import Row

from app.access import notices
from app.access.desk import Desk
from app.access.log import looked
from app.caseload import queries
from app.caseload.queries import ASSIGN, HAND_OVER
from app.caseload.schemas import ActOut, AssignIn, CarriedOut, CaseloadOut, ChosenIn, HandoverIn, MovedOut
from app.casework import own_tasks, recording, several
from app.casework.colleagues import Colleague, manager, must_work_there, reaches
from app.casework.reach import SEEING, permit
from app.casework.stages import stage_of
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.fields import at_field
from app.kit.words import mark
from app.models.base import is_id

ACTS: Final = ("assign", "hand_over")
REASONS: Final = "handing_reason"
MOVED: Final = "moved"
# What became of a case -> what people read. Codes of refusals that stand nowhere here say the last.
SENTENCES: Final = {
    MOVED: mark("Given to the colleague."),
    "not_found": mark("Not moved: this case is not there, or not within your reach."),
    "permission_missing": mark("Not moved: your role does not reach this case for this."),
    "stale_version": mark("Not moved: somebody changed this case meanwhile. Look at it and give it by itself."),
    "closed": mark("Not moved: the case is closed."),
    "theirs_already": mark("Not moved: this colleague carries it already."),
    "not_carried": mark("Not moved: somebody else carries this case."),
    "other_office": mark("Not moved: this colleague is of another office. Ask that office to take the case over."),
    "kept_away": mark("Not moved: this colleague cannot see the case. A seal or a block keeps them away."),
}
_OTHERWISE: Final = mark("Not moved. Try it on the page of the case, which says why.")


def caseload(desk: Desk, user_id: str) -> CaseloadOut:
    """What a colleague carries within `case:handover`; the look is noted. Nothing for an account that is unknown."""
    rows = queries.carried(desk, user_id, several.most(desk)) if is_id(user_id) else []
    count = queries.count_carried(desk, user_id) if rows else 0
    looked(desk, "caseload_read", "account", user_id if is_id(user_id) else "-", {"count": len(rows)})
    return CaseloadOut(items=[_carried(row) for row in rows], count=count)


def assign(desk: Desk, body: AssignIn) -> ActOut:
    """Give several cases to one colleague. Invalid (422) for somebody who cannot carry a case, or for too many."""
    to = _receiver(desk, body.user_id)
    _must_fit(desk, body.why, len(body.cases))
    return _moved(desk, "assign", None, to, body.why, body.cases)


def hand_over(desk: Desk, body: HandoverIn) -> ActOut:
    """Hand over what a colleague carries: all within reach up to the cap, or those named.

    They leave the team of each case that moves, and what waited for them alone waits for the other. Invalid (422) as
    `assign`, and where both are the same.
    """
    to = _receiver(desk, body.user_id)
    if body.from_user == body.user_id:
        raise _unfit("user_id", mark("Choose somebody else than the colleague who hands over."))
    held = queries.carried(desk, body.from_user, several.most(desk)) if is_id(body.from_user) else []
    wanted = body.cases
    if wanted is None:
        wanted = [ChosenIn(case_id=row.id, seen_version=row.version) for row in held]
    _must_fit(desk, body.why, len(wanted))
    return _moved(desk, "hand_over", body.from_user, to, body.why, wanted)


def report(desk: Desk, act_id: str) -> ActOut:
    """What became of an act of the actor's own; NotFound for any other."""
    row = several.kept(desk, act_id, *ACTS)
    if row is None:
        raise NotFound()
    return _out(desk, row)


def _moved(
    desk: Desk, act: str, giver: str | None, to: Colleague, why: str, wanted: Sequence[ChosenIn]
) -> ActOut:
    outcome: dict[str, several.Became] = {}
    for each in wanted:
        if each.case_id not in outcome:
            act_on = partial(_move, desk, each, giver, to, why)
            outcome[each.case_id] = several.by_itself(desk, each.case_id, MOVED, act_on)
    moved = sum(1 for each in outcome.values() if each.code == MOVED)
    act_id = several.keep(desk, act, why, list(outcome.values()), giver=giver, to_user=to.actor.id)
    looked(desk, "cases_given", "account", to.actor.id, {"act": act_id, "moved": moved, "why": why})
    if moved and to.actor.id != desk.actor.id:
        notices.tell(desk, [to.actor.id], "cases_received", "caseload", to.actor.id, {"count": moved})
    return report(desk, act_id)


def _move(desk: Desk, wanted: ChosenIn, giver: str | None, to: Colleague, why: str) -> str:
    if giver is not None:
        permit(desk, HAND_OVER, wanted.case_id, "hand_over")
    row = permit(desk, ASSIGN, wanted.case_id, "assign")
    if row.care == "closed":
        raise Conflict(code="closed")
    if giver is not None and row.case_manager_id != giver:
        raise Conflict(code="not_carried")
    must_work_there(to, row.office_id)
    if row.case_manager_id == to.actor.id:
        raise Conflict(code="theirs_already")
    before = row.case_manager_id
    held = recording.assign(desk, wanted.case_id, to.actor.id, wanted.seen_version, why)
    if not reaches(desk, to, SEEING, "case", wanted.case_id):
        raise Conflict(code="kept_away")
    if before is not None:
        own_tasks.hand_on(desk, wanted.case_id, before, to.actor.id)
    if giver is not None:
        recording.leave(desk, wanted.case_id, giver, held.version)
    return ""


def _receiver(desk: Desk, user_id: str) -> Colleague:
    found = manager(desk, user_id)
    if found is None:
        raise _unfit("user_id", mark("Choose an active colleague who works on cases."))
    return found


def _must_fit(desk: Desk, why: str, count: int) -> None:
    if not desk.policies.knows(REASONS, why):
        raise _unfit("why", mark("Choose why the cases change hands."))
    several.must_fit(desk, "cases", count, mark("Choose at least one case."))


def _unfit(field: str, sentence: str) -> Invalid:
    return Invalid("The cases cannot be given like this.", extra=at_field(field, sentence))


def _carried(row: Row[Any]) -> CarriedOut:
    return CarriedOut(case_id=row.id, reference=row.reference, version=row.version, stage=stage_of(row.care))


def _out(desk: Desk, row: Row[Any]) -> ActOut:
    outcome = several.outcome_of(row)
    seen = queries.seen(desk, (each.subject for each in outcome))
    cases = [
        MovedOut(
            case_id=each.subject,
            reference=seen[each.subject].reference if each.subject in seen else None,
            outcome=each.code,
            sentence=SENTENCES.get(each.code, _OTHERWISE),
        )
        for each in outcome
    ]
    moved = sum(1 for each in cases if each.outcome == MOVED)
    left = queries.count_carried(desk, row.from_user) if row.from_user is not None else 0
    return ActOut(id=row.id, act=row.act, moved=moved, refused=len(cases) - moved, cases=cases, left=left)
