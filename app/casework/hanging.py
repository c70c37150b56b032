"""Where a referral hangs, read from messages and receipts; and the duties that watch it, opened when its time is over.

Everything is in the rows: a program that was away finds what became late meanwhile, and what has arrived after all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.access.desk import Desk
from app.casework import messages, receipts
from app.casework.held import Held
from app.casework.tasks import DONE, TABLE, UNDONE, close_task, open_task
from policies.model import Policies
from workflows.deadlines import rings_at
from workflows.effects import CloseTask, OpenTask
from workflows.facts import ReferralFacts
from workflows.waiting import SEEN, STORED, WATCHED, WATCHER, Said, Wait, clock_name, waits

__all__ = [
    "FALLBACK", "Hanging", "depths", "due_of", "hangs", "ladder", "late", "needs_settling", "of_copy", "open_of",
    "said_of", "settle", "still",
]  # fmt: skip

MESSAGE: Final[Any] = messages.TABLE
RECEIPT: Final[Any] = receipts.TABLE
# Where nobody has said who is told: whoever has to act.
FALLBACK: Final = ("reminder",)


@dataclass(frozen=True, slots=True)
class Hanging:
    """One thing that is waited for, the name of its clock, and the moment by which it should have come (None: none)."""

    wait: Wait
    clock: str | None
    due_at: datetime | None


def said_of(session: Session, country: str, shared_ids: Iterable[str]) -> dict[str, list[Said]]:
    """Shared id -> the messages as ``country`` holds them, with their receipts; two queries however many there are.

    The caller has entered the rows of that country, or of all.
    """
    wanted = sorted(set(shared_ids))
    if not wanted:
        return {}
    query = select(
        MESSAGE.c.shared_id, MESSAGE.c.message_id, MESSAGE.c.direction, MESSAGE.c.type, MESSAGE.c.created_at,
        MESSAGE.c.header, MESSAGE.c.digest, MESSAGE.c.seq,
    ).where(MESSAGE.c.country == country, MESSAGE.c.shared_id.in_(wanted))  # fmt: skip
    rows = session.execute(query).all()
    known = (
        select(RECEIPT.c.message_id, RECEIPT.c.level, RECEIPT.c.at)
        .join(MESSAGE, (MESSAGE.c.country == RECEIPT.c.country) & (MESSAGE.c.message_id == RECEIPT.c.message_id))
        .where(RECEIPT.c.country == country, MESSAGE.c.shared_id.in_(wanted), RECEIPT.c.level.in_((STORED, SEEN)))
    )
    at = {(row.message_id, row.level): row.at for row in session.execute(known)}
    found: dict[str, list[Said]] = {each: [] for each in wanted}
    for shared_id in wanted:
        mine = [row for row in rows if row.shared_id == shared_id]
        depth = depths(mine)
        found[shared_id] = [
            Said(
                row.message_id, row.direction == "out", row.type, row.created_at, depth[row.digest.hex()],
                at.get((row.message_id, STORED)), at.get((row.message_id, SEEN)),
            )
            for row in mine
        ]  # fmt: skip
    return found


def depths(rows: Sequence[Any]) -> dict[str, int]:
    """Digest -> how many messages came before, as the messages themselves say: the one before it and the one heard.

    rows: of one conversation, with header, digest, seq and direction. No clock is asked, so none can be wrong.
    """
    before = {row.digest.hex(): _before(row) for row in rows}
    found: dict[str, int] = {}
    # Each way is in order of its numbers, and names what it had heard: whoever is ready is next.
    left = sorted(rows, key=lambda row: (row.seq, row.direction))
    while left:
        ready = [row for row in left if all(each in found or each not in before for each in before[row.digest.hex()])]
        for row in ready or left:
            found[row.digest.hex()] = 1 + max((found.get(each, 0) for each in before[row.digest.hex()]), default=0)
        left = [row for row in left if row.digest.hex() not in found]
    return found


def _before(row: Any) -> tuple[str, ...]:
    said = json.loads(row.header)
    return tuple(str(said.get(name, "")) for name in ("prev_hash", "answers"))


def due_of(policies: Policies, facts: ReferralFacts, country: str, wait: Wait) -> tuple[str | None, datetime | None]:
    """The name of the clock of a wait of ``country``'s copy, and the moment by which what is waited for should be here.

    Days end where it has to be done, in the other country. What it has to store and open is counted in its own working
    days; an answer, as the duty to give it, in those of both (DESIGN 9).
    """
    name = clock_name(wait, facts.child)
    if name is None:
        return None, None
    other = facts.other_country
    clock = policies.clock(name, country, other, on=policies.day(country, wait.since))
    calendar = policies.calendar(other, None if wait.level in (STORED, SEEN) else country)
    return name, rings_at(wait.since, clock, calendar)


def hangs(
    policies: Policies, facts: ReferralFacts, country: str, said: Sequence[Said], opened_at: datetime
) -> tuple[Hanging, ...]:
    """What a copy of ``country`` waits for now, the nearest first, each with its clock."""
    return tuple(
        Hanging(wait, *due_of(policies, facts, country, wait)) for wait in waits(facts, said, opened_at)
    )


def of_copy(desk: Desk, held: Held) -> tuple[Hanging, ...]:
    """The same of a copy that is held."""
    facts, row = held.referral_facts, held.row
    assert facts is not None
    said = said_of(desk.session, desk.actor.country, [row.shared_id])[row.shared_id]
    return hangs(desk.policies, facts, desk.actor.country, said, row.opened_at)


def ladder(policies: Policies, facts: ReferralFacts) -> tuple[str, ...]:
    """The rungs of a referral's late duties, first one first, as the agreement of the two countries names them."""
    return policies.corridor(facts.from_country, facts.to_country).escalation or FALLBACK


def late(found: Iterable[Hanging], now: datetime) -> dict[str, Hanging]:
    """Kind of duty -> what is waited for in vain, of what this module watches."""
    return {
        each.wait.task: each
        for each in found
        if each.wait.task in WATCHED and each.due_at is not None and each.due_at <= now
    }


def needs_settling(due: Mapping[str, Hanging], open_tasks: Mapping[str, datetime]) -> bool:
    """Whether the duties that are open (kind -> due) are not those that should be."""
    return {kind: each.due_at for kind, each in due.items()} != dict(open_tasks)


def settle(desk: Desk, held: Held) -> int:
    """Open a duty for each thing that is late at the other end, and end those whose cause is over; how many changed.

    The copy is locked. A duty that is open for another message, or by another clock, is ended and begins anew.
    """
    facts = held.referral_facts
    assert facts is not None
    due = late(of_copy(desk, held), desk.now)
    there = open_of(desk.session, [held.id]).get(held.id, {})
    changed = 0
    for kind in sorted(WATCHED):
        wanted = due[kind].due_at if kind in due else None
        if wanted == there.get(kind):
            continue
        changed += 1
        if kind in there:
            close_task(desk, held, CloseTask(kind))
        if wanted is not None:
            wait = due[kind].wait
            assert wait.clock is not None
            role = WATCHER[facts.side]
            open_task(desk, held, OpenTask(kind, role, wait.clock, wait.child_clock), wanted)
    return changed


def open_of(session: Session, referral_ids: Sequence[str]) -> dict[str, dict[str, datetime]]:
    """Copy -> kind -> when it was due, of the open duties that watch the other end."""
    query = select(TABLE.c.referral_id, TABLE.c.kind, TABLE.c.due_at).where(
        TABLE.c.referral_id.in_(referral_ids), TABLE.c.kind.in_(WATCHED), TABLE.c.state.in_(UNDONE)
    )
    found: dict[str, dict[str, datetime]] = {}
    for row in session.execute(query):
        found.setdefault(row.referral_id, {})[row.kind] = row.due_at
    return found


def still(desk: Desk, held: Held, row: Row[Any]) -> bool:
    """Whether a duty of this module has its cause still; one that has none is ended and rings no more.

    A line that was down is often up before the next look at it.
    """
    found = late(of_copy(desk, held), desk.now).get(row.kind)
    if found is not None and found.due_at == row.due_at:
        return True
    values = {"state": DONE, "done_at": desk.now, "done_by": desk.actor.id}
    desk.session.execute(TABLE.update().where(TABLE.c.id == row.id).values(values))
    return False
