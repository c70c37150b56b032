"""Proves the chains of many cases and referral copies in one pass, reading each entry once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, literal, select, true
from sqlalchemy.orm import Session

from app.casework import epochs
from app.casework.held import CASE, REFERRAL
from app.casework.history import STORED, check_entries
from app.casework.timeline import HISTORY

BATCH: Final = 1000
_CHAIN_OF: Final = itemgetter(-3)
# The columns of STORED as the driver gives them, then whose chain it is and how it ends.
Entry = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What was checked and what was found; ``fault`` names the first broken entry of the first broken chain."""

    chains: int
    entries: int
    verified: int
    fault: str | None

    @property
    def sound(self) -> bool:
        """True when nothing was found."""
        return self.fault is None

    @property
    def sentence(self) -> str:
        """The result in words, e.g. '118 of 118 entries verified'."""
        counted = f"{self.verified} of {self.entries} entries verified"
        return counted if self.fault is None else f"{counted}. {self.fault}."


def verify_all(session: Session, since: datetime | None = None) -> Summary:
    """Check every chain of the installation, and that no entry belongs to nothing (`waymark audit verify`).

    since: only chains that got an entry from then on, each of them whole.
    """
    cases, referrals = (
        true() if since is None else table.c.id.in_(select(HISTORY.c.subject_id).where(HISTORY.c.recorded_at >= since))
        for table in (CASE, REFERRAL)
    )
    found, read = _verify(session, cases, referrals)
    if found.fault is not None:
        return found
    # As many entries as were read with their subjects: then there is none that belongs to nothing, and no need to look.
    all_read = since is None and read == session.execute(select(func.count()).select_from(HISTORY)).scalar_one()
    wrong = (None if all_read else _entry_of_nothing(session)) or epochs.fault(session)
    return found if wrong is None else Summary(found.chains, found.entries, found.verified, wrong)


def verify_some(session: Session, cases: ColumnElement[bool], referrals: ColumnElement[bool]) -> Summary:
    """Check the chains of the cases and the referral copies that fit these predicates.

    Subject and entries come in one statement, so that a change made meanwhile is seen wholly or not at all.
    """
    return _verify(session, cases, referrals)[0]


def _verify(session: Session, cases: ColumnElement[bool], referrals: ColumnElement[bool]) -> tuple[Summary, int]:
    """The same, and how many entries were read."""
    chains = entries = verified = read = 0
    fault: str | None = None
    for kind, table, within in (("case", CASE, cases), ("referral", REFERRAL, referrals)):
        for rows in _chains(session, table, within):
            subject_id, ends_at, ends_with = rows[0][-3:]
            told = rows if rows[0][0] is not None else []
            good, wrong = check_entries(told, subject_id, ends_at, ends_with)
            if wrong is None and any(row[1] != kind for row in told):
                wrong = f"{subject_id}: an entry says that it is of something else than a {kind}"
            chains += 1
            read += len(told)
            entries += max(ends_at, len(told))
            verified += good
            if wrong and fault is None:
                fault = f"{kind} {wrong}"
    return Summary(chains, entries, verified, fault), read


def _chains(session: Session, table: Any, within: ColumnElement[bool]) -> Iterator[list[Entry]]:
    """The rows of one chain after the other; a subject without any entry comes with one row of nothing."""
    query: Select[Any] = (
        select(
            *STORED,
            table.c.id.label("chain_of"),
            table.c.history_count.label("ends_at"),
            table.c.chain_head.label("ends_with"),
        )
        .join_from(table, HISTORY, HISTORY.c.subject_id == table.c.id, isouter=True)
        .where(within)
        .order_by(table.c.id, HISTORY.c.seq)
    )
    result: Any = session.execute(query, execution_options={"stream_results": True})
    try:
        # The first row was read ahead. The others are the tuples of the driver: every column is as it is stored, and a
        # row object for each would take longer than the proof.
        first: list[Entry] = [tuple(row) for row in result.fetchmany(1)]
        rest: Iterable[list[Entry]] = iter(partial(result.cursor.fetchmany, BATCH), []) if first else ()
        for _, told in groupby(chain(first, chain.from_iterable(rest)), key=_CHAIN_OF):
            yield list(told)
    finally:
        result.close()


def _entry_of_nothing(session: Session) -> str | None:
    for table, kind in ((CASE, "case"), (REFERRAL, "referral")):
        query = (
            select(HISTORY.c.subject_id, HISTORY.c.seq, literal(kind))
            .where(HISTORY.c.subject == kind, ~select(table.c.id).where(table.c.id == HISTORY.c.subject_id).exists())
            .order_by(HISTORY.c.subject_id, HISTORY.c.seq)
            .limit(1)
        )
        row = session.execute(query).one_or_none()
        if row is not None:
            return f"{kind} {row.subject_id}: entry {row.seq} is there, the {kind} itself is not"
    return None
