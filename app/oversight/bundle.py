"""Writes the bundle an outside auditor checks with script/verify_bundle.py: checkpoints, chains and digests of looks.

It holds ids, codes, moments and hashes (docs/decisions/0036): no name and nothing anybody wrote, notes and looks by
their digest alone. A closed bundle leaves the course of each case out too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Any, BinaryIO, Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.casework.checkpoints import CHECKPOINT, LOOKS, STORED_LOOK, digest_of_look, look_line
from app.casework.held import CASE, REFERRAL
from app.casework.timeline import HISTORY
from app.kit.canonical import canonical_bytes
from app.kit.signing import Signer
from app.oversight.sealing import SLACK

__all__ = ["FORMAT", "write_bundle"]

FORMAT: Final = "waymark-audit-bundle-1"
_CHUNK: Final = 1000
_ENTRY: Final = (HISTORY.c.seq, HISTORY.c.canonical, HISTORY.c.hash)
Line = dict[str, Any]


def write_bundle(
    session: Session, out: BinaryIO, signer: Signer, now: datetime, since: datetime | None = None, *, closed: bool
) -> tuple[int, int]:
    """Write one JSON object a line to ``out``; the last one is signed over all before. Checkpoints and chains written.

    since: checkpoints made from then on, and the chains they speak of or that grew since, each of them whole.
    Raises ValueError if there is no checkpoint to stand on. Reads all rows, so the caller has opened all.
    """
    oldest = select(func.min(CHECKPOINT.c.number))
    first = session.execute(oldest if since is None else oldest.where(CHECKPOINT.c.made_at >= since)).scalar_one()
    if first is None:
        raise ValueError("there is no checkpoint for a bundle; the worker makes one every 15 minutes")
    running = hashlib.sha256()
    written = {"checkpoint": 0, "chain": 0}
    head: Line = {"format": FORMAT, "made_at": now.isoformat(), "first": first, "closed": closed}
    parts = (_checkpoints(session, first), _chains(session, first, since, closed), _looks(session, first))
    for line in chain([head], *parts):
        data = canonical_bytes(line) + b"\n"
        running.update(data)
        out.write(data)
        for name in written:
            written[name] += name in line
    end = canonical_bytes({"format": f"{FORMAT}-end", "sha256": running.hexdigest(), "key": signer.public.hex()})
    out.write(canonical_bytes({"end": end.decode(), "signature": signer.sign(end).hex()}) + b"\n")
    return written["checkpoint"], written["chain"]


def _checkpoints(session: Session, first: int) -> Iterator[Line]:
    for row in _streamed(session, select(CHECKPOINT).where(CHECKPOINT.c.number >= first).order_by(CHECKPOINT.c.number)):
        # The row's own words: a body that was tampered with goes out as it is, and is found by whoever checks.
        yield {
            "checkpoint": {
                "body": _text(row.body), "leaves": _text(row.leaves), "signature": bytes(row.signature).hex(),
            }
        }  # fmt: skip


def _chains(session: Session, first: int, since: datetime | None, closed: bool) -> Iterator[Line]:
    """One line for each chain; in a closed bundle its hashes alone."""
    touched = _named_heads(session, first) if since is not None else None
    for subject, table in (("case", CASE), ("referral", REFERRAL)):
        query = (
            select(table.c.id, table.c.history_count, table.c.chain_head, *_ENTRY)
            .join_from(table, HISTORY, HISTORY.c.subject_id == table.c.id, isouter=True)
            .order_by(table.c.id, HISTORY.c.seq)
        )
        if since is not None:
            grew = select(HISTORY.c.subject_id).where(HISTORY.c.recorded_at >= since)
            query = query.where(or_(table.c.id.in_(grew), table.c.id.in_(touched or ())))
        for subject_id, rows in groupby(_streamed(session, query), key=itemgetter(0)):
            told = list(rows)
            entries = [
                [seq, None if closed else _text(canonical), _hex(link)]
                for *_, seq, canonical, link in told
                if seq is not None
            ]
            _, count, head, *_ = told[0]
            said = {"subject": subject, "id": subject_id, "count": count, "head": _hex(head), "entries": entries}
            yield {"chain": said}


def _named_heads(session: Session, first: int) -> list[str]:
    query = select(CHECKPOINT.c.leaves).where(CHECKPOINT.c.number >= first)
    found = (leaves.split(b"\n") for leaves in session.execute(query).scalars())
    return sorted({line.split(b" ")[2].decode() for lines in found for line in lines if line.startswith(b"head ")})


def _looks(session: Session, first: int) -> Iterator[Line]:
    """The digests of all looks that must stand in these checkpoints, and of those that may."""
    moments = select(func.max(CHECKPOINT.c.through)).where(CHECKPOINT.c.number < first)
    after = session.execute(moments).scalar_one()
    newest = session.execute(select(func.max(CHECKPOINT.c.through))).scalar_one()
    named: set[str] = set()
    leaves = session.execute(select(CHECKPOINT.c.leaves).where(CHECKPOINT.c.number >= first)).scalars()
    for each in leaves:
        named |= {line.split(b" ")[1].decode() for line in each.split(b"\n") if line.startswith(b"look ")}
    query = select(LOOKS.c.at > newest - SLACK, *STORED_LOOK).where(LOOKS.c.at <= newest).order_by(LOOKS.c.id)
    if after is not None:
        # Late ones of the slack may stand in the first of these; those in earlier ones are not told.
        query = query.where(LOOKS.c.at > after - SLACK - timedelta(seconds=1))
    told = _told(_streamed(session, query), named, after)
    while some := list(islice(told, _CHUNK)):
        yield {"looks": some}


def _told(rows: Iterable[Any], named: set[str], after: datetime | None) -> Iterator[str]:
    for fresh, *values in rows:
        # A look that no checkpoint names is told only where it should have been named: it is too many.
        if values[0] in named or (not fresh and after is None):
            yield look_line(values[0], digest_of_look(values)).decode()


def _streamed(session: Session, query: Any) -> Iterable[Any]:
    return session.execute(query, execution_options={"yield_per": _CHUNK})


def _hex(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else _text(value)


def _text(value: Any) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
