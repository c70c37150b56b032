"""The verbs of the deputies room: name one, list, end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row, insert, update

from app.access import notices, stepup
from app.access.desk import Desk
from app.access.log import looked
from app.casework.colleagues import colleague
from app.deputies import queries
from app.deputies.queries import DEPUTIES
from app.deputies.schemas import DeputiesOut, DeputyIn, DeputyOut
from app.kit.clock import as_utc
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.paging import Ask
from app.kit.words import mark
from app.models.base import is_id, new_id

# Longer than any leave: whoever is away for more than this hands their cases over.
LONGEST: Final = timedelta(days=92)


def listed(desk: Desk, ask: Ask) -> DeputiesOut:
    """One page of what the actor may see of deputies; the look is noted."""
    rows, following = queries.page(desk, ask)
    looked(desk, "deputies_listed", "deputy", "-", {"count": len(rows)})
    return DeputiesOut(items=[_out(desk, row) for row in rows], next=following)


def name(desk: Desk, body: DeputyIn) -> DeputyOut:
    """Have somebody stand in for a colleague: they reach what is that colleague's own or assigned, in their own roles.

    Invalid (422) unless both are active accounts of one organisation within `deputy:set` that share a role, and the
    time ends after it begins, within three months. Both are told; where somebody who stands in is away at that time
    themselves, whoever named them.
    """
    stepup.must_be_fresh(desk, "naming a deputy")
    since = desk.now if body.since is None else as_utc(body.since)
    until = as_utc(body.until)
    if not since < until <= since + LONGEST or until <= desk.now:
        raise _unfit(
            "until", f"after it begins, and at most {LONGEST.days} days later",
            mark("Choose a last day that is not over and lies at most three months after the first."),
        )  # fmt: skip
    absent, standing = colleague(desk, body.user_id), colleague(desk, body.deputy_id)
    if absent is None or not queries.settable(desk, body.user_id):
        raise _unfit(
            "user_id", "an active account for which you may name a deputy",
            mark("Choose a colleague for whom you may name somebody."),
        )  # fmt: skip
    if standing is None or not standing.active or standing.actor.organisation != absent.actor.organisation:
        raise _unfit(
            "deputy_id", "an active account of the same organisation",
            mark("Choose somebody of the same organisation."),
        )  # fmt: skip
    if standing.actor.id == absent.actor.id or not standing.actor.roles & absent.actor.roles:
        raise _unfit(
            "deputy_id", "somebody else who holds one of the same roles",
            mark("Choose somebody else who holds one of the same roles."),
        )  # fmt: skip
    if standing.actor.id == desk.actor.id:
        raise _unfit(
            "deputy_id", "somebody else than yourself: nobody widens their own reach",
            mark("Choose somebody else than yourself: nobody widens their own reach."),
        )  # fmt: skip
    row = {
        "id": new_id(), "country": desk.actor.country, "user_id": absent.actor.id, "deputy_id": standing.actor.id,
        "set_by": desk.actor.id, "since": since, "until": until, "ended_at": None,
    }  # fmt: skip
    desk.session.execute(insert(DEPUTIES), row)
    detail = {"user": absent.actor.id, "deputy": standing.actor.id, "until": until.isoformat()}
    looked(desk, "deputy_named", "deputy", str(row["id"]), detail)
    notices.tell(desk, (absent.actor.id, standing.actor.id), "deputy_named", "deputy", str(row["id"]), detail)
    for each in queries.left_alone(desk, str(row["id"])):
        # No case opens to a third by that (docs/decisions/0048): whoever chose is asked to choose again.
        alone = {"user": each.user_id, "deputy": each.deputy_id}
        notices.tell(desk, {each.set_by, desk.actor.id}, "deputy_away", "deputy", each.id, alone)
    return _shown(desk, str(row["id"]))


def end(desk: Desk, deputy_row: str) -> DeputyOut:
    """End a time of standing in now. NotFound if it is out of reach, Conflict if it is over."""
    row = queries.one(desk, deputy_row) if is_id(deputy_row) else None
    if row is None:
        raise NotFound()
    done: Any = desk.session.execute(
        update(DEPUTIES)
        .where(DEPUTIES.c.id == deputy_row, DEPUTIES.c.ended_at.is_(None), DEPUTIES.c.until > desk.now)
        .values(ended_at=desk.now)
    )
    if done.rowcount != 1:
        raise Conflict("This is over already.", code="deputy_over")
    looked(desk, "deputy_ended", "deputy", deputy_row)
    notices.tell(desk, (row.user_id, row.deputy_id), "deputy_ended", "deputy", deputy_row)
    return _shown(desk, deputy_row)


def one(desk: Desk, deputy_row: str) -> DeputyOut:
    """One time of standing in that the actor may end; NotFound out of reach."""
    row = queries.one(desk, deputy_row) if is_id(deputy_row) else None
    if row is None:
        raise NotFound()
    return _out(desk, row)


def _shown(desk: Desk, deputy_row: str) -> DeputyOut:
    row = queries.one(desk, deputy_row)
    assert row is not None
    return _out(desk, row)


def _unfit(field: str, rule: str, sentence: str) -> Invalid:
    wrong = {"field": field, "rule": rule, "sentence": sentence}
    return Invalid("This deputy does not fit.", extra={"errors": [wrong]})


def _out(desk: Desk, row: Row[Any]) -> DeputyOut:
    return DeputyOut(
        id=row.id, user_id=row.user_id, deputy_id=row.deputy_id, set_by=row.set_by, since=row.since, until=row.until,
        ended_at=row.ended_at, in_force=row.ended_at is None and row.since <= desk.now < row.until,
    )  # fmt: skip
