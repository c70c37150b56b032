"""Why something late stands still: the first thing that blocks what would end it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Row

from app.access.desk import Desk
from app.casework.held import Held, at_matter, hold_case, hold_referral
from app.kit.words import mark
from app.overview.leads import startable
from app.worklist.closers import CLOSERS, RECORD, WAITING
from policies.model import Policies
from workflows import engine
from workflows.facts import Actor, SigningFacts, Situation
from workflows.mending import answered_by_form
from workflows.recording import refusals_for
from workflows.verdict import Refusal

FREE = mark("Nothing blocks it: it has not been done yet.")
BY_HAND = mark("It ends when somebody marks it as done.")
ABROAD = mark("It waits for the other country.")
ASK = mark("Ask there, or call the duty number.")
EARLIER = mark("An earlier step comes first.")


def of(desk: Desk, row: Row[Any]) -> tuple[str, str]:
    """Why the task of ``row`` (of `work_queries`) is not done, and what mends it ("" where that is plain).

    Asked for somebody who holds the task, not for whoever looks: that a supervisor may not do it blocks nothing.
    """
    if row.kind in WAITING:
        return ABROAD, ASK
    acts = CLOSERS.get(row.kind, ())
    if not acts:
        return BY_HAND, ""
    acts = tuple(act for act in acts if startable(row, act))
    if not acts:
        return EARLIER, ""
    held = _held(desk, row)
    manager = str(row.case_manager_id or "")
    actor = Actor(manager, frozenset({row.role}), row.office, row.organisation, desk.actor.country)
    found = [_refusals(desk.policies, act, _situation(desk, held, actor)) for act in acts]
    if any(not refusals for refusals in found):
        return FREE, ""
    first = min(found, key=len)[0]
    return first.sentence, first.mend


def _held(desk: Desk, row: Row[Any]) -> Held:
    if row.referral_reference is not None:
        return hold_referral(desk, row.referral_id, lock=False)
    return at_matter(hold_case(desk, row.case_id, lock=False), row.matter_id)


def _situation(desk: Desk, held: Held, actor: Actor) -> Situation:
    seen = held.situation(desk)
    return replace(seen, actor=actor, signing=SigningFacts(anybody=True))


def _refusals(policies: Policies, act: str, situation: Situation) -> tuple[Refusal, ...]:
    place, name = act.split(".")
    if place == RECORD:
        return refusals_for(name, situation, policies)
    decided = engine.decide(place, name, situation, policies)
    if not isinstance(decided, engine.Refused):
        return ()
    form = engine.find_step(place, name)[1].form
    # What the form of the step itself answers is what has to be done, and no reason why it is not.
    return tuple(each for each in decided.refusals if not answered_by_form(each.code, form, name, situation.case))
