"""Counts sign-ins that have not succeeded, per account name and per network address, in database rows.

An attempt is counted before its password is looked at, so that many at once cannot outrun the count, and
taken back when it succeeds. Refused attempts are not counted: they neither prolong the wait nor fill the
bucket of an address that other people share.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import case, delete, or_, update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite
from sqlalchemy.orm import Session

from app.kit.errors import TooMany
from app.models.session import LoginAttempt

WINDOW: Final = timedelta(minutes=1)
PER_ACCOUNT: Final = 5
# A whole shelter or border post may share one address; this bucket only stops a flood.
PER_ADDRESS: Final = 60
# Six digits are few. At this pace, with the first factor stolen, half a year of guessing finds one in four.
PER_FACTOR: Final = 5
FACTOR_WINDOW: Final = timedelta(minutes=15)

_TABLE: Final[Any] = LoginAttempt.__table__
_INSERT: Final[dict[str, Callable[..., Any]]] = {
    "sqlite": insert_on_sqlite,
    "postgresql": insert_on_postgresql,
}


def count(session: Session, login: str, address: str, now: datetime) -> None:
    """Count one attempt of ``login`` from ``address``; TooMany (429) if either had its share for this minute.

    The answer is the same whether or not the account exists. The caller's transaction must be rolled back
    by the error, which also takes back what was counted on the way.
    """
    # The account's minute starts anew with each failure, so no 60 seconds ever hold more than five of them.
    if not _counted(session, _account(login), PER_ACCOUNT, now, moving=True):
        raise _wait()
    if not _counted(session, _address(address), PER_ADDRESS, now, moving=False):
        raise _wait()


def count_address(session: Session, address: str, now: datetime) -> None:
    """Count one attempt from ``address`` that names no account yet; TooMany (429) as in `count`."""
    if not _counted(session, _address(address), PER_ADDRESS, now, moving=False):
        raise _wait()


def count_factor(session: Session, user_id: str, now: datetime) -> None:
    """Count one code shown for the account ``user_id``; TooMany (429) if it had its share for these minutes."""
    if not _counted(session, _factor(user_id), PER_FACTOR, now, moving=True, window=FACTOR_WINDOW):
        raise _wait(FACTOR_WINDOW)


def forgive_factor(session: Session, user_id: str) -> None:
    """Forget the wrong codes of an account, since a right one came."""
    session.execute(delete(_TABLE).where(_TABLE.c.bucket == _factor(user_id)))


def forgive(session: Session, login: str, address: str) -> None:
    """Take the count of a sign-in back that succeeded, and forget the account's earlier failures."""
    session.execute(delete(_TABLE).where(_TABLE.c.bucket == _account(login)))
    session.execute(
        update(_TABLE)
        .where(_TABLE.c.bucket == _address(address), _TABLE.c.failures > 0)
        .values(failures=_TABLE.c.failures - 1)
    )


def purge(session: Session, now: datetime) -> int:
    """Delete buckets nobody has used for an hour; the number of rows that went (the worker calls this)."""
    result: Any = session.execute(delete(_TABLE).where(_TABLE.c.since <= now - timedelta(hours=1)))
    return int(result.rowcount)


def _counted(
    session: Session, bucket: str, most: int, now: datetime, *, moving: bool, window: timedelta = WINDOW
) -> bool:
    """One more in ``bucket`` unless it holds ``most`` already, in one statement: parallel attempts queue."""
    over = _TABLE.c.since <= now - window
    statement = _INSERT[session.get_bind().dialect.name](_TABLE).values(bucket=bucket, failures=1, since=now)
    statement = statement.on_conflict_do_update(
        index_elements=[_TABLE.c.bucket],
        set_={
            "failures": case((over, 1), else_=_TABLE.c.failures + 1),
            "since": now if moving else case((over, now), else_=_TABLE.c.since),
        },
        where=or_(over, _TABLE.c.failures < most),
    )
    # What was written comes back; the count of rows is not told for inserts on every engine.
    return session.execute(statement.returning(_TABLE.c.bucket)).first() is not None


def _wait(window: timedelta = WINDOW) -> TooMany:
    return TooMany(headers={"Retry-After": str(int(window.total_seconds()))})


def _factor(user_id: str) -> str:
    return "factor:" + _digest(user_id)


def _account(login: str) -> str:
    return "account:" + _digest(login)


def _address(address: str) -> str:
    return "address:" + _digest(address)


def _digest(text: str) -> str:
    # People type passwords into the wrong field: what was typed as a name is not kept in clear.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
