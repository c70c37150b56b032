"""The database: one engine, and transactions that are opened and closed inside one function body."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolEmpty
from sqlalchemy.orm import Session
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from app.kit import postgresql, sqlite
from app.kit.address import SQLITE, address_of
from app.kit.errors import AppError, Away, Busy, InDoubt, NoRoom
from app.kit.gate import Gate, gate_for
from app.kit.log import logger

__all__ = ["Database"]

# Four worker threads use four connections; the overflow serves the worker loop and the command line.
POOL_SIZE = 4
POOL_OVERFLOW = 8
POOL_WAIT_SECONDS = 10.0
WRITER_WAIT_SECONDS = 30.0


class _Pool(QueuePool):
    """A pool that can tell how long each connection was waited for."""

    waited: Callable[[float], None] | None = None

    def connect(self) -> PoolProxiedConnection:
        if self.waited is None:
            return super().connect()
        began = time.perf_counter()
        try:
            return super().connect()
        finally:
            self.waited(time.perf_counter() - began)


class Database:
    """One database, SQLite or PostgreSQL, used the same way.

    `write()` and `read()` hand out a session for the length of a `with` block. Open and close them in
    one function body, never in a FastAPI dependency that yields: docs/decisions/0001 tells why.
    """

    def __init__(self, url: str, *, writer_wait: float = WRITER_WAIT_SECONDS, looks_only: bool = False) -> None:
        """Prepare the engine; no connection is made yet.

        Args:
            url: `sqlite:///path`, or `postgresql://`, `postgres://` or `postgresql+psycopg://`.
            writer_wait: seconds a writer waits for its turn on SQLite before it gets `Busy`.
            looks_only: whether this is somebody who examines the database as it is: nothing in it can be changed, no
                file is made, and a server whose settings the program would refuse is looked at all the same.

        Raises:
            ValueError: another engine, SQLite without a file, or a URL that cannot be read. The text
                never holds the URL, which may carry a password.
        """
        address = address_of(url)
        self.dialect: str = address.get_backend_name()
        self.looks_only = looks_only
        on_sqlite = self.dialect == SQLITE
        arguments = sqlite.connect_args() if on_sqlite else postgresql.connect_args(address, looks_only=looks_only)
        self.engine: Engine = create_engine(
            (sqlite if on_sqlite else postgresql).only_to_look(address) if looks_only else address,
            poolclass=_Pool,
            pool_size=POOL_SIZE,
            max_overflow=POOL_OVERFLOW,
            pool_timeout=POOL_WAIT_SECONDS,
            # Statement values are personal data; they stay out of exception texts and logs.
            hide_parameters=True,
            connect_args=arguments,
        )
        if on_sqlite:
            if not looks_only:
                sqlite.make_private(address)
            event.listen(self.engine, "connect", sqlite.on_look if looks_only else sqlite.on_connect)
            event.listen(self.engine, "begin", sqlite.on_begin)
        elif not looks_only:
            event.listen(self.engine, "connect", postgresql.on_connect)
            event.listen(self.engine, "checkin", postgresql.on_checkin)
            event.listen(self.engine, "checkout", partial(postgresql.on_checkout, self.engine.dialect))
        self._gate: Gate = gate_for(address, exclusive=on_sqlite)
        self._writer_wait = writer_wait
        self._writing = self.engine.execution_options(waymark_mode="write")
        self._reading = self.engine.execution_options(waymark_mode="read", postgresql_readonly=True)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a transaction that may change things; it commits when the block ends.

        Any exception rolls everything back and goes on to the caller; so does a commit that fails.
        On SQLite the writers of this process queue here, then take the file's write lock at once, so
        that what the block reads stays true until it commits.

        Yields:
            a session whose objects stay readable after the commit.

        Raises:
            RuntimeError: this thread is inside `write()` already, or the block was left in another
                thread than it was entered in.
            Busy: the turn, a lock or a connection did not come in time; nothing was changed.
            Away: the database cannot be reached, went away, or takes no writes; nothing was changed.
            InDoubt: it went away during the commit; whether it was kept is not known.
            NoRoom: its disk is full; nothing was changed.
        """
        with (
            _told(writing=True) as stage,
            self._gate.passage(self._writer_wait) as passage,
            Session(self._writing, expire_on_commit=False) as session,
            session.begin(),
        ):
            session.connection()  # the transaction starts here, not at the first statement
            yield session
            passage.still_here()
            stage.committing = True

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction that only looks; both engines refuse a change in it.

        Yields:
            a session that sees one state of the database on SQLite, and on PostgreSQL what was
            committed when each statement began.

        Raises:
            RuntimeError: objects were added, changed or deleted and would have been lost silently.
            Busy: a connection did not come in time. Away: the database cannot be reached, or went away.
        """
        with (
            _told(),
            Session(self._reading, expire_on_commit=False) as session,
            _plans_kept(session),
        ):
            yield session
            if session.new or session.dirty or session.deleted:
                raise RuntimeError("something was changed inside read(); use write()")

    def tell_waits(self, waited: Callable[[float], None]) -> None:
        """From now on, tell for each connection how many seconds it was waited for, until `dispose`."""
        pool = self.engine.pool
        if isinstance(pool, _Pool):
            pool.waited = waited

    def dispose(self) -> None:
        """Close every idle connection; the database can be used again afterwards."""
        self.engine.dispose()

    def __repr__(self) -> str:
        """Name the engine and hide the password."""
        return f"Database({self.engine.url.render_as_string(hide_password=True)!r})"


@contextmanager
def _plans_kept(session: Session) -> Iterator[None]:
    """End a transaction that only looked with a commit, refused or not: nothing is in it that it could keep.

    A rollback has the driver forget every statement that the connection prepared, and PostgreSQL plan them all again
    at the next look (decision 0013: that takes longer than the answer). One that the engine broke is rolled back.
    """
    try:
        yield
    except DBAPIError:
        raise
    except Exception:
        session.expunge_all()
        with suppress(SQLAlchemyError):
            session.commit()
        raise
    session.commit()


@dataclass(slots=True)
class _Stage:
    """How far a transaction has come. committing: from here on nobody knows what a lost connection has kept."""

    committing: bool = False


@contextmanager
def _told(*, writing: bool = False) -> Iterator[_Stage]:
    """Turn the engines' many ways of saying "not now" into one `Busy`, `Away` or `NoRoom`."""
    stage = _Stage()
    try:
        yield stage
    except PoolEmpty as error:
        raise Busy() from error
    except DBAPIError as error:
        meant = _meaning(error, stage, writing=writing)
        if meant is None:
            raise
        if isinstance(meant, Away | NoRoom):
            # What the driver says of a server holds hosts and reasons, and nothing of what was asked.
            said = " ".join(str(error.orig).split())
            logger().warning("database_fails", code=meant.code, kind=type(error.orig).__name__, text=said)
        raise meant from error


def _meaning(error: DBAPIError, stage: _Stage, *, writing: bool) -> AppError | None:
    cause = error.orig
    if error.connection_invalidated or postgresql.says_away(cause):
        return InDoubt() if stage.committing else Away()
    if writing and postgresql.says_read_only(cause):
        return Away()
    if sqlite.says_full(cause) or postgresql.says_full(cause):
        return NoRoom()
    return Busy() if sqlite.says_busy(cause) or postgresql.says_busy(cause) else None
