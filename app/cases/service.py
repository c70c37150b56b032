"""The verbs of the cases room: open, list, show, take a step, name the manager, draw the timeline."""

from __future__ import annotations

from typing import Any, Final

from app.access.desk import Desk
from app.access.log import looked
from app.access.may import visible_case, within_reach
from app.cases import queries
from app.cases.schemas import (
    CaseNextStepsOut,
    CaseOut,
    CasePageOut,
    CaseReferralOut,
    CaseRowOut,
    CasesCountOut,
    CasesOut,
    CaseTimelineOut,
    ChainOut,
    LeaveIn,
    ManagerIn,
    OpenTaskOut,
    TeamIn,
    TeamMemberOut,
)
from app.casework import case_list, fieldgroups, recording, timeline
from app.casework.case_list import Filter
from app.casework.choices import CASE_MACHINES, next_steps
from app.casework.colleagues import colleague, manager, must_work_there, reaches
from app.casework.held import Held, hold_case
from app.casework.move import Command, perform
from app.casework.reach import SEEING, permit, reach_of
from app.casework.shapes import StepIn
from app.casework.stages import stage_of
from app.casework.tasks import OPEN
from app.kit.clock import as_utc
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.paging import Ask
from policies.model import FieldGroup
from workflows.engine import MACHINES
from workflows.facts import CaseFacts
from workflows.step import Step

# How much of the history the case page proves at each opening; the audit proves all of it.
PROVED_AT_OPENING: Final = 50


def listed(desk: Desk, wanted: Filter, ask: Ask) -> CasesOut:
    """One page of the cases within reach; one row in the book of looks, with filter and count."""
    rows, following = queries.cases(desk, SEEING, wanted, ask)
    looked(desk, "cases_listed", "case", "-", {**wanted.said, "count": len(rows)})
    return CasesOut(items=[_row_out(row) for row in rows], next=following)


def counted(desk: Desk, wanted: Filter) -> CasesCountOut:
    """How many cases within reach the filter leaves; the look is noted."""
    count = case_list.count(desk, SEEING, wanted)
    looked(desk, "cases_counted", "case", "-", {**wanted.said, "count": count})
    return CasesCountOut(count=count)


def read(desk: Desk, case_id: str) -> CasePageOut:
    """The page of one case; the look is noted."""
    visible_case(desk, SEEING, case_id)
    looked(desk, "case_opened", "case", case_id)
    held = hold_case(desk, case_id, lock=False)
    proof = timeline.prove(desk, timeline.subjects_of_case(desk, case_id), last=PROVED_AT_OPENING)
    return CasePageOut(
        **_values(desk, held),
        team=[
            TeamMemberOut(
                user_id=row.user_id, name=row.display_name, role=row.role, office=row.office, since=row.since,
                until=row.until,
            )  # fmt: skip
            for row in queries.team(desk, case_id)
        ],
        tasks=[
            OpenTaskOut(
                id=row.id, kind=row.kind, role=row.role, due_at=row.due_at,
                late=row.state == OPEN and row.due_at < desk.now,
                stopped_for=row.stop_cause if row.state != OPEN else None,
            )  # fmt: skip
            for row in queries.open_tasks(desk, case_id)
        ],
        referrals=[
            CaseReferralOut(id=row.id, side=row.side, state=row.state, other_country=row.other_country)
            for row in queries.referrals(desk, case_id)
        ],
        chain=ChainOut(
            entries=proof.entries,
            checked=proof.checked,
            verified=proof.sound,
            fault=proof.fault,
            sentence=proof.sentence,
        ),
    )


def take_step(desk: Desk, case_id: str, word: str, body: StepIn, seen: int) -> CaseOut:
    """Take a step of identification or care.

    NotFound for an unknown case or step, Forbidden for a step that is not the actor's, then as `perform`.
    """
    machine, step = _step_called(word)
    permit(desk, step.permission, case_id, step.name)
    command = Command(machine, step.name, case_id, seen, body.record, body.given, body.note, body.happened_at)
    return shown_case(desk, perform(desk, command).held)


def steps(desk: Desk, case_id: str) -> CaseNextStepsOut:
    """What the actor's role could do next, and what blocks it; the look is noted."""
    visible_case(desk, SEEING, case_id)
    looked(desk, "next_steps_read", "case", case_id)
    held = hold_case(desk, case_id, lock=False)
    return CaseNextStepsOut(version=held.version, next_steps=next_steps(desk, held, reach_of(desk, case_id, SEEING)))


def assign(desk: Desk, case_id: str, body: ManagerIn, seen: int) -> CaseOut:
    """Name the case manager; they join the team.

    Invalid (422), in the same words, for an account that is unknown, disabled, of another country, or whose
    roles do not let it work on cases. Conflict (409) for a colleague of another office than the case's
    (other_office), or whom a seal or a block keeps away (kept_away).
    """
    row = permit(desk, "case:assign", case_id, "assign")
    to = manager(desk, body.user_id)
    if to is None:
        raise Invalid(
            "This account cannot manage a case here.",
            code="not_a_case_manager",
            extra={"errors": [{"field": "user_id", "rule": "an active account of this country that works on cases"}]},
        )
    must_work_there(to, row.office_id)
    held = recording.assign(desk, case_id, body.user_id, seen)
    if not reaches(desk, to, SEEING, "case", case_id):
        raise Conflict("A seal or a block keeps this colleague away from the person.", code="kept_away")
    return shown_case(desk, held)


def join(desk: Desk, case_id: str, body: TeamIn, seen: int) -> CaseOut:
    """Put a colleague on the team, which lets them see and work on this case as far as their role goes.

    Invalid (422) for an account that is unknown, disabled, of another country, or does not hold the role, and for an
    end that is past.
    """
    permit(desk, "case:assign", case_id, "team")
    roles = _roles_of(desk, body.user_id)
    if roles is None or body.role not in roles or not desk.policies.scope_for([body.role], SEEING):
        raise Invalid(
            "This account cannot work on a case here in that part.",
            code="not_a_colleague",
            extra={"errors": [{"field": "user_id", "rule": "an active account of this country holding the role"}]},
        )
    if body.until is not None and body.until <= desk.now:
        rule = {"field": "until", "rule": "later than now, or left out"}
        raise Invalid("The time on the team has no end that lies ahead.", extra={"errors": [rule]})
    until = None if body.until is None else as_utc(body.until)
    return shown_case(desk, recording.join(desk, case_id, body.user_id, body.role, seen, until))


def leave(desk: Desk, case_id: str, body: LeaveIn, seen: int) -> CaseOut:
    """Take somebody off the team. Conflict (409) if they are not on it, or carry the case as its manager."""
    row = permit(desk, "case:assign", case_id, "team")
    if row.case_manager_id == body.user_id:
        raise Conflict("The case manager carries the case: name another one first.", code="still_the_manager")
    held = recording.leave(desk, case_id, body.user_id, seen)
    if held is None:
        raise Conflict("This account is not on the team.", code="not_on_the_team")
    return shown_case(desk, held)


def _roles_of(desk: Desk, user_id: str) -> frozenset[str] | None:
    """The roles of an active account of this country; None for any other id."""
    found = colleague(desk, user_id)
    return found.actor.roles if found is not None and found.active else None


def history(desk: Desk, case_id: str, ask: Ask, newest_first: bool) -> CaseTimelineOut:
    """One page of the timeline; refused attempts and opened notes only for those who may see them."""
    visible_case(desk, "timeline:read", case_id)
    looked(desk, "timeline_read", "case", case_id)
    items, following = timeline.line(
        desk,
        timeline.subjects_of_case(desk, case_id),
        ask,
        attempts=within_reach(desk, "attempt:read", case_id),
        notes=fieldgroups.sees(desk, FieldGroup.NARRATIVE),
        newest_first=newest_first,
    )
    return CaseTimelineOut(items=items, next=following)


def shown_case(desk: Desk, held: Held) -> CaseOut:
    """A held case as its reader sees it."""
    return CaseOut(**_values(desk, held))


def _values(desk: Desk, held: Held) -> dict[str, Any]:
    row, facts = held.row, held.facts
    assert isinstance(facts, CaseFacts)
    return {
        "id": held.id,
        "reference": row.reference,
        "version": held.version,
        "country": row.country,
        "office": queries.office_code(desk, row.office_id),
        "organisation": row.organisation,
        "channel": row.channel,
        "opened_at": row.opened_at,
        "stage": stage_of(facts.care),
        "identification": facts.identification,
        "care": facts.care,
        "case_manager": facts.case_manager,
        "previous_case_id": _if_seen(desk, row.previous_case_id),
        "sealed": row.sealed,
        "facts": fieldgroups.case_facts(desk, facts),
        "next_steps": next_steps(desk, held, reach_of(desk, held.id, SEEING)),
    }


def _if_seen(desk: Desk, case_id: str | None) -> str | None:
    """The id of an earlier case, for those who could open it."""
    return case_id if case_id is not None and within_reach(desk, SEEING, case_id) else None


def _row_out(row: Any) -> CaseRowOut:
    return CaseRowOut(
        id=row.id,
        reference=row.reference,
        version=row.version,
        office=row.office,
        stage=stage_of(row.care),
        identification=row.identification,
        care=row.care,
        child=row.child,
        age_band=row.age_band,
        sex=row.sex,
        nationality=row.nationality,
        case_manager=row.case_manager_id,
        opened_at=row.opened_at,
        flags=case_list.flags_of(row),
    )


def _step_called(word: str) -> tuple[str, Step]:
    for machine in CASE_MACHINES:
        step = MACHINES[machine].step(word)
        if step is not None:
            return machine, step
    raise NotFound()
