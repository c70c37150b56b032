"""Witnesses the logs of partners: keeps each checkpoint that came along, and tells what does not fit.

What is noticed stops nothing. The letter's own signatures hold whatever became of the log, and a person at the bridge
must not wait until two countries' auditors have spoken. So it is applied, and whoever audits is told at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, bindparam, func, insert, or_, select, text, update
from sqlalchemy.orm import Session

from app.access.desk import Desk, House
from app.access.log import looked
from app.access.notices import tell
from app.casework import onlookers
from app.casework.checkpoints import newest
from app.exchange import testimony
from app.exchange.judging import ALARMS, SLACK, UNSOUND, WITHHELD, Finding, Held, judge
from app.exchange.testimony import Unsound, Vouched
from app.kit.canonical import canonical_bytes
from app.kit.log import logger
from app.models.base import new_id
from app.models.witness import WitnessedCheckpoint, WitnessFinding

__all__ = ["Standing", "heard", "kept", "ours", "settle", "standing"]

TABLE: Final[Any] = WitnessedCheckpoint.__table__
FINDING: Final[Any] = WitnessFinding.__table__
NOTICE: Final = "partner_log_doubt"
# So often at most somebody is told of the same; all of it is kept.
QUIET: Final = timedelta(hours=1)
_LOCK: Final = text("SELECT pg_advisory_xact_lock(32, 0)")
_BEFORE: Final = (
    select(TABLE.c.id)
    .where(
        TABLE.c.country == bindparam("here"),
        TABLE.c.partner == bindparam("partner"),
        TABLE.c.written_first < bindparam("before"),
    )
    .limit(1)
)
_HELD: Final = ("id", "number", "epoch", "hash", "body", "written_first", "written_last")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a partner's log: its newest checkpoint (number 0: none came), and what is not settled."""

    number: int = 0
    made_known_at: datetime | None = None
    doubts: int = 0
    code: str = ""
    found_at: datetime | None = None


def ours(house: House, country: str) -> dict[str, str] | None:
    """The newest checkpoint of this installation for a partner, vouched for by ``country``; None: there is none yet."""
    # The moment before the look: whatever is sealed meanwhile is newer than what is said.
    now = house.clock.now()
    with house.db.read() as session:
        row = newest(house.system_desk(session, country, "exchange").session)
    if row is None:
        return None
    return testimony.write(house.signing.signer(country), country, now, row.body, row.signature)


def heard(house: House, here: str, partner: str, said: Any, sent: datetime | None = None) -> list[str]:
    """Keep what came of ``partner`` to ``here`` beside something it has signed; the codes of what did not fit.

    said: the checkpoint as it travels, or None; sent: when what it came with was written, now if left out.
    """
    now = house.clock.now()
    try:
        new = None if said is None else testimony.read(said, partner, house.signing, now)
    except Unsound:
        return _write(house, here, partner, lambda desk: _without(desk, partner, UNSOUND))
    if new is None:
        when = min(sent or now, now)
        with house.db.read() as session:
            if not _spoke_before(house.system_desk(session, here, "exchange"), partner, when):
                return []
        return _write(house, here, partner, lambda desk: _without(desk, partner, WITHHELD))
    at = min(new.at, now)
    with house.db.read() as session:
        desk = house.system_desk(session, here, "exchange")
        known = session.execute(_same(desk, partner, new)).one_or_none()
        if known is not None and known.written_first <= at <= known.written_last + SLACK / 10:
            return []
    return _write(house, here, partner, lambda desk: _keep(desk, partner, new, at))


def kept(house: House, here: str, partner: str) -> Iterator[bytes]:
    """Every checkpoint of a partner that is kept, a line each, as its country's auditor checks it."""
    columns = (TABLE.c.body, TABLE.c.signature, TABLE.c.said_at, TABLE.c.vouched_by, TABLE.c.vouched)
    query = select(*columns).where(TABLE.c.country == here, TABLE.c.partner == partner)
    with house.db.read() as session:
        house.system_desk(session, here, "exchange")
        for row in session.execute(query.order_by(TABLE.c.written_first, TABLE.c.number)):
            yield canonical_bytes(
                {
                    "country": partner, "at": row.said_at, "key": row.vouched_by, "body": row.body.decode(),
                    "signature": row.signature.hex(), "vouched": row.vouched.hex(),
                }
            )  # fmt: skip


def standing(desk: Desk) -> dict[str, Standing]:
    """Partner -> what its log looks like from here. The caller reaches the country's rows as the house."""
    mine = TABLE.c.country == desk.actor.country
    last = select(TABLE.c.partner, func.max(TABLE.c.written_last)).where(mine).group_by(TABLE.c.partner)
    found: dict[str, Standing] = {}
    for partner, at in desk.session.execute(last).all():
        number = select(func.max(TABLE.c.number)).where(mine, TABLE.c.partner == partner, TABLE.c.written_last == at)
        found[partner] = Standing(desk.session.execute(number).scalar_one(), at)
    open_ones = (
        select(FINDING)
        .where(FINDING.c.country == desk.actor.country, FINDING.c.settled_at.is_(None))
        .order_by(FINDING.c.found_at)
    )
    for row in desk.session.execute(open_ones):
        known = found.get(row.partner, Standing())
        # The newest alarm is named; that an epoch began, only where there is nothing worse.
        worse = row.code in ALARMS or known.code not in ALARMS
        found[row.partner] = Standing(
            known.number, known.made_known_at, known.doubts + 1, row.code if worse else known.code,
            row.found_at if worse else known.found_at,
        )  # fmt: skip
    return found


def settle(house: House, here: str, partner: str, why: str) -> int:
    """Note that what did not fit is explained; how many findings that were. They stay, with the reason."""
    with house.db.write() as session:
        desk = house.system_desk(session, here, "exchange")
        done: Any = session.execute(
            update(FINDING)
            .where(FINDING.c.country == here, FINDING.c.partner == partner, FINDING.c.settled_at.is_(None))
            .values(settled_at=desk.now, settled_why=why)
        )
        looked(desk, "partner_log_settled", "country", partner, {"count": int(done.rowcount)})
    return int(done.rowcount)


def _write(house: House, here: str, partner: str, act: Callable[[Desk], list[str]]) -> list[str]:
    with house.db.write() as session:
        desk = house.system_desk(session, here, "exchange")
        # Two letters that contradict each other may come at once; each has to see the other.
        if session.get_bind().dialect.name == "postgresql":
            session.execute(_LOCK)
        codes = act(desk)
    for code in codes:
        logger().warning("partner_log_doubt", code=code, country=partner)
    return codes


def _without(desk: Desk, partner: str, code: str) -> list[str]:
    last = desk.session.execute(
        select(TABLE.c.epoch, TABLE.c.number)
        .where(TABLE.c.country == desk.actor.country, TABLE.c.partner == partner)
        .order_by(TABLE.c.written_last.desc(), TABLE.c.number.desc())
        .limit(1)
    ).one_or_none()
    epoch, number = last or ("", 0)
    return _found(desk, partner, epoch, number, None, [Finding(code)])


def _spoke_before(desk: Desk, partner: str, when: datetime) -> bool:
    values = {"here": desk.actor.country, "partner": partner, "before": when - SLACK}
    return desk.session.execute(_BEFORE, values).first() is not None


def _keep(desk: Desk, partner: str, new: Vouched, at: datetime) -> list[str]:
    session = desk.session
    found = judge(new, at, _near(desk, partner, new, at), _epochs(desk, partner))
    known: Row[Any] | None = session.execute(_same(desk, partner, new)).one_or_none()
    if known is not None:
        row_id = known.id
        spoken = {"written_first": min(at, known.written_first), "written_last": max(at, known.written_last)}
        session.execute(update(TABLE).where(TABLE.c.id == row_id).values(spoken))
    else:
        row_id = new_id()
        session.execute(
            insert(TABLE),
            {
                "id": row_id, "country": desk.actor.country, "partner": partner, "epoch": new.epoch,
                "number": new.number, "hash": new.hash, "body": new.body, "signature": new.signature,
                "vouched_by": new.vouched_by, "vouched": new.vouched, "said_at": new.said_at,
                "written_first": at, "written_last": at, "received_at": desk.now,
            },
        )  # fmt: skip
    return _found(desk, partner, new.epoch, new.number, row_id, found)


def _same(desk: Desk, partner: str, new: Vouched) -> Any:
    return _of_epoch(desk, partner, new).where(TABLE.c.number == new.number, TABLE.c.hash == new.hash)


def _of_epoch(desk: Desk, partner: str, new: Vouched) -> Any:
    columns = (TABLE.c[name] for name in _HELD)
    mine = (TABLE.c.country == desk.actor.country, TABLE.c.partner == partner, TABLE.c.epoch == new.epoch)
    return select(*columns).where(*mine)


def _near(desk: Desk, partner: str, new: Vouched, at: datetime) -> Sequence[Held]:
    """Of the same epoch: the same number, the nearest on either side, and one that contradicts the moment each way."""
    of_epoch, number = _of_epoch(desk, partner, new), TABLE.c.number
    wanted = (
        of_epoch.where(number.between(new.number - 1, new.number + 1)).limit(20),
        of_epoch.where(number < new.number).order_by(number.desc()).limit(1),
        of_epoch.where(number > new.number).order_by(number).limit(1),
        of_epoch.where(
            or_(
                (number > new.number) & (TABLE.c.written_first < at - SLACK),
                (number < new.number) & (TABLE.c.written_last > at + SLACK),
            )
        ).order_by(number).limit(1),
    )  # fmt: skip
    rows = {row.id: Held(*row) for query in wanted for row in desk.session.execute(query)}
    return list(rows.values())


def _epochs(desk: Desk, partner: str) -> dict[str, tuple[datetime, datetime]]:
    query = (
        select(TABLE.c.epoch, func.min(TABLE.c.written_first), func.max(TABLE.c.written_last))
        .where(TABLE.c.country == desk.actor.country, TABLE.c.partner == partner)
        .group_by(TABLE.c.epoch)
    )
    return {epoch: (first, last) for epoch, first, last in desk.session.execute(query)}


def _found(
    desk: Desk, partner: str, epoch: str, number: int, checkpoint_id: str | None, findings: Sequence[Finding]
) -> list[str]:
    """Write down what was not known yet, and tell those who audit the country."""
    session, fresh = desk.session, []
    for each in findings:
        of_code = select(FINDING.c.found_at).where(
            FINDING.c.country == desk.actor.country, FINDING.c.partner == partner, FINDING.c.code == each.code
        )
        if session.execute(of_code.where(FINDING.c.epoch == epoch, FINDING.c.number == number)).first() is not None:
            continue
        told_lately = _lately(session, of_code, desk.now)
        session.execute(
            insert(FINDING),
            {
                "id": new_id(), "country": desk.actor.country, "partner": partner, "code": each.code, "epoch": epoch,
                "number": number, "checkpoint_id": checkpoint_id, "other_id": each.other, "found_at": desk.now,
                "settled_at": None, "settled_why": "",
            },
        )  # fmt: skip
        fresh.append(each.code)
        said: dict[str, str | int] = {"code": each.code, "number": number}
        people = [] if told_lately else onlookers.countrywide(desk, "audit:read")
        kind = NOTICE if each.code in ALARMS else "partner_restored"
        told = tell(desk, people, kind, "country", partner, said)
        looked(desk, kind, "country", partner, {**said, "told": told})
    return fresh


def _lately(session: Session, of_code: Any, now: datetime) -> bool:
    newest_one = session.execute(of_code.order_by(FINDING.c.found_at.desc()).limit(1)).scalar_one_or_none()
    return newest_one is not None and now - newest_one < QUIET
