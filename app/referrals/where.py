"""Where a referral hangs, as its lists and its page tell it: on whom, since when, which rung rang and which is next."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row

from app.access.desk import Desk
from app.access.rows import as_the_house
from app.casework import hanging
from app.casework.facts import referral_facts_from
from app.casework.hanging import Hanging
from app.casework.held import Held
from app.referrals import wait_queries
from app.referrals.wait_schemas import On, RungOut, WaitOut
from workflows.facts import ReferralFacts
from workflows.waiting import DECIDED, OURS, SEEN, STORED

__all__ = ["nearest", "of_one"]

# Nothing answered at all, or nothing may be sent: the line. Anything else was said by the machine at its end.
_SUSPENDED: Final = "partner_suspended"
_NO_LINE: Final = frozenset({"partner_away", "no_partner", _SUSPENDED})
_ON: Final = {SEEN: On.THEIR_DESK, DECIDED: On.THEIR_DECISION, OURS: On.OUR_DESK}


def nearest(desk: Desk, rows: Sequence[Any]) -> dict[str, WaitOut]:
    """Copy -> what it waits for first, for a page of rows within the caller's reach; five queries in all."""
    shown = _waits(desk, [(row.id, row.shared_id, referral_facts_from(row.facts), row.opened_at) for row in rows])
    return {copy: found[0] for copy, found in shown.items() if found}


def of_one(desk: Desk, held: Held) -> list[WaitOut]:
    """Everything that one copy waits for, the nearest first, with every rung that has rung."""
    facts = held.referral_facts
    assert facts is not None
    found = _waits(desk, [(held.id, held.row.shared_id, facts, held.row.opened_at)]).get(held.id, [])
    rang = _rang(desk, held.id)
    open_tasks = wait_queries.duties(desk, [held.id])
    for each in found:
        task = open_tasks.get((held.id, each.task or ""))
        each.rungs = rang.get(task.id, []) if task is not None else []
        if each.rungs:
            each.rung = each.rungs[-1]
    return found


def _waits(desk: Desk, copies: Sequence[tuple[str, str, ReferralFacts, Any]]) -> dict[str, list[WaitOut]]:
    country = desk.actor.country
    # The caller has found every one of these copies within reach: what is told of them are codes and moments.
    with as_the_house(desk.session, country):
        said = hanging.said_of(desk.session, country, [shared for _, shared, _, _ in copies])
    duties = wait_queries.duties(desk, [copy for copy, *_ in copies])
    post = wait_queries.post(desk, [shared for _, shared, _, _ in copies])
    dead = wait_queries.dead_lines(desk, sorted(_NO_LINE))
    found: dict[str, list[WaitOut]] = {}
    for copy, shared, facts, opened_at in copies:
        waiting = hanging.hangs(desk.policies, facts, country, said[shared], opened_at)
        found[copy] = [
            _told(desk, facts, each, duties.get((copy, each.wait.task)), post.get(shared), dead) for each in waiting
        ]
    return found


def _told(
    desk: Desk, facts: ReferralFacts, each: Hanging, duty: Row[Any] | None, post: Row[Any] | None,
    dead: Mapping[str, str],
) -> WaitOut:  # fmt: skip
    wait = each.wait
    tries, error = 0, None
    if wait.level == STORED:
        tries = post.attempts if post is not None else 0
        error = (post.last_error if post is not None else None) or dead.get(facts.other_country)
        on = On.OUR_WORKER if error is None else _of_error(desk, facts.other_country, error)
    else:
        on = _ON[wait.level]
    due = duty.due_at if duty is not None else each.due_at
    ladder = hanging.ladder(desk.policies, facts) if due is not None else ()
    climbed = duty.escalation if duty is not None else 0
    rung = None
    if duty is not None and duty.rung is not None:
        rung = RungOut(rung=duty.rung, at=None, roles=_roles(desk, duty.rung))
    following = None
    if climbed < len(ladder):
        at = due if duty is None or duty.missed_at is None else duty.next_rung_at
        following = RungOut(rung=ladder[climbed], at=at, roles=_roles(desk, ladder[climbed]))
    return WaitOut(
        on=on, since=wait.since, message=wait.message, type=wait.said, clock=each.clock, due_at=due,
        late=due is not None and due < desk.now, task=wait.task or None, tries=tries, error=error, rung=rung,
        next=following,
    )  # fmt: skip


def _of_error(desk: Desk, country: str, error: str) -> On:
    if error == _SUSPENDED:
        # Either side may have ended the exchange; ours is in our own file.
        partner = desk.signing.partner(country)
        return On.LINE if partner is not None and partner.suspended_at is not None else On.THEIR_MACHINE
    return On.LINE if error in _NO_LINE else On.THEIR_MACHINE


def _roles(desk: Desk, code: str) -> list[str]:
    rule = desk.policies.clocks.rungs.get(code)
    return [] if rule is None else sorted(rule.roles)


def _rang(desk: Desk, referral_id: str) -> dict[str, list[RungOut]]:
    """Duty -> its rungs that rang, as the timeline of the copy says: when, and how many were told."""
    found: dict[str, list[RungOut]] = {}
    for row in wait_queries.rungs(desk, referral_id):
        said = json.loads(row.canonical)["details"]
        code = str(said["rung"])
        found.setdefault(str(said["task"]), []).append(
            RungOut(rung=code, at=row.recorded_at, roles=_roles(desk, code), told=int(said.get("told", 0)))
        )
    return found
