"""The bytes of PostgreSQL's own files after an erasure: heap, toast, index, statistics, and its log of changes.

SQLite's file and its log are read in test_erasing.py. A server writes its pages at a checkpoint, which comes by itself
within minutes; here somebody asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text

from app.casework import burying
from app.casework.burying import still_due
from app.casework.name_index import MARK, NAME
from app.kit.errors import Conflict
from app.operations import finish_erasures
from app.worker import Worker as Working
from tests.app.keeping.people import GONE, Known, _keys_in, erase, known_everywhere
from tests.app.keeping.test_erasing import Home, home, opens
from tests.inspect import reading
from tests.postgres import SUPERUSER

__all__ = ["home"]


# What `known_everywhere` calls its people, and what was noted of them.
_PLAIN = re.compile(rb"Canary[0-9a-f]{6}|She slept at the pier")


class Server:
    """The server below a house, as whoever runs the machine sees it."""

    def __init__(self, home: Home) -> None:
        address = home.house.db.engine.url
        self._folder, self._name = Path(str(address.query["host"])), str(address.database)
        self._keys = home.house.keys

    def run(self, *statements: str) -> Any:
        """Run statements as the role that may do everything; the first column of the last one's row, if any."""
        with psycopg.connect(
            f"host={self._folder} user={SUPERUSER} dbname={self._name}", autocommit=True
        ) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    def tables(self) -> list[Path]:
        """Every file of this database: of tables, of what is too long for them, of indexes and of the catalogue."""
        number = self.run("CHECKPOINT", "SELECT oid FROM pg_database WHERE datname = current_database()")
        return [file for file in (self._folder / "data" / "base" / str(number)).iterdir() if file.is_file()]

    def log(self) -> list[Path]:
        """The files of the log of changes."""
        return [file for file in (self._folder / "data" / "pg_wal").iterdir() if file.is_file()]

    def readable(self, files: Iterable[Path], known: Known, digests: set[bytes]) -> set[str]:
        """What of a person stands in these files: keys that open, sealed words, digests of their name, the name."""
        found = set()
        for file in files:
            try:
                content = file.read_bytes()
            except FileNotFoundError:  # removed meanwhile
                continue
            opened = set(_keys_in(content, self._keys))
            found |= {f"key of {table}" for table, key in known.keys.items() if key in opened}
            found |= {place for place, sealed in known.sealed.items() if place in GONE and sealed[:400] in content}
            found |= {"digest of the name" for each in digests if each in content}
            found |= {"the name itself" for _ in _PLAIN.finditer(content)}
        return found


def digests_of(home: Home, known: Known) -> set[bytes]:
    with reading(home.house.db) as session:
        found = session.execute(select(NAME.c.digest).where(NAME.c.person_id == known.person_id)).scalars().all()
    # Five letters alone stand everywhere; a row and its entry in the index hold the person, a length, and the digest.
    return {known.person_id.encode() + bytes([2 * len(each) + 3]) + each.encode() for each in found if each != MARK}


@pytest.fixture
def server(home: Home) -> Server:
    if home.house.db.dialect != "postgresql":
        pytest.skip("SQLite has its own test: test_erasing.py")
    return Server(home)


EVERYTHING = {"digest of the name", "key of data_key", "key of approval", "key of tip", "record.sealed"}


def test_no_file_of_the_server_tells_anything_of_somebody_who_was_erased(
    home: Home, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, known = known_everywhere(home.house, home.staff), known_everywhere(home.house, home.staff)
    digests, others = digests_of(home, known), digests_of(home, other)
    assert len(digests) > 3
    # What an autovacuum does sooner or later: samples of every column go into the planner's statistics.
    server.run("ANALYZE")
    before = server.readable(server.tables(), known, digests)
    assert before >= EVERYTHING and "the name itself" not in before, "the search finds what is there, and no plain word"
    assert server.readable(server.log(), known, digests) >= EVERYTHING
    erase(home.house, home.staff, known.case_id)
    with monkeypatch.context() as mutant:
        # The tables alone: the planner's samples stay.
        mutant.setattr(burying, "_written_anew", lambda owner: [owner.execute(text(f"VACUUM FULL {table}"))
                                                                for table in burying.SWEPT] != [])  # fmt: skip
        home.work()
    assert server.readable(server.tables(), known, digests), "mutant: something stays"
    again = known_everywhere(home.house, home.staff)
    more = digests_of(home, again)
    server.run("ANALYZE")
    erase(home.house, home.staff, again.case_id)
    home.work()
    files = server.tables()
    found = server.readable(files, known, digests) | server.readable(files, again, more)
    assert found == set()
    assert server.readable(files, other, others) >= EVERYTHING and opens(home, other.case_id)
    # The log of changes keeps what it had until its files are given up. Recycled files keep old bytes: off, they go.
    wal = server.readable(server.log(), known, digests)
    assert wal and "the name itself" not in wal, "sealed noise and wrapped keys, no word of anybody"
    try:
        server.run("ALTER SYSTEM SET wal_recycle = off", "SELECT pg_reload_conf()")
        for _ in range(2):
            server.run("SELECT pg_switch_wal()", "CHECKPOINT")
        left = server.readable(server.log(), known, digests) | server.readable(server.log(), again, more)
        assert left == set()
    finally:
        server.run("ALTER SYSTEM RESET wal_recycle", "SELECT pg_reload_conf()")
    print(f"GATE g23-postgresql-files readable={len(found)} limit=0 n={len(files)} wal={len(left)}")


def test_whoever_still_reads_from_before_delays_it_and_a_stranger_cannot_end_it(home: Home, server: Server) -> None:
    """A server keeps rows as long as anybody may read them: that is no end, and the register does not say so."""
    house, url = home.house, home.settings.owner_database_url
    known = known_everywhere(house, home.staff)
    digests = digests_of(home, known)
    with house.db.read() as reader:
        reader.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        reader.execute(text("SELECT count(*) FROM office"))
        erase(house, home.staff, known.case_id)
        assert Working(house).drain() == 1
        assert finish_erasures(house, url) == 0 and still_due(house) == 1
        assert server.readable(server.tables(), known, digests), "what somebody may read is still there"
    # The role that serves: the server warns, and does nothing.
    with pytest.raises(Conflict, match="WAYMARK_OWNER_DATABASE_URL"):
        finish_erasures(house, home.settings.database_url)
    assert still_due(house) == 1
    assert finish_erasures(house, url) == 1 and still_due(house) == 0
    assert server.readable(server.tables(), known, digests) == set()
