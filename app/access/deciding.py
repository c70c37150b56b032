"""What the second person does: agrees, refuses; and how an approval ends when nobody does."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, select, update

from app.access import rows
from app.access.approval_shapes import ApprovalOut
from app.access.desk import Desk, House
from app.access.log import looked
from app.access.notices import tell
from app.access.stepup import must_be_fresh
from app.access.two_persons import (
    APPROVAL,
    KINDS,
    Kind,
    asked_of,
    desk_for,
    digest_of,
    load,
    reaches,
    second_persons,
    shown,
    within,
)
from app.kit.crypto import DESTROYED
from app.kit.errors import AppError, Conflict, Forbidden, NotFound
from app.kit.log import logger
from app.models.base import is_id
from app.models.user import User

BATCH: Final = 100


def visible(desk: Desk, approval_id: str, *, lock: bool = False) -> tuple[Row[Any], bool]:
    """The row of an approval the actor asked for or holds the permission for, and whether it is the latter.

    NotFound, always the same, for any other id.
    """
    if not is_id(approval_id):
        raise NotFound()
    query = select(APPROVAL, within(desk).label("within")).where(
        APPROVAL.c.id == approval_id, APPROVAL.c.country == desk.actor.country
    )
    row = desk.session.execute(query.with_for_update(of=APPROVAL, key_share=True) if lock else query).one_or_none()
    if row is None or not (row.within or row.asked_by == desk.actor.id) or row.kind not in KINDS:
        raise NotFound()
    return row, bool(row.within)


def may_decide(desk: Desk, row: Row[Any], *, reach: bool) -> bool:
    """Whether the actor can be the second person: reaches the subject, did not ask, gains nothing by it."""
    return reach and desk.actor.id not in (row.asked_by, row.about_id)


def agree(desk: Desk, approval_id: str) -> ApprovalOut:
    """Agree, and carry the act out in this transaction in the name of both.

    If the asker may no longer do it, or the act no longer fits, the approval is refused with the reason and nothing
    else happens. An act taken at once has happened already and is confirmed. Raises Forbidden (own_approval,
    about_you, step_up_needed) and Conflict (approval_decided).
    """
    row, kind = _to_decide(desk, approval_id)
    must_be_fresh(desk, f"agreeing to {kind.act}")
    _end(desk, row, "agreed")
    _lock_accounts(desk, row)
    me = desk_for(desk, desk.actor.id)
    if me is None or not reaches(me, row.id):
        raise NotFound()
    why = _carry_out(desk, load(desk, row.id), kind)
    if why is None:
        looked(desk, "approval_agreed", "approval", row.id, {"kind": kind.name, "digest": row.digest})
    else:
        desk.session.execute(update(APPROVAL).where(APPROVAL.c.id == row.id).values(state="refused", why=why))
        looked(desk, "approval_refused", "approval", row.id, {"kind": kind.name, "why": why})
    return _told(desk, row.id)


def refuse(desk: Desk, approval_id: str, reason: str) -> ApprovalOut:
    """Refuse, with a reason in words that is kept sealed; what was done at once is undone."""
    row, kind = _to_decide(desk, approval_id)
    if kind.at_once:
        must_be_fresh(desk, f"undoing {kind.act}")
    sealed = desk.keys.seal(desk.keys.unwrap(row.wrapped), reason.encode("utf-8"), _answer_place(row.id))
    _end(desk, row, "refused", why="second_person", answer=sealed)
    _undo(desk, row, kind)
    looked(desk, "approval_refused", "approval", row.id, {"kind": kind.name, "why": "second_person"})
    return _told(desk, row.id)


def withdraw(desk: Desk, approval_id: str) -> ApprovalOut:
    """Take back what one asked for oneself; what was done at once is undone."""
    row, _ = visible(desk, approval_id, lock=True)
    if row.asked_by != desk.actor.id:
        raise Forbidden("Only who asked can take it back; you can refuse it.", code="not_yours")
    kind = KINDS[row.kind]
    if kind.at_once:
        must_be_fresh(desk, f"undoing {kind.act}")
    _end(desk, row, "withdrawn")
    _undo(desk, row, kind)
    looked(desk, "approval_withdrawn", "approval", row.id, {"kind": kind.name})
    return shown(desk, load(desk, row.id), could=False)


def answer_of(desk: Desk, row: Row[Any]) -> str | None:
    """The reason of a refusal in words, if there is one."""
    if row.answer is None or row.wrapped == DESTROYED:
        return None
    return desk.keys.open(desk.keys.unwrap(row.wrapped), row.answer, _answer_place(row.id)).decode("utf-8")


def expire(house: House) -> int:
    """End every approval whose time has passed, undo what was taken at once, tell who asked; how many ended.

    One transaction for each: one that cannot be undone holds up no other, and is tried again.
    """
    late = (APPROVAL.c.state == "waiting", APPROVAL.c.expires_at <= house.clock.now())
    with house.db.read() as session:
        rows.enter_everything(session)
        query = select(APPROVAL.c.id, APPROVAL.c.country).where(*late).order_by(APPROVAL.c.expires_at, APPROVAL.c.id)
        due = session.execute(query.limit(BATCH)).all()
    done = 0
    for approval_id, country in due:
        try:
            with house.db.write() as session:
                done += _expire_one(house.system_desk(session, country), approval_id)
        except Exception as error:  # noqa: BLE001 - one that fails must not keep the others in effect
            logger().error("approval_not_ended", kind=type(error).__name__)
    return done


def _expire_one(desk: Desk, approval_id: str) -> bool:
    late = (APPROVAL.c.id == approval_id, APPROVAL.c.state == "waiting", APPROVAL.c.expires_at <= desk.now)
    ended: Any = desk.session.execute(update(APPROVAL).where(*late).values(state="expired", decided_at=desk.now))
    if ended.rowcount != 1:
        return False
    row = load(desk, approval_id)
    _undo(desk, row, KINDS[row.kind])
    looked(desk, "approval_expired", "approval", row.id, {"kind": row.kind})
    tell(desk, [row.asked_by], "approval_expired", "approval", row.id, {"kind": row.kind})
    return True


def _to_decide(desk: Desk, approval_id: str) -> tuple[Row[Any], Kind]:
    row, reach = visible(desk, approval_id, lock=True)
    kind = KINDS[row.kind]
    if desk.actor.id == row.asked_by:
        others = len(second_persons(desk, row))
        raise Forbidden(
            f"You asked for this yourself; it needs another person who holds {kind.permission} here. {others} active"
            f" {'account' if others == 1 else 'accounts'} can decide about it.",
            code="own_approval",
            title="A second person decides.",
            extra={"permission": kind.permission, "second_persons": others},
        )
    if not may_decide(desk, row, reach=reach):
        raise Forbidden("This is about your own account; another person decides.", code="about_you")
    return row, kind


def _end(desk: Desk, row: Row[Any], state: str, **more: Any) -> None:
    """Bring a waiting approval to its end; of several at once one succeeds, the others get Conflict."""
    waiting = (APPROVAL.c.id == row.id, APPROVAL.c.state == "waiting", APPROVAL.c.expires_at > desk.now)
    values = {"state": state, "decided_by": desk.actor.id, "decided_at": desk.now, **more}
    done: Any = desk.session.execute(update(APPROVAL).where(*waiting).values(values))
    if done.rowcount != 1:
        now = load(desk, row.id).state
        state = "expired" if now == "waiting" else now
        raise Conflict(f"This is over already: {state}.", code="approval_decided", extra={"state": state})


def _lock_accounts(desk: Desk, row: Row[Any]) -> None:
    """Nobody may lose a right between the check and the act: whoever takes rights away locks the account too."""
    pair = select(User.id).where(User.id.in_([row.asked_by, desk.actor.id])).order_by(User.id)
    # Rows that only refer to the account (an Idempotency-Key, a notice) may be written meanwhile.
    desk.session.execute(pair.with_for_update(key_share=True)).all()


def _carry_out(desk: Desk, row: Row[Any], kind: Kind) -> str | None:
    """Do it at a desk of the asker; None, or the code of what stands in the way."""
    if digest_of(row._asdict()) != row.digest:
        return "act_changed"
    if kind.at_once:
        # It was done while the asker held the right; that they lost it since is no reason to undo a seal.
        return None
    asker = desk_for(desk, row.asked_by)
    if asker is None:
        return "asker_disabled"
    if not reaches(asker, row.id):
        return "asker_lost_right"
    try:
        # As the asker also for row security; afterwards as the one who agrees again.
        with desk.session.begin_nested(), rows.as_somebody(desk, asker):
            kind.deed(asker, asked_of(desk, row))
            detail = {"kind": kind.name, "agreed_by": desk.actor.id}
            looked(asker, "approval_carried_out", "approval", row.id, detail)
    except AppError as refusal:
        return refusal.code
    return None


def _undo(desk: Desk, row: Row[Any], kind: Kind) -> None:
    if kind.undo is not None:
        kind.undo(desk, asked_of(desk, row))
        looked(desk, "approval_undone", "approval", row.id, {"kind": kind.name})


def _told(desk: Desk, approval_id: str) -> ApprovalOut:
    row = load(desk, approval_id)
    tell(desk, [row.asked_by], f"approval_{row.state}", "approval", row.id, {"kind": row.kind, "why": row.why})
    return shown(desk, row, could=False)


def _answer_place(approval_id: str) -> bytes:
    return f"approval|answer|{approval_id}|1".encode()
