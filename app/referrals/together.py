"""One step for several people of a day at the bridge: each by themselves, and one who stays holds nobody up."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from sqlalchemy import Row

from app.access import notices
from app.access.desk import Desk
from app.access.log import looked
from app.casework import several
from app.casework.opening import letters
from app.casework.shapes import StepIn
from app.kit.errors import NotFound
from app.kit.words import mark
from app.referrals import day_queries, service
from app.referrals.day_schemas import BecameOut, BridgeStep, ChosenIn, SeveralIn, SeveralOut
from workflows.referral import Referral

ACT: Final = "at_the_bridge"
DONE: Final = "done"
# What became of one person -> what people read. Codes of refusals that stand nowhere here say the last.
SENTENCES: Final = {
    DONE: mark("Done."),
    "step_refused": mark("Not done, for these reasons:"),
    "not_found": mark("Not done: this referral is not there, or not within your reach."),
    "permission_missing": mark("Not done: your role does not reach this referral for this."),
    "stale_version": mark("Not done: somebody changed this referral meanwhile. Look at it first."),
}
_OTHERWISE: Final = mark("Not done. Try it on the page of the referral, which says why.")
_NOBODY: Final = mark("Choose at least one person.")


def take(desk: Desk, body: SeveralIn) -> SeveralOut:
    """Take a step of the bridge for several people, in one transaction with a savepoint for each (decision 0024).

    Invalid (422) for nobody, or for more than one act can take. What stands against one person stops that one alone.
    """
    several.must_fit(desk, "items", len(body.items), _NOBODY)
    outcome: dict[str, several.Became] = {}
    with notices.told_once(desk):
        for each in body.items:
            if each.referral_id not in outcome:
                act = partial(_take_one, desk, each, body)
                outcome[each.referral_id] = several.by_itself(desk, each.referral_id, DONE, act)
    done = sum(1 for each in outcome.values() if each.code == DONE)
    act_id = several.keep(desk, ACT, body.step.value, list(outcome.values()))
    looked(desk, "bridge_act", "referral", "-", {"act": act_id, "step": body.step.value, "done": done})
    return report(desk, act_id)


def report(desk: Desk, act_id: str) -> SeveralOut:
    """What became of an act of the actor's own; NotFound for any other."""
    row = several.kept(desk, act_id, ACT)
    if row is None:
        raise NotFound()
    return _out(desk, row)


def group_code() -> str:
    """A fresh code for those who travel together, in the letters that are read most easily: G-7K4P."""
    return "G-" + letters(4)


def _take_one(desk: Desk, chosen: ChosenIn, body: SeveralIn) -> str:
    record = None if body.record is None and not chosen.record else {**(body.record or {}), **chosen.record}
    step = StepIn(record=record, given=dict(body.given), happened_at=body.happened_at)
    name = body.step
    if name is BridgeStep.SCHEDULE and day_queries.state_of(desk, chosen.referral_id) == Referral.POSTPONED.value:
        # Whoever had a day before gets a new one; for the group it is the same act.
        name = BridgeStep.AGAIN
    service.take_step(desk, chosen.referral_id, name.value, step, chosen.seen_version)
    return ""


def _out(desk: Desk, row: Row[Any]) -> SeveralOut:
    outcome = several.outcome_of(row)
    seen = day_queries.references(desk, [each.subject for each in outcome])
    items = [_one(desk, each, seen.get(each.subject)) for each in outcome]
    done = sum(1 for each in items if each.outcome == DONE)
    return SeveralOut(id=row.id, step=BridgeStep(row.why), done=done, stayed=len(items) - done, items=items)


def _one(desk: Desk, became: several.Became, reference: str | None) -> BecameOut:
    # Why somebody stayed says something about them: it is told only to whoever sees the referral now.
    return BecameOut(
        referral_id=became.subject,
        reference=reference,
        outcome=became.code,
        sentence=SENTENCES.get(became.code, _OTHERWISE),
        refusals=several.told(desk, became) if reference is not None else [],
    )
