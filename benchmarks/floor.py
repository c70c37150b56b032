"""Floor: the durable work of a step, a record and a look at a timeline, done by the bare driver and nothing else.

The statements that change something are those the program sends, made from the same tables, and a test compares
the two (tests/journeys/test_benchmark.py); of the reading only what cannot be left out is here. What rights, rules,
forms, sealing and HTTP cost is what the ratio shows.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import psycopg
from sqlalchemy import Table
from sqlalchemy.engine import make_url

from app.kit.sqlite import BUSY_MILLISECONDS
from app.models.base import Base
from benchmarks.load import Act

Row = dict[str, Any]
# Roughly what the program's own rows weigh: a canonical history entry, a sealed form, a sealed answer.
CANONICAL_BYTES: Final = 900
SEALED_BYTES: Final = 160
ANSWER_BYTES: Final = 3900
_CASE_COLUMNS: Final = (
    "SELECT c.id, c.reference, c.version, c.history_count, c.chain_head, c.identification, c.care, c.office_id,"
    " f.facts, p.key_id FROM case_file c JOIN case_facts f ON f.case_id = c.id JOIN person p ON p.id = c.person_id"
    " WHERE c.id = ? AND c.country = ?"
)
_SUBJECT: Final = (
    "SELECT c.id, p.key_id, c.history_count, c.chain_head FROM case_file c JOIN person p ON p.id = c.person_id"
    " WHERE c.id = ? AND c.country = ?"
)
_COPIES: Final = "SELECT id, key_id, history_count, chain_head FROM referral WHERE case_id = ? AND country = ?"
_LINE: Final = (
    "SELECT subject_id, seq, subject, kind, step, actor_id, version, happened_at, recorded_at, canonical, sealed_note,"
    " previous, hash FROM history_entry WHERE subject_id = ? AND kind != 'attempt'"
    " ORDER BY recorded_at, subject, subject_id, seq LIMIT 51"
)


@dataclass
class Driver:
    """One connection of the bare driver, set up as durably as the program's own."""

    connection: Any
    mark: str
    # SQLite has one writer; the program queues its own writers, and so does the floor.
    turn: threading.Lock
    _known: dict[str, str] = field(default_factory=dict)

    def read(self, statement: str, *values: Any) -> list[Any]:
        """All rows of a query written with question marks."""
        return list(self.connection.execute(self._said(statement), values).fetchall())

    def change(self, statement: str, *values: Any) -> None:
        """Run a statement written with question marks."""
        self.connection.execute(self._said(statement), tuple(self._plain(value) for value in values))

    def insert(self, table: str, row: Row) -> None:
        """Insert a row; columns that are not named are NULL."""
        columns: Table = Base.metadata.tables[table]
        if table not in self._known:
            names = ", ".join(f'"{column.name}"' for column in columns.c)
            self._known[table] = f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns.c))})"
        self.change(self._known[table], *(row.get(column.name) for column in columns.c))

    def transaction(self, act: Callable[[], None]) -> None:
        """Do ``act`` in one transaction and commit it."""
        if self.mark == "?":
            with self.turn:
                self.connection.execute("BEGIN IMMEDIATE")
                act()
                self.connection.execute("COMMIT")
            return
        with self.connection.transaction():
            act()

    def _said(self, statement: str) -> str:
        return statement if self.mark == "?" else statement.replace("?", "%s")

    def _plain(self, value: Any) -> Any:
        if self.mark != "?":
            return value
        if isinstance(value, datetime):
            return value.replace(tzinfo=None).isoformat(" ", "microseconds")
        return value.isoformat() if isinstance(value, date) else value


def connect(url: str, turn: threading.Lock) -> Driver:
    """A connection of sqlite3 or psycopg to the database of ``url``; ``turn``: shared by all writers of SQLite."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        connection = sqlite3.connect(str(address.database), isolation_level=None, check_same_thread=False)
        for pragma in (f"busy_timeout={BUSY_MILLISECONDS}", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        return Driver(connection, "?", turn)
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg.connect(plain, autocommit=True)
    # Nobody asks here who may see what; row security is told so for as long as the connection lasts.
    connection.execute("SELECT set_config('waymark.kind', 'everything', false)")
    return Driver(connection, "%s", turn)


@dataclass
class Floor:
    """The acts of one thread: one after the other on the cases it was given, as one worker."""

    driver: Driver
    cases: list[str]
    worker: str
    office: str
    country: str = "TH"
    _next: int = 0

    def act(self, name: str) -> Act:
        """The act to repeat: step, record or timeline."""
        acts: dict[str, Callable[[str], None]] = {"step": self._step, "record": self._record, "timeline": self._look}
        inside = acts[name]

        def once() -> None:
            case_id = self.cases[self._next % len(self.cases)]
            self._next += 1
            self.driver.transaction(lambda: inside(case_id))

        return once

    def _step(self, case_id: str) -> None:
        self._change(case_id, "step", "move_placement", self._tasks)

    def _record(self, case_id: str) -> None:
        self._change(case_id, "record", "consent_withdrawal", self._queue)

    def _change(self, case_id: str, kind: str, step: str, after: Callable[[str, datetime], None]) -> None:
        """Lock, compare, chain, write: what every change of a case comes down to."""
        now, key, record_id = datetime.now(UTC), uuid.uuid4().hex, str(uuid.uuid4())
        asked = {"user_id": self.worker, "key": key, "fingerprint": "0" * 64, "created_at": now}
        self.driver.insert("idempotency_key", asked)
        lock = "" if self.driver.mark == "?" else " FOR UPDATE OF c"
        (row,) = self.driver.read(_CASE_COLUMNS + lock, case_id, self.country)
        _, _, version, count, head, identification, care, _, facts, key_id = row
        sealed = secrets.token_bytes(SEALED_BYTES)
        told = {
            "id": record_id, "subject": "case", "subject_id": case_id, "seq": count + 1, "kind": step,
            "kind_version": 1, "key_id": key_id, "sealed": sealed, "digest": hashlib.sha256(sealed).digest(),
            "created_by": self.worker, "happened_at": now, "recorded_at": now,
        }  # fmt: skip
        self.driver.insert("record", told)
        said = {"subject": "case", "subject_id": case_id, "seq": count + 1, "step": step, "record": record_id}
        canonical = json.dumps(said, sort_keys=True).encode().ljust(CANONICAL_BYTES)
        link = hashlib.sha256(bytes(head) + canonical).digest()
        entry = {
            "subject_id": case_id, "seq": count + 1, "subject": "case", "kind": kind, "step": step,
            "actor_id": self.worker, "version": version + 1, "happened_at": now, "recorded_at": now,
            "canonical": canonical, "previous": bytes(head), "hash": link,
        }  # fmt: skip
        self.driver.insert("history_entry", entry)
        self.driver.change(
            "UPDATE case_file SET identification = ?, care = ?, version = ?, history_count = ?, chain_head = ?"
            " WHERE id = ? AND version = ?",
            identification, care, version + 1, count + 1, link, case_id, version,
        )  # fmt: skip
        self.driver.change("UPDATE case_facts SET facts = ? WHERE case_id = ?", facts, case_id)
        after(case_id, now)
        self.driver.change(
            "UPDATE idempotency_key SET status = ?, version = ?, data_key = ?, answer = ? WHERE user_id = ?"
            ' AND "key" = ?',
            200, version + 1, secrets.token_bytes(61), secrets.token_bytes(ANSWER_BYTES), self.worker, key,
        )  # fmt: skip

    def _tasks(self, case_id: str, now: datetime) -> None:
        self.driver.change(
            "UPDATE task SET state = ?, done_at = ?, done_by = ? WHERE case_id = ? AND state = ? AND kind = ?",
            "done", now, self.worker, case_id, "open", "review_placement",
        )  # fmt: skip
        task = {
            "id": str(uuid.uuid4()), "country": self.country, "office_id": self.office, "case_id": case_id,
            "kind": "review_placement", "role": "shelter_manager", "clock": "placement_review", "basis": "default",
            "sources": "", "opened_at": now, "due_at": now + timedelta(days=30), "state": "open", "escalation": 0,
            "stops": 0, "extensions": 0, "priority": 1,
        }  # fmt: skip
        self.driver.insert("task", task)

    def _queue(self, case_id: str, now: datetime) -> None:
        line = f"{self.country}:{case_id}:withdrawal"
        ((last,),) = self.driver.read("SELECT max(seq) FROM outbox_row WHERE line = ?", line)
        effect = {
            "id": str(uuid.uuid4()), "country": self.country, "line": line, "seq": (last or 0) + 1,
            "effect": "spread_withdrawal", "payload": json.dumps({"case": case_id}), "created_at": now,
            # Done already: the program's worker is not to carry out what only weighs the same.
            "next_at": now, "attempts": 0, "done_at": now,
        }  # fmt: skip
        self.driver.insert("outbox_row", effect)

    def _look(self, case_id: str) -> None:
        look = {
            "id": str(uuid.uuid4()), "at": datetime.now(UTC), "actor_id": self.worker, "country": self.country,
            "action": "timeline_read", "subject_kind": "case", "subject_id": case_id,
        }  # fmt: skip
        self.driver.insert("access_entry", look)
        self.driver.read(_SUBJECT, case_id, self.country)
        self.driver.read(_COPIES, case_id, self.country)
        self.driver.read(_LINE, case_id)
