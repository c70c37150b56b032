"""Where every referral stands, that exactly one side answers for each person, and that both sides signed."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.desk import Desk, House
from app.casework import messages, receipts, records
from app.demo.figures import FROM, YEAR, Figures
from app.demo.section import Section, grid
from app.models.outbox import OutboxRow
from app.models.referral import Referral
from app.referrals import proof
from policies.model import Policies
from workflows.referral import Referral as State

COPY: Any = Referral.__table__
OUTBOX: Any = OutboxRow.__table__
NEVER_LEFT = frozenset({"draft", "withdrawn", "cancelled"})


def corridors(session: Session, policies: Policies) -> Section:
    """How many referrals stand in which state, by corridor."""
    section = Section("Referrals by corridor and state")
    query = (
        select(COPY.c.country, COPY.c.other_country, COPY.c.state, func.count())
        .where(COPY.c.side == "sender")
        .group_by(COPY.c.country, COPY.c.other_country, COPY.c.state)
    )
    counts = {(f"{row[0]} to {row[1]}", row[2]): row[3] for row in session.execute(query)}
    ways = sorted({way for way, _ in counts}, key=lambda way: -sum(n for (w, _), n in counts.items() if w == way))
    rows = [["", *ways, "all"]]
    for state in State:
        line = [counts.get((way, state.value), 0) for way in ways]
        if any(line):
            label = policies.label("referral_state", state.value)
            rows.append([label, *(str(n) if n else "-" for n in line), str(sum(line))])
    totals = [sum(n for (w, _), n in counts.items() if w == way) for way in ways]
    rows.append(["All", *map(str, totals), str(sum(totals))])
    section.say(*grid(rows))
    return section


def custody(session: Session) -> Section:
    """Both copies of every referral agree, and exactly one side is responsible."""
    section = Section("Custody: exactly one side is responsible, and both copies say the same")
    copies: dict[str, list[Any]] = defaultdict(list)
    for row in session.execute(select(COPY)):
        copies[row.shared_id].append(row)
    at_rest: Counter[str] = Counter()
    for shared_id, pair in copies.items():
        fault = fault_of(pair)
        if fault:
            section.faults.append(f"referral {pair[0].reference} ({shared_id}): {fault}")
        else:
            at_rest[pair[0].custody] += 1
    alone = sum(1 for pair in copies.values() if len(pair) == 1)
    waiting = session.execute(select(func.count()).select_from(OUTBOX).where(OUTBOX.c.done_at.is_(None))).scalar_one()
    if waiting:
        section.faults.append(f"{waiting} effects are still under way in the outbox")
    section.say(
        f"  {len(copies)} referrals: {at_rest['sender']} with the sending country, {at_rest['receiver']} with the"
        " receiving country.",
        f"  {len(copies) - alone} have two copies that agree on state and custody; {alone} were never sent.",
        "  No message and no effect is still under way." if not waiting else "",
    )
    return section


def fault_of(pair: list[Any]) -> str | None:
    """What is wrong with the copies of one referral, or None."""
    sides = sorted(row.side for row in pair)
    told = [json.loads(row.facts) for row in pair]
    if any(said["custody"] != row.custody or said["state"] != row.state for row, said in zip(pair, told, strict=True)):
        return "a copy's facts and columns differ"
    if sides == ["sender"]:
        if pair[0].state not in NEVER_LEFT or pair[0].custody != "sender":
            return f"there is no second copy, and the first is '{pair[0].state}'"
        return None
    if sides != ["receiver", "sender"]:
        return f"the copies are {sides}"
    if {(row.country, row.other_country) for row in pair} != {
        (pair[0].country, pair[0].other_country), (pair[0].other_country, pair[0].country)
    }:  # fmt: skip
        return "the copies name different countries"
    for name in ("state", "custody"):
        here, there = (getattr(row, name) for row in pair)
        if here != there:
            return f"one side says {name} '{here}', the other '{there}'"
    return None


def handovers(session: Session, house: House, figures: Figures) -> Section:
    """Every handover of the year: both officers' signatures and both sides' receipts, computed anew."""
    section = Section(f"Handovers of {YEAR}: signatures and receipts, recomputed from the stored bytes")
    published = Counter({cell.country: 0 for cell in figures.returns})
    for cell in figures.returns:
        published[cell.country] += cell.count
    points: dict[str, Counter[str]] = defaultdict(Counter)
    proven: Counter[str] = Counter()
    query = select(COPY).where(COPY.c.side == "receiver", COPY.c.custody == "receiver")
    for row in session.execute(query):
        if json.loads(row.facts)["receipt"]["on"].startswith(str(YEAR)):
            faults = _unproven(session, house, row)
            section.faults.extend(f"referral {row.reference}: {fault}" for fault in faults)
            proven[row.country] += not faults
            points[row.country][row.border_point] += 1
    for country, wanted in published.items():
        section.compare(f"handovers to {country} with both receipts", proven[country], wanted)
        corridor = house.policies.corridor(FROM, country)
        where = ", ".join(
            f"{corridor.border_point(point).names[FROM]} {n}" for point, n in points[country].most_common()
        )
        section.say(
            f"  to {country}: {proven[country]} of {wanted} with the handover signed by {FROM}, the receipt signed by"
            f" {country},", f"         and a signed answer to each kept on both sides ({where})",
        )  # fmt: skip
    return section


def _unproven(session: Session, house: House, copy: Any) -> list[str]:
    """What is missing or false in the two signed acts of one handover, on either side."""
    faults = []
    for act, by, levels in (
        ("sign_handover", copy.other_country, ("stored", "decided")), ("sign_receipt", copy.country, ("stored",)),
    ):  # fmt: skip
        digests = set()
        # One desk after the other: on PostgreSQL each sees the copies of its own country only.
        for country in (copy.country, copy.other_country):
            desk = house.system_desk(session, country, "report")
            row = _newest(desk, copy.shared_id, act)
            if row is None:
                faults.append(f"{country} does not hold '{act}'")
                continue
            digests.add(row.digest)
            envelope = proof.opened(desk, row, records.key_of(desk, row.key_id))
            if envelope.header["from"] != by or not proof.genuine(desk, row, envelope):
                faults.append(f"{country}: '{act}' is not what {by} signed")
            faults.extend(f"{country}: {word}" for word in _unanswered(desk, row, act, levels))
        if len(digests) > 1:
            faults.append(f"the two sides hold different texts of '{act}'")
    return faults


def _newest(desk: Desk, shared_id: str, act: str) -> Any:
    table = messages.TABLE
    query = select(table).where(
        table.c.country == desk.actor.country, table.c.shared_id == shared_id, table.c.type == act
    )
    return desk.session.execute(query.order_by(table.c.seq.desc()).limit(1)).one_or_none()


def _unanswered(desk: Desk, row: Any, act: str, levels: tuple[str, ...]) -> list[str]:
    wrong = []
    for level in levels:
        kept = receipts.found(desk, row.message_id, level)
        if kept is None:
            wrong.append(f"the receipt '{level}' for '{act}' is missing")
            continue
        said = proof.receipt(desk, kept, row.digest.hex())
        if not (said.genuine and said.answers_this_message):
            wrong.append(f"the receipt '{level}' for '{act}' is not genuine")
    return wrong
