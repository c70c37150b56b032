"""What the failover drill is judged by: the surviving database beside what the clients were told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import func, select

from app.access.desk import House
from app.casework.held import CASE
from app.models.access_log import AccessEntry
from app.models.history import HistoryEntry
from app.models.idempotency import IdempotencyKey
from app.models.outbox import OutboxRow
from app.oversight.proving import prove
from app.oversight.rebuild import rebuild_facts
from app.settings import Settings
from tests.gates.failover_clients import Client
from tests.inspect import reading

HISTORY: Final[Any] = HistoryEntry.__table__
LOOK: Final[Any] = AccessEntry.__table__
KEY: Final[Any] = IdempotencyKey.__table__
OUTBOX: Final[Any] = OutboxRow.__table__
# A case and the version it came to by an act.
Act = tuple[str, int]


@dataclass
class Judged:
    """What was found. confirmed: acts that clients were told are done; the lists hold sentences."""

    confirmed: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    unlogged: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Everything that is wrong."""
        return [*self.lost, *self.twice, *self.unlogged, *self.half, *self.evidence]


def written(house: House, worker_id: str) -> Counter[Act]:
    """Every act of that account that the history of any case holds."""
    query = select(HISTORY.c.subject_id, HISTORY.c.version).where(
        HISTORY.c.actor_id == worker_id, HISTORY.c.subject == "case"
    )
    with reading(house.db) as session:
        return Counter((row.subject_id, row.version) for row in session.execute(query))


def waiting(house: House) -> int:
    """How many effects are still to be carried out."""
    with reading(house.db) as session:
        query = select(func.count()).select_from(OUTBOX).where(OUTBOX.c.done_at.is_(None))
        return int(session.execute(query).scalar_one())


def judge(
    house: House, settings: Settings, clients: list[Client], looks: Counter[str], worker_id: str, before: Counter[Act]
) -> Judged:
    """Compare the database with what the clients were told. before: what was written before the drill began."""
    found = Judged()
    told = Counter((done.case, done.version) for client in clients for done in client.done)
    there = written(house, worker_id) - before
    found.confirmed = told.total()
    found.lost = [f"{case}: version {n} was confirmed and is gone" for case, n in (told - there).elements()]
    found.twice = [f"{case}: version {n} is there and nobody was told of it" for case, n in (there - told).elements()]
    with reading(house.db) as session:
        opened = sum(done.path == "/cases" for client in clients for done in client.done)
        cases = session.execute(select(func.count()).select_from(CASE)).scalar_one() - len(clients)
        if cases > opened:
            found.twice.append(f"{cases} cases were opened where {opened} were asked for")
        seen = select(LOOK.c.subject_id, func.count()).where(LOOK.c.actor_id == worker_id).group_by(LOOK.c.subject_id)
        noted = dict(session.execute(seen).all())
        found.unlogged = [
            f"{case}: shown {n} times, {noted.get(case, 0)} looks are noted"
            for case, n in looks.items() if noted.get(case, 0) < n
        ]  # fmt: skip
        claimed = select(func.count()).select_from(KEY).where(KEY.c.answer.is_(None))
        if unanswered := session.execute(claimed).scalar_one():
            found.half.append(f"{unanswered} keys were taken and nothing came of it")
    if left := waiting(house):
        found.half.append(f"{left} effects were never carried out")
    found.evidence = [each.sentence for each in rebuild_facts(house)]
    # As `waymark audit verify` does it: chains, looks and checkpoints, also against their copies off the database.
    found.evidence += prove(settings).faults
    return found
