"""Writes into a history what changes nothing: a remark, and an attempt that was refused with every reason."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.access.desk import Desk
from app.casework import held as holding
from app.casework import history
from app.casework.held import Held, hold_case, hold_referral
from app.casework.history import Event
from app.kit.errors import Conflict
from workflows.verdict import Refusal


class StepRefused(Conflict):
    """The step may not be taken now; ``extra.refusals`` holds every reason."""

    code = "step_refused"
    title = "This step is not possible now."


def refusal(desk: Desk, held: Held, word: str, title: str, refusals: tuple[Refusal, ...]) -> StepRefused:
    """The error to raise, with every reason; the attempt is kept in a transaction of its own."""
    keep_attempt(
        desk, held.kind, held.id, word, [{"code": each.code, "sources": list(each.sources)} for each in refusals]
    )
    return StepRefused(
        f"'{title}' is blocked by {len(refusals)} reason{'s' if len(refusals) != 1 else ''}.",
        extra={"step": word, "refusals": [refusal_out(desk, each) for each in refusals]},
    )


def keep_attempt(desk: Desk, kind: str, subject_id: str, word: str, refusals: list[dict[str, Any]]) -> None:
    """Have a refused attempt written to the timeline once the refusal has undone the rest.

    kind: case or referral; word: the step or record kind that was tried; refusals: a code and source ids each.
    """
    actor, now, office_id = desk.actor, desk.now, desk.office_id

    def keep(session: Session) -> None:
        later = Desk(session, actor, now, desk.policies, desk.keys, desk.signing, desk.correlation, office_id)
        held = hold_case(later, subject_id) if kind == "case" else hold_referral(later, subject_id)
        remark(later, held, Event("attempt", word, held.version, {"refusals": refusals}, now))

    desk.keep_if_refused(keep)


def remark(desk: Desk, held: Held, event: Event) -> None:
    """Append an event that changes nothing: the chain grows, the version stays."""
    key = held.key(desk) if event.note else None
    history.append(desk.session, held.chain, event, desk.actor, desk.now, desk.keys, key)
    swap = holding.swap_case if held.kind == "case" else holding.swap_referral
    swap(desk, held, held.version, {})


def refusal_out(desk: Desk, refusal: Refusal) -> dict[str, Any]:
    """A refusal as the answer shows it: what, why, how to mend, who can, and the sources with their words."""
    return {
        "code": refusal.code,
        "missing": refusal.sentence,
        "why": refusal.why,
        "mend": refusal.mend,
        "who": list(refusal.who),
        "overridable": refusal.overridable,
        "sources": [
            {"id": source.id, "title": source.title, "asks": source.asks}
            for source in (desk.policies.source(name) for name in refusal.sources)
        ],
    }
