"""Looks at what lies on the wire between two countries, and writes messages by hand as a partner would."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from app.access.desk import House
from app.casework import messages, receipts, records, refold
from app.casework.facts import referral_facts_from
from app.casework.held import CASE, REFERRAL, hold_referral
from app.casework.history import faults
from app.casework.messages import NO_DIGEST, Envelope, digest_of
from app.casework.mirror import Taken, take_in
from app.casework.move import Command, perform
from app.casework.timeline import HISTORY
from app.kit.canonical import canonical_bytes
from app.kit.clock import SettableClock
from app.models.base import new_id
from app.models.outbox import OutboxRow
from app.models.task import Task
from app.worker import Worker as Postman
from tests.factories import referrals
from tests.factories.referrals import Pair
from tests.factories.staff import Staff, Worker, desk_of
from tests.inspect import reading, writing
from workflows.facts import ReferralFacts

OUTBOX: Any = OutboxRow.__table__
TASK: Any = Task.__table__


@dataclass
class Post:
    """Two staffed countries in one house."""

    house: House
    clock: SettableClock
    th: Staff
    mm: Staff

    def bring(self, state: str, **facts: Any) -> Pair:
        """A referral from Thailand to Myanmar in that state, nothing left on the way."""
        return referrals.bring_referral(self.house, self.th, self.mm, state, **facts)

    def act(self, worker: Worker, referral_id: str, step: str, record: Any = None, **given: str) -> None:
        """Take a step and leave its message in the outbox."""
        seen = referrals.row_of(self.house, referral_id).version
        with desk_of(self.house, worker) as desk:
            perform(desk, Command("referral", step, referral_id, seen, record=record, given=given))

    def drain(self) -> None:
        """Deliver everything."""
        Postman(self.house).drain()

    def facts(self, referral_id: str) -> ReferralFacts:
        """The stored facts of a copy."""
        return referral_facts_from(referrals.row_of(self.house, referral_id).facts)

    def wire(self, country: str = "TH") -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
        """Type, header and body of everything that country has written, in order."""
        query = select(messages.TABLE).order_by(messages.TABLE.c.created_at, messages.TABLE.c.seq)
        query = query.where(messages.TABLE.c.country == country, messages.TABLE.c.direction == "out")
        with writing(self.house.db) as session:
            desk = self.house.system_desk(session, country)
            return [
                (row.type, json.loads(row.header), messages.body_of(desk, row, records.key_of(desk, row.key_id)))
                for row in session.execute(query)
            ]

    def waiting(self) -> int:
        """How many effects are not done."""
        with reading(self.house.db) as session:
            query = select(func.count()).select_from(OUTBOX).where(OUTBOX.c.done_at.is_(None))
            return int(session.execute(query).scalar_one())

    def case_state(self, case_id: str) -> str:
        """Where the care of a case stands."""
        with reading(self.house.db) as session:
            return str(session.execute(select(CASE.c.care).where(CASE.c.id == case_id)).scalar_one())

    def must_agree(self, pair: Pair) -> str:
        """Both copies tell the same story, once, and every chain holds; the state they share."""
        assert self.waiting() == 0
        here, there = self.facts(pair.sent_from), self.facts(pair.arrived)
        shared = (
            "state",
            "custody",
            "end_asked",
            "identity_disclosed",
            "child",
            "schedule",
            "handover",
            "receipt",
            "visits",
        )
        assert {n: getattr(here, n) for n in shared} == {n: getattr(there, n) for n in shared}
        with reading(self.house.db) as session:
            self._chains_hold(session, pair)
            self._told_once(session, pair)
            for country, copy in (("TH", pair.sent_from), ("MM", pair.arrived)):
                desk = self.house.system_desk(session, country)
                held = hold_referral(desk, copy, lock=False)
                assert refold.referral_facts(desk, held) == held.facts
        return here.state

    def must_still_wait(self, dead: Pair, alive: Pair) -> str:
        """The one referral stands still on its way, the other one has gone through; the state of the latter."""
        assert self.facts(dead.arrived).identity_disclosed is False
        assert self.waiting() == 3
        here, there = self.facts(alive.sent_from), self.facts(alive.arrived)
        assert here.state == there.state
        return here.state

    def _chains_hold(self, session: Any, pair: Pair) -> None:
        for copy in (pair.sent_from, pair.arrived):
            row = session.execute(select(REFERRAL).where(REFERRAL.c.id == copy)).one()
            entries = session.execute(select(HISTORY).where(HISTORY.c.subject_id == copy).order_by(HISTORY.c.seq))
            assert faults(entries, copy, row.history_count, row.chain_head) is None

    def _told_once(self, session: Any, pair: Pair) -> None:
        """Each message arrived once and has one stored receipt on either side; no task was opened twice."""
        table = messages.TABLE
        rows = session.execute(select(table).where(table.c.shared_id == pair.shared_id)).all()
        ways = Counter((row.message_id, row.direction) for row in rows)
        assert set(ways.values()) <= {1}
        assert {m for m, way in ways if way == "out"} == {m for m, way in ways if way == "in"}
        given = select(receipts.TABLE.c.message_id).where(receipts.TABLE.c.level == "stored")
        stored = Counter(session.execute(given.where(receipts.TABLE.c.message_id.in_({m for m, _ in ways}))).scalars())
        assert set(stored.values()) <= {2} and set(stored) == {m for m, _ in ways}
        open_tasks = select(TASK.c.referral_id, TASK.c.kind).where(
            TASK.c.referral_id.in_((pair.sent_from, pair.arrived)), TASK.c.state == "open"
        )
        assert max(Counter(session.execute(open_tasks).all()).values(), default=1) == 1


@dataclass
class Hand:
    """Writes messages of ``country`` to ``to`` by hand, signed with that country's key."""

    house: House
    country: str = "TH"
    to: str = "MM"
    shared_id: str = field(default_factory=new_id)
    seq: int = 0
    previous: str = NO_DIGEST
    answers: str = NO_DIGEST

    @classmethod
    def after(cls, house: House, pair: Pair, country: str = "TH") -> Hand:
        """A hand that goes on where the real conversation stands."""
        hand = cls(house, country, "MM" if country == "TH" else "TH", pair.shared_id)
        with reading(house.db) as session:
            desk = house.system_desk(session, country)
            last = messages.last_message(desk, pair.shared_id, "out")
            heard = messages.last_message(desk, pair.shared_id, "in")
        hand.seq, hand.previous = (last.seq, last.digest.hex()) if last else (0, NO_DIGEST)
        hand.answers = heard.digest.hex() if heard else NO_DIGEST
        return hand

    def envelope(self, step: str, body: dict[str, Any] | None = None, signer: str = "", **changes: Any) -> Envelope:
        """The next message with the step ``step``; ``changes`` overwrite header fields (None: left out)."""
        header = {
            "id": new_id(), "referral": self.shared_id, "reference": "TH-MM-2026-ABCDEF", "from": self.country,
            "to": self.to, "seq": self.seq + 1, "type": step, "prev_hash": self.previous,
            "created": self.house.clock.now().isoformat(), "expires": self.house.clock.now().isoformat(),
            "answers": self.answers, "to_office": "mm-dor", "from_office": "th-datip",
            "key": self.house.signing.signer(self.country).key_id,
        }  # fmt: skip
        header |= {name.rstrip("_"): value for name, value in changes.items()}
        header = {name: value for name, value in header.items() if value is not None}
        whole = {"step": step, "given": {}, **(body or {})}
        signed = canonical_bytes({**header, "body_digest": digest_of(whole)})
        return Envelope(header, whole, self.house.signing.signer(signer or self.country).sign(signed))

    def give(self, envelope: Envelope, to: str = "") -> Taken:
        """Hand it to the other country in one transaction, and remember it if it was taken."""
        with writing(self.house.db) as session:
            taken = take_in(self.house.system_desk(session, to or self.to, "exchange"), envelope)
        if not taken.repeated:
            self.seq = envelope.header["seq"]
            self.previous = json.loads(taken.receipt["content"])["digest"]
        return taken

    def say(self, step: str, body: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        """Write and hand over; what the receipt says."""
        content: dict[str, Any] = json.loads(self.give(self.envelope(step, body, **changes)).receipt["content"])
        return content
