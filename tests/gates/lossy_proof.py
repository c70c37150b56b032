"""What the lossy drill is judged by: both databases, read from outside when everything is over."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select

from app.access.desk import House
from app.casework import messages, receipts, records
from app.casework.facts import referral_facts_from
from app.casework.held import CASE, REFERRAL
from app.casework.messages import Envelope
from app.kit.canonical import canonical_bytes
from app.models.history import HistoryEntry
from app.models.outbox import OutboxRow
from app.oversight.rebuild import rebuild_facts
from tests.gates.lossy_courses import OVER
from tests.inspect import reading
from tests.journeys import proof

OUTBOX: Final[Any] = OutboxRow.__table__
HISTORY: Final[Any] = HistoryEntry.__table__
# What both countries must say of a referral in the same words; the rest is each side's own business.
ALIKE: Final = (
    "from_country", "to_country", "state", "child", "came_from", "end_asked", "receiver_office", "identity_disclosed",
    "tracing", "plan", "reception", "schedule", "handover", "receipt", "reintegration_started", "visits",
    "contact_lost", "custody", "unknown_codes", "sender_took_back", "receiver_took_back",
    "remedy_news",
)  # fmt: skip


@dataclass
class Verdict:
    """What was found. Each list holds sentences; ``ends``: how many referrals came to which end."""

    disagreements: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    messages: int = 0

    @property
    def faults(self) -> list[str]:
        """Everything that is wrong."""
        return [*self.disagreements, *self.duplicates, *self.gaps, *self.lost]


@dataclass
class _Told:
    """One installation's copy, its messages in the order they were stored, and the copy's history."""

    row: Any
    facts: Any
    messages: list[Any]
    history: list[dict[str, Any]]

    def stored(self, direction: str) -> list[Any]:
        """The messages of one direction, in the order of their numbers."""
        return sorted((each for each in self.messages if each.direction == direction), key=lambda each: each.seq)


def judge(here: House, there: House, confirmed: dict[str, Counter[tuple[str, str]]]) -> Verdict:
    """Compare the two installations, referral by referral. confirmed: what people were told is done."""
    found = Verdict()
    for house, country in ((here, "TH"), (there, "MM")):
        if waiting := _waiting(house):
            found.disagreements.append(f"{country}: {waiting} effects were never carried out")
        found.disagreements += [f"{country}: {each.sentence}" for each in rebuild_facts(house)]
        try:
            proof.chains_hold(house)
        except AssertionError as fault:
            found.disagreements.append(f"{country}: a chain of history is broken: {fault}")
    ours, theirs, notes = _told(here), _told(there), (_receipts(here), _receipts(there))
    for shared_id in sorted({*ours, *theirs, *confirmed}):
        sides = (ours.get(shared_id), theirs.get(shared_id))
        if sides[0] is None or sides[1] is None:
            found.lost.append(f"{shared_id}: one side has no copy")
            continue
        sender, receiver = sides
        found.ends[sender.row.state] += 1
        found.messages += len(sender.stored("out")) + len(receiver.stored("out"))
        found.disagreements += [f"{shared_id}: {each}" for each in _apart(sender, receiver)]
        for country, house, out, back in (("TH", here, sender, receiver), ("MM", there, receiver, sender)):
            found.disagreements += [f"{shared_id}, {country} to the other: {each}" for each in _said(out, back)]
            found.disagreements += [f"{shared_id}: {each}" for each in _unproven(house, out, notes)]
            found.duplicates += [f"{shared_id}, {country}: {each}" for each in _twice(out)]
        found.gaps += [f"{shared_id}: {each}" for each in _custody(sender, receiver)]
        done = confirmed.get(shared_id, Counter())
        found.lost += [f"{shared_id}: {each}" for each in _forgotten(sender, receiver, done)]
        found.duplicates += [f"{shared_id}: {each}" for each in _more_than_done(sender, receiver, done)]
    found.duplicates += _cases_twice(there)
    return found


def _waiting(house: House) -> int:
    with reading(house.db) as session:
        query = select(func.count()).select_from(OUTBOX).where(OUTBOX.c.done_at.is_(None))
        return int(session.execute(query).scalar_one())


def _told(house: House) -> dict[str, _Told]:
    """Shared id -> what one installation holds of it."""
    letters, entries = defaultdict(list), defaultdict(list)
    with reading(house.db) as session:
        rows = session.execute(select(REFERRAL)).all()
        for row in session.execute(select(messages.TABLE).order_by(messages.TABLE.c.created_at, messages.TABLE.c.seq)):
            letters[row.shared_id].append(row)
        ids = [row.id for row in rows]
        query = select(HISTORY.c.subject_id, HISTORY.c.canonical).where(HISTORY.c.subject == "referral")
        for subject_id, canonical in session.execute(query.order_by(HISTORY.c.subject_id, HISTORY.c.seq)):
            entries[subject_id].append(json.loads(canonical))
    assert len(ids) == len({row.shared_id for row in rows}), "a referral has two copies in one installation"
    return {
        row.shared_id: _Told(row, referral_facts_from(row.facts), letters[row.shared_id], entries[row.id])
        for row in rows
    }


def _apart(sender: _Told, receiver: _Told) -> Iterator[str]:
    for name in ALIKE:
        ours, theirs = getattr(sender.facts, name), getattr(receiver.facts, name)
        if ours != theirs:
            yield f"{name} is {ours} here and {theirs} there"
    for side in (sender, receiver):
        if (side.row.state, side.row.custody) != (side.facts.state, side.facts.custody):
            yield f"{side.row.country}: columns and facts differ"
    if sender.row.state not in OVER:
        yield f"the end is '{sender.row.state}'"


def _said(out: _Told, back: _Told) -> Iterator[str]:
    """The messages of one direction: sent and taken in, the same bytes in the same order, without a hole."""
    sent, taken = out.stored("out"), back.stored("in")
    whole = [(each.message_id, each.seq, each.type, each.header, each.digest, each.signature) for each in sent]
    if whole != [(each.message_id, each.seq, each.type, each.header, each.digest, each.signature) for each in taken]:
        yield f"{len(sent)} messages were sent and {len(taken)} taken in, or they differ"
    for side, those in (("sent", sent), ("taken in", taken)):
        if [each.seq for each in those] != list(range(1, len(those) + 1)):
            yield f"the numbers of what was {side} are {[each.seq for each in those]}"
        before = messages.NO_DIGEST
        for each in those:
            if json.loads(each.header)["prev_hash"] != before:
                yield f"message {each.seq} that was {side} does not continue the chain"
            before = each.digest.hex()
    # In the order of the history, which no clock has made.
    number = {each.message_id: each.seq for each in taken}
    named = (each["details"]["message"] for each in back.history if each["kind"] in ("partner", "message"))
    arrived = [number[each] for each in named if each in number]
    if arrived != sorted(arrived):
        yield f"messages were taken in in the order {arrived}"


def _receipts(house: House) -> dict[tuple[str, str], Any]:
    with reading(house.db) as session:
        table = receipts.TABLE
        return {(row.message_id, row.level): row for row in session.execute(select(table))}


def _unproven(house: House, out: _Told, notes: tuple[dict[Any, Any], dict[Any, Any]]) -> Iterator[str]:
    """Each message of one side is signed by it and has its receipt, the same on both sides and signed by the other."""
    with house.db.read() as session:
        desk = house.system_desk(session, out.row.country)
        for row in out.stored("out"):
            body = messages.body_of(desk, row, records.key_of(desk, row.key_id))
            signed = Envelope(json.loads(row.header), body, row.signature).signed_bytes
            if hashlib.sha256(signed).digest() != row.digest:
                yield f"{row.type} {row.seq}: the body is not what was signed"
            kept = [each.get((row.message_id, "stored")) for each in notes]
            if None in kept or kept[0].content != kept[1].content or kept[0].signature != kept[1].signature:
                yield f"{row.type} {row.seq}: its receipt is missing, or another on each side"
                continue
            said, content = json.loads(kept[0].content), kept[0].content
            if (said["message"], said["digest"], said["by"]) != (row.message_id, row.digest.hex(), row.other_country):
                yield f"{row.type} {row.seq}: its receipt answers something else"
            if not desk.signing.verifies(row.other_country, content, kept[0].signature, said["key"], desk.now):
                yield f"{row.type} {row.seq}: its receipt is not signed by {row.other_country}"
            if canonical_bytes(said) != content:
                yield f"{row.type} {row.seq}: its receipt has another form"
    # Asked once: the receipts are those of every referral, and each of them is looked up.
    ours = _ids(out)
    decided = [{key for key in each if key[1] != "stored" and key[0] in ours} for each in notes]
    if decided[0] != decided[1]:
        yield f"receipts of people differ: {sorted(decided[0] ^ decided[1])}"


def _ids(told: _Told) -> set[str]:
    return {each.message_id for each in told.stored("out")}


def _twice(told: _Told) -> Iterator[str]:
    """No message is stored twice, and none has moved the copy twice."""
    for what, those in (
        ("stored", [each.message_id for each in told.messages]),
        ("applied", [each["details"]["message"] for each in told.history if each["kind"] in ("partner", "message")]),
    ):
        yield from (f"a message was {what} {n} times" for n in Counter(those).values() if n > 1)


def _custody(sender: _Told, receiver: _Told) -> Iterator[str]:
    """The receiver was responsible before the sender ceased to be, at every moment; and one of them is now."""
    changes = {side.row.side: _moments(side, "sign_receipt") for side in (sender, receiver)}
    if sum(side.row.custody == side.row.side for side in (sender, receiver)) != 1:
        yield "at rest not exactly one side is responsible"
    if len(changes["sender"]) > 1 or len(changes["receiver"]) > 1:
        yield "the receipt was signed more than once"
    if changes["sender"] and (not changes["receiver"] or changes["sender"][0] < changes["receiver"][0]):
        yield "the sender let go before the receiver had signed"
    if bool(changes["receiver"]) != (receiver.row.custody == "receiver"):
        yield "the receiver's custody is not what its history says"
    if bool(changes["sender"]) != (sender.row.custody == "receiver"):
        yield "the sender's custody is not what its history says"


def _moments(told: _Told, step: str) -> list[datetime]:
    return [
        datetime.fromisoformat(each["recorded_at"]) for each in told.history
        if each["step"] == step and each["kind"] in ("step", "partner")
    ]  # fmt: skip


def _steps(told: _Told) -> Counter[tuple[str, str]]:
    return Counter((told.row.side, each["step"]) for each in told.history if each["kind"] == "step")


def _forgotten(sender: _Told, receiver: _Told, done: Counter[tuple[str, str]]) -> Iterator[str]:
    """Nothing that somebody was told is done is missing."""
    for (side, step), n in (done - (_steps(sender) + _steps(receiver))).items():
        yield f"{n} times {step} of the {side} was confirmed and is gone"


def _more_than_done(sender: _Told, receiver: _Told, done: Counter[tuple[str, str]]) -> Iterator[str]:
    """No step of a person happened more often than it was taken; those of the system are its own."""
    for (side, step), n in ((_steps(sender) + _steps(receiver)) - done).items():
        if any(each == step for _, each in done) and (side, step) in done:
            yield f"{step} of the {side} happened {n} times more often than it was taken"


def _cases_twice(there: House) -> list[str]:
    with reading(there.db) as session:
        cases = session.execute(select(func.count()).select_from(CASE)).scalar_one()
        referred = session.execute(select(func.count(REFERRAL.c.case_id.distinct()))).scalar_one()
    return [] if cases == referred else [f"{cases} cases were opened for {referred} referrals"]
