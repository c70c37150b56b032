"""Every SELECT of the referrals room, always within the asker's scope and in a fixed order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, exists, func, select

from app.access.desk import Desk
from app.access.rows import as_the_house
from app.access.scope import referrals_in_scope
from app.casework import coding, messages, receipts, tasks
from app.casework.held import FACTS, REFERRAL
from app.casework.tasks import OPEN, UNDONE
from app.kit.crypto import DESTROYED
from app.kit.paging import Ask
from app.models.person import DataKey
from app.referrals import pen, where
from app.referrals.schemas import Box, ClockOut, ReferralRow, ReferralsOut
from workflows.waiting import PENS, WATCHED

MESSAGE: Final[Any] = messages.TABLE
RECEIPT: Final[Any] = receipts.TABLE
TASK: Final[Any] = tasks.TABLE
_KEYS: Final[Any] = DataKey.__table__
READ: Final = "referral:read"
# Messages that bring the age band; the newest of them counts.
_OFFERS: Final = ("send", "supply_info")

_ROW: Final = (
    REFERRAL.c.id, REFERRAL.c.shared_id, REFERRAL.c.reference, REFERRAL.c.side, REFERRAL.c.country,
    REFERRAL.c.other_country, REFERRAL.c.case_id, REFERRAL.c.state, REFERRAL.c.border_point, REFERRAL.c.custody,
    REFERRAL.c.changed_at, REFERRAL.c.version, REFERRAL.c.facts, FACTS.c.age_band, REFERRAL.c.opened_at,
)  # fmt: skip
ROWS: Final = select(*_ROW).outerjoin(FACTS, FACTS.c.case_id == REFERRAL.c.case_id)


def listed(desk: Desk, box: Box | None, ask: Ask) -> ReferralsOut:
    """One page of the referrals that `referral:read` reaches, newest change first."""
    chosen = select(REFERRAL.c.id).where(referrals_in_scope(desk, "referral:read"), *in_box(box, desk.today))
    # The page is cut out before the rest of its rows is read, as in `case_list.rows_of`.
    cut = ask.narrow(chosen, [REFERRAL.c.changed_at, REFERRAL.c.id], newest_first=True).subquery("page")
    query = ROWS.join(cut, cut.c.id == REFERRAL.c.id).order_by(REFERRAL.c.changed_at.desc(), REFERRAL.c.id.desc())
    rows = desk.session.execute(query).all()
    page, following = ask.cut(rows, lambda row: (row.changed_at, row.id))
    return ReferralsOut(items=shown(desk, page), next=following)


def one(desk: Desk, referral_id: str) -> ReferralRow:
    """The row of a referral that the caller has already been found to reach."""
    row = desk.session.execute(ROWS.where(REFERRAL.c.id == referral_id)).one()
    return shown(desk, [row])[0]


def in_box(box: Box | None, today: date) -> tuple[Any, ...]:
    """The conditions that put a referral into a box; lists and counts use the same."""
    match box:
        case None:
            return ()
        case Box.INBOX:
            return (REFERRAL.c.side == "receiver", REFERRAL.c.state.in_(pen.TO_ANSWER))
        case Box.OUTBOX:
            return (REFERRAL.c.side == "sender", REFERRAL.c.state.not_in(pen.CLOSED))
        case Box.ARRIVING:
            return (REFERRAL.c.side == "receiver", REFERRAL.c.state.in_(pen.ARRIVING))
        case Box.TODAY:
            # The stored facts are canonical JSON (keys sorted): only a schedule has these two side by side.
            return (REFERRAL.c.facts.contains(f'"on":"{today.isoformat()}","receiver_officer":', autoescape=True),)
        case Box.CLOSED:
            return (REFERRAL.c.state.in_(pen.CLOSED),)


def shown(desk: Desk, rows: Sequence[Any]) -> list[ReferralRow]:
    """Rows of `ROWS` as lists show them; eight further queries for a whole page."""
    clocks = _clocks(desk, [row.id for row in rows])
    unread = _unread(desk, [row.shared_id for row in rows])
    hanging = where.nearest(desk, rows)
    told = _told_age_bands(desk, [row.shared_id for row in rows if row.age_band is None])
    found = []
    for row in rows:
        facts = json.loads(row.facts)
        turn = PENS.get(row.state)
        found.append(
            ReferralRow(
                id=row.id,
                reference=row.reference,
                state=row.state,
                state_label=desk.policies.label("referral_state", row.state),
                side=row.side,
                from_country=facts["from_country"],
                to_country=facts["to_country"],
                border_point=row.border_point,
                handover_on=facts["schedule"]["on"] if facts["schedule"] else None,
                child=facts["child"],
                age_band=row.age_band or told.get(row.shared_id, "unknown"),
                pen=turn,
                our_turn=turn == row.side,
                clock=clocks.get(row.id),
                custody=row.custody,
                responsible_country=facts["from_country" if row.custody == "sender" else "to_country"],
                end_asked=facts["end_asked"] is not None,
                hangs=hanging.get(row.id),
                unread=unread.get(row.shared_id, 0),
                version=row.version,
                changed_at=row.changed_at,
            )
        )
    return found


def _clocks(desk: Desk, referral_ids: Sequence[str]) -> dict[str, ClockOut]:
    """Referral id -> its open task that rings first; asked for referrals within reach, whoever works on the task."""
    query = (
        select(
            TASK.c.id, TASK.c.referral_id, TASK.c.kind, TASK.c.role, TASK.c.due_at, TASK.c.clock, TASK.c.basis,
            TASK.c.sources, TASK.c.state, TASK.c.stop_cause,
        )
        .where(
            TASK.c.referral_id.in_(referral_ids), TASK.c.state.in_(UNDONE),
            # What only watches the other end is told beside it (`hangs`).
            TASK.c.kind.not_in(WATCHED),
        )
        .order_by(TASK.c.referral_id, TASK.c.due_at, TASK.c.id)
    )  # fmt: skip
    found: dict[str, ClockOut] = {}
    with as_the_house(desk.session, desk.actor.country):
        ringing = desk.session.execute(query).all()
    for row in ringing:
        if row.referral_id not in found:
            found[row.referral_id] = ClockOut(
                id=row.id,
                task=row.kind,
                role=row.role,
                due_at=row.due_at,
                overdue=row.state == OPEN and row.due_at < desk.now,
                stopped_for=row.stop_cause if row.state != OPEN else None,
                clock=row.clock,
                basis=row.basis,
                sources=row.sources.split(),
            )
    return found


def _seen() -> Any:
    return exists().where(
        RECEIPT.c.country == MESSAGE.c.country,
        RECEIPT.c.message_id == MESSAGE.c.message_id,
        RECEIPT.c.level == "seen",
    )


def _unread(desk: Desk, shared_ids: Sequence[str]) -> dict[str, int]:
    query = (
        select(MESSAGE.c.shared_id, func.count())
        .where(
            MESSAGE.c.country == desk.actor.country,
            MESSAGE.c.shared_id.in_(shared_ids),
            MESSAGE.c.direction == "in",
            ~_seen(),
        )
        .group_by(MESSAGE.c.shared_id)
        .order_by(MESSAGE.c.shared_id)
    )
    return {shared_id: count for shared_id, count in desk.session.execute(query)}


def unseen(desk: Desk, shared_id: str) -> Sequence[Row[Any]]:
    """The other country's messages that nobody here has opened yet: message_id and digest, oldest first."""
    query = (
        select(MESSAGE.c.message_id, MESSAGE.c.digest)
        .where(
            MESSAGE.c.country == desk.actor.country,
            MESSAGE.c.shared_id == shared_id,
            MESSAGE.c.direction == "in",
            ~_seen(),
        )
        .order_by(MESSAGE.c.seq)
    )
    return desk.session.execute(query).all()


def _told_age_bands(desk: Desk, shared_ids: Sequence[str]) -> dict[str, str]:
    """Shared id -> the age band the offer told, for referrals that have no case here yet."""
    query = (
        select(MESSAGE, _KEYS.c.wrapped)
        .join(_KEYS, _KEYS.c.id == MESSAGE.c.key_id)
        .where(
            MESSAGE.c.country == desk.actor.country,
            MESSAGE.c.shared_id.in_(shared_ids),
            MESSAGE.c.direction == "in",
            MESSAGE.c.type.in_(_OFFERS),
            # One erased person must not take the whole list away.
            _KEYS.c.wrapped != DESTROYED,
        )
        .order_by(MESSAGE.c.shared_id, MESSAGE.c.seq)
    )
    found: dict[str, str] = {}
    for row in desk.session.execute(query) if shared_ids else ():
        about = coding.opened(desk, row, desk.keys.unwrap(row.wrapped)).get("about") or {}
        band = (about.get("age_band") or {}).get("age_band")
        if band:
            found[row.shared_id] = str(band)
    return found


def open_to(desk: Desk, case_id: str, country: str) -> str | None:
    """The reference of a referral of this case to ``country`` that has not ended, or None."""
    query = (
        select(REFERRAL.c.reference)
        .where(
            REFERRAL.c.case_id == case_id,
            REFERRAL.c.side == "sender",
            REFERRAL.c.other_country == country,
            REFERRAL.c.state.not_in(pen.CLOSED),
        )
        .order_by(REFERRAL.c.opened_at)
        .limit(1)
    )
    found = desk.session.execute(query).scalar_one_or_none()
    return str(found) if found else None


def conversation(desk: Desk, shared_id: str, ask: Ask) -> tuple[Sequence[Row[Any]], str | None]:
    """One page of the messages of both directions as stored here, and the cursor of the next page."""
    query = select(MESSAGE).where(MESSAGE.c.country == desk.actor.country, MESSAGE.c.shared_id == shared_id)
    columns = [MESSAGE.c.created_at, MESSAGE.c.direction, MESSAGE.c.seq]
    rows = desk.session.execute(ask.narrow(query, columns)).all()
    return ask.cut(rows, lambda row: (row.created_at, row.direction, row.seq))


def newest_of_type(desk: Desk, shared_id: str, kind: str) -> Row[Any] | None:
    """The newest message of that type in either direction as stored here."""
    query = (
        select(MESSAGE)
        .where(MESSAGE.c.country == desk.actor.country, MESSAGE.c.shared_id == shared_id, MESSAGE.c.type == kind)
        .order_by(MESSAGE.c.created_at.desc(), MESSAGE.c.seq.desc())
        .limit(1)
    )
    return desk.session.execute(query).one_or_none()


def receipts_of(desk: Desk, message_ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """Message id -> the receipts this country holds for it, in the order they were given."""
    query = (
        select(RECEIPT)
        .where(RECEIPT.c.country == desk.actor.country, RECEIPT.c.message_id.in_(message_ids))
        .order_by(RECEIPT.c.message_id, RECEIPT.c.at, RECEIPT.c.level)
    )
    found: dict[str, list[Row[Any]]] = {}
    for row in desk.session.execute(query):
        found.setdefault(row.message_id, []).append(row)
    return found


def levels(desk: Desk, shared_id: str) -> dict[tuple[str, str | None], int]:
    """How many messages of each direction have a receipt of each level (None: messages in all)."""
    mine = (MESSAGE.c.country == desk.actor.country, MESSAGE.c.shared_id == shared_id)
    everything = select(MESSAGE.c.direction, func.count()).where(*mine).group_by(MESSAGE.c.direction)
    query = (
        select(MESSAGE.c.direction, RECEIPT.c.level, func.count())
        .join(RECEIPT, (RECEIPT.c.country == MESSAGE.c.country) & (RECEIPT.c.message_id == MESSAGE.c.message_id))
        .where(*mine)
        .group_by(MESSAGE.c.direction, RECEIPT.c.level)
    )
    found: dict[tuple[str, str | None], int] = {
        (direction, None): count for direction, count in desk.session.execute(everything)
    }
    return found | {(direction, level): count for direction, level, count in desk.session.execute(query)}
