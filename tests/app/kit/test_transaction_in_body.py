"""Why transactions live in the endpoint's body (docs/decisions/0001): shown, not only said."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import anyio.to_thread
import httpx2
import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, func, insert, select

from app.kit.db import WRITER_WAIT_SECONDS, Database
from app.kit.errors import Busy
from app.kit.problems import install

PLAIN = MetaData()
PARENT = Table("parent", PLAIN, Column("id", Integer, primary_key=True))
CHILD = Table(
    "child",
    PLAIN,
    Column("id", Integer, primary_key=True),
    Column("parent_id", ForeignKey("parent.id", deferrable=True, initially="DEFERRED"), nullable=False),
)
AT_ONCE = 16
WORKER_THREADS = 4
# On a free machine a write takes a few milliseconds; longer than this can only be waiting for oneself.
PATIENCE = 0.5


@pytest.fixture
def db(empty_database: Database) -> Database:
    PLAIN.create_all(empty_database.engine)
    return empty_database


def app_with_bodies(db: Database) -> FastAPI:
    """The house's way: the transaction begins and ends inside the function."""
    app = FastAPI(telemetry={"auto_configure": False, "logs": False})

    @app.post("/rows")
    def add() -> dict[str, int]:
        with db.write() as session:
            session.execute(insert(PARENT))
            time.sleep(0.005)
            return {"rows": session.scalar(select(func.count()).select_from(PARENT)) or 0}

    @app.post("/broken")
    def broken() -> dict[str, int]:
        with db.write() as session:
            session.execute(insert(PARENT).values(id=900))
            session.execute(insert(CHILD).values(parent_id=404))
        return {"rows": 1}

    install(app)
    return app


def app_with_a_yielding_dependency(open_transaction: Callable[[], AbstractContextManager[object]]) -> FastAPI:
    """The way of the tutorials: a dependency opens the transaction and yields its session."""

    def transaction() -> Iterator[object]:
        with open_transaction() as session:
            yield session

    app = FastAPI(telemetry={"auto_configure": False, "logs": False})

    @app.post("/rows")
    def add(session: object = Depends(transaction, scope="function")) -> dict[str, int]:
        time.sleep(0.005)
        return {"rows": 1}

    install(app)
    return app


def post_all_at_once(app: FastAPI) -> list[int]:
    """Send 16 requests together to an app that has four worker threads, as the real one."""

    async def run() -> list[int]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = WORKER_THREADS
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
            answers = await asyncio.gather(*(client.post("/rows", timeout=60) for _ in range(AT_ONCE)))
        return [answer.status_code for answer in answers]

    return asyncio.run(run())


def test_sixteen_requests_over_four_threads_all_get_through(db: Database) -> None:
    assert post_all_at_once(app_with_bodies(db)) == [200] * AT_ONCE
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(PARENT)) == AT_ONCE


def test_a_yielding_dependency_over_a_plain_writer_lock_locks_itself_out() -> None:
    """The mutant: four threads wait for the lock, and its holder, between two threads, waits for one."""
    turn = threading.Lock()

    @contextmanager
    def naive_transaction() -> Iterator[object]:
        if not turn.acquire(timeout=PATIENCE):
            raise Busy()
        try:
            yield None
        finally:
            turn.release()

    started = time.monotonic()
    statuses = post_all_at_once(app_with_a_yielding_dependency(naive_transaction))
    assert time.monotonic() - started >= PATIENCE
    assert statuses.count(503) >= WORKER_THREADS


def test_our_database_refuses_a_yielding_dependency_at_once(db: Database) -> None:
    started = time.monotonic()
    statuses = post_all_at_once(app_with_a_yielding_dependency(db.write))
    assert 500 in statuses
    assert time.monotonic() - started < WRITER_WAIT_SECONDS / 2
    with db.write() as session:  # nothing is left locked
        session.execute(insert(PARENT))


def test_a_failing_commit_answers_500_and_never_201(db: Database) -> None:
    client = TestClient(app_with_bodies(db), raise_server_exceptions=False)
    answer = client.post("/broken")
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal"
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(PARENT)) == 0
        assert session.scalar(select(func.count()).select_from(CHILD)) == 0
