"""What the other country holds of a person from us by the messages that went, and what of it no consent covers now.

Nothing is noted apart from the messages: each tells what it carried, or that it may not be used any more. So it does
not matter why a consent has ended (taken back, narrowed, replaced, run out), and nobody is told of one end twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from app.access.desk import Desk
from app.casework import coding, messages
from app.casework.held import Held
from app.casework.messages import TABLE, consent_said, is_for
from workflows.disclosure import REPORTED, REPORTS, still_agreed
from workflows.facts import ConsentFacts, ReferralFacts

# The step by which each side tells that a consent has ended.
TELLS: Final = {"sender": "tell_withdrawal", "receiver": "tell_withdrawal_back"}
TELLING: Final = frozenset(TELLS.values())


@dataclass(frozen=True, slots=True)
class Told:
    """What the other country has from us: groups of data, and purposes it takes for agreed.

    ended: purposes for which we have told that nothing more will come.
    """

    groups: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()
    ended: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lost:
    """What of it no consent covers any more; empty where all of it is covered still."""

    groups: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.groups or self.purposes)


def bodies(desk: Desk, held: Held, direction: str) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The messages of a held copy that went out ('out') or came in ('in'), in their order: row and opened body."""
    for row in _rows(desk, held, direction):
        yield row, messages.body_of(desk, row, held.key(desk))


def read_bodies(desk: Desk, held: Held) -> Iterator[dict[str, Any]]:
    """What the messages that came in say in our codes, in their order."""
    for row in _rows(desk, held, "in"):
        yield coding.opened(desk, row, held.key(desk))


def _rows(desk: Desk, held: Held, direction: str) -> Sequence[Any]:
    query = select(TABLE).where(
        TABLE.c.country == desk.actor.country, TABLE.c.shared_id == held.row.shared_id, TABLE.c.direction == direction
    )
    return desk.session.execute(query.order_by(TABLE.c.seq)).all()


def told(desk: Desk, held: Held) -> Told:
    """What the other country has from this side now, by every message that went out."""
    groups: set[str] = set()
    purposes: set[str] = set()
    ended: set[str] = set()
    for _, body in bodies(desk, held, "out"):
        carried = set(body.get("about") or {})
        groups = (groups | carried) - set(body.get("taken_back") or ())
        ended |= set(body.get("ended") or ())
        if carried & REPORTED:
            ended -= {REPORTS}
        if "consents" in body:
            purposes = {row["purpose"] for row in body["consents"] if not row.get("withdrawn_on")}
    return Told(frozenset(groups), frozenset(purposes), frozenset(ended))


def lost(desk: Desk, held: Held) -> Lost:
    """What the other country got from this side that the person's own record here covers no longer."""
    referral, case = held.referral_facts, held.case_facts
    if referral is None or case is None:
        return Lost()
    groups, purposes = still_agreed(case.consents, referral.other_country, desk.today)
    known = told(desk, held)
    if referral.side == "sender":
        return Lost(known.groups - groups, known.purposes - purposes)
    # Abroad, what was told under the sender's consents is the sender's to take back; here only what was agreed here is.
    rows = [row for row in case.consents if is_for(row, referral)]
    agreed_once = frozenset[str]().union(*(row.data_groups for row in rows))
    reports = any(row.purpose == REPORTS for row in rows)
    agreed_once |= REPORTED if reports else frozenset()
    over = {REPORTS} if reports and REPORTS not in purposes | known.ended else set()
    return Lost((known.groups & agreed_once) - groups, frozenset(over))


def said(desk: Desk, held: Held) -> dict[str, Any]:
    """The parts of the message that tell of the end: codes, and on the sender's side the consents that go on.

    Neither a reason nor a day: whether the person took it back or it ran out is nobody's business abroad.
    """
    referral, case = held.referral_facts, held.case_facts
    assert referral is not None and case is not None
    gone = lost(desk, held)
    body: dict[str, Any] = {"taken_back": sorted(gone.groups), "ended": sorted(gone.purposes)}
    if referral.side == "sender":
        body["consents"] = [consent_said(row) for row in case.consents if _goes_on(desk, row, referral)]
    return body


def _goes_on(desk: Desk, row: ConsentFacts, referral: ReferralFacts) -> bool:
    ended = row.withdrawn_on is not None or (row.valid_until is not None and row.valid_until < desk.today)
    return is_for(row, referral) and not ended
