"""The report of the two installations: each asked for itself, and then compared word for word."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import House
from app.casework import messages, receipts
from app.demo import tables
from app.demo.custody import COPY, OUTBOX, fault_of
from app.demo.figures import Figures
from app.demo.section import Section
from app.demo.transaction import OneTransaction
from app.models.person import Person
from app.oversight.rebuild import rebuild_facts
from app.oversight.verify import verify_all


def sections(houses: Mapping[str, House], figures: Figures) -> Iterator[Section]:
    """The parts of the report. houses: the name of each installation -> its house, Thailand's first."""
    with ExitStack() as stack:
        sessions = {name: stack.enter_context(house.db.read()) for name, house in houses.items()}
        for session in sessions.values():
            rows.enter_everything(session)
        yield _apart(sessions)
        yield _custody(list(sessions.values()))
        yield _letters(list(sessions.values()))
        first = next(iter(houses))
        yield tables.shelters(sessions[first], houses[first].policies, figures)
        yield tables.returned(sessions[first], houses[first].policies, figures)
        proof = _chains(sessions)
    yield _facts(houses, proof)


def _apart(sessions: Mapping[str, Session]) -> Section:
    """Neither database holds a word of a country that is not at home in it."""
    section = Section("Two installations: each keeps its own side and nothing else")
    seen: set[str] = set()
    for name, session in sessions.items():
        people = session.execute(select(func.count()).select_from(Person)).scalar_one()
        held = set(session.execute(select(COPY.c.country).distinct()).scalars())
        section.say(f"  {name}: {people} persons on record; copies of referrals of {', '.join(sorted(held))}.")
        if both := held & seen:
            section.faults.append(f"both installations hold copies of {', '.join(sorted(both))}")
        seen |= held
    return section


def _custody(sessions: Sequence[Session]) -> Section:
    """Both copies of every referral agree, each from its own database, and exactly one side is responsible."""
    section = Section("Custody: exactly one side is responsible, and both databases say the same")
    copies: dict[str, list[Any]] = defaultdict(list)
    waiting = 0
    for session in sessions:
        for row in session.execute(select(COPY)):
            copies[row.shared_id].append(row)
        query = select(func.count()).select_from(OUTBOX).where(OUTBOX.c.done_at.is_(None))
        waiting += session.execute(query).scalar_one()
    at_rest: Counter[str] = Counter()
    for shared_id, pair in copies.items():
        if fault := fault_of(pair):
            section.faults.append(f"referral {pair[0].reference} ({shared_id}): {fault}")
        else:
            at_rest[pair[0].custody] += 1
    if waiting:
        section.faults.append(f"{waiting} effects are still under way")
    alone = sum(len(pair) == 1 for pair in copies.values())
    section.say(
        f"  {len(copies)} referrals: {at_rest['sender']} with the sending country, {at_rest['receiver']} with the"
        " receiving country.",
        f"  {len(copies) - alone} have a copy in each database that agree on state and custody; {alone} were never"
        " sent.",
    )
    return section


def _letters(sessions: Sequence[Session]) -> Section:
    """What went out of one database came into the other, to the byte, and each keeps the receipt."""
    section = Section("Letters over the line: sent, taken in, receipted")
    table = messages.TABLE
    sides: dict[str, dict[str, tuple[bytes, int]]] = {"out": {}, "in": {}}
    answered: Counter[str] = Counter()
    for session in sessions:
        for row in session.execute(select(table)):
            sides[row.direction][row.message_id] = (row.digest, row.seq)
        kept = select(receipts.TABLE.c.message_id).where(receipts.TABLE.c.level == "stored")
        answered.update(session.execute(kept).scalars())
    section.compare("messages taken in", len(sides["in"]), len(sides["out"]))
    section.compare("messages that are the same on both sides", sides["in"], sides["out"])
    both = sum(n == len(sessions) for n in answered.values())
    section.compare("messages with the receipt on both sides", both, len(sides["out"]))
    section.say(f"  {len(sides['out'])} letters were sent, and each came in once, sealed for the other country;")
    section.say(f"  {len(sides['out'])} signed receipts lie in both databases.")
    return section


def _chains(sessions: Mapping[str, Session]) -> Section:
    section = Section("Audit")
    for name, session in sessions.items():
        summary = verify_all(session)
        section.say(f"  {name}: {summary.chains} chains, {summary.entries} entries: {summary.sentence}")
        if not summary.sound:
            section.faults.append(f"{name}: {summary.fault or summary.sentence}")
    return section


def _facts(houses: Mapping[str, House], section: Section) -> Section:
    for name, house in houses.items():
        with house.db.write() as session:
            differing = rebuild_facts(replace(house, db=OneTransaction(session)))
        section.faults.extend(f"{name}: rebuilt facts differ: {each.sentence}" for each in differing)
    if not section.faults:
        section.say("  Facts rebuilt from history and records equal the stored ones, in both installations.")
    return section
