"""PostgreSQL: pg_dump and pg_restore, over one snapshot, past the row security in the ways it allows.

A backup is taken by the role that serves: it may read every table, and names itself as an operator's command to the
row security. A restore is made by the owner of the tables, who is held by row security too until it is switched off
for the owner; while it is, the tables carry a revision that no program serves.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from app.kit.address import address_of
from app.kit.migrate import RESTORING
from app.models.base import Base

__all__ = [
    "ProgramMissing", "Restoring", "dump", "emptied", "hold_owner", "mark", "snapshot", "unmark", "version_of",
    "without_password",
]  # fmt: skip

# Told in the manifest, or kept apart.
APART: Final = ("data_key", "epoch", "alembic_version")
_READ_BYTES: Final = 1 << 20
_VERSION_SECONDS: Final = 20
HOW_TO_INSTALL: Final = (
    "Debian, Ubuntu: apt-get install postgresql-client; Fedora: dnf install postgresql; macOS: brew install libpq."
    " Its version must not be older than the server's."
)


class ProgramMissing(ValueError):
    """A program of PostgreSQL is not installed, or did not do its work; the text says which and how to mend it."""


def snapshot(session: Session) -> str:
    """Hold one moment of the database for this transaction, and give the name others read the same moment by.

    Must be the first thing the transaction does.
    """
    session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    session.execute(text("SET LOCAL statement_timeout = 0"))
    session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    return str(session.execute(text("SELECT pg_export_snapshot()")).scalar_one())


def dump(url: str, moment: str, take: Callable[[bytes], object]) -> None:
    """Hand on the archive of pg_dump, without the keys of persons, as of the snapshot ``moment``."""
    apart = [f"--exclude-table-data=public.{table}" for table in APART]
    options = ("--format=custom", "--data-only", "--enable-row-security", f"--snapshot={moment}", "--no-owner", *apart)
    command, environment = _prepared("pg_dump", url, options)
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None and running.stderr is not None
        while content := running.stdout.read(_READ_BYTES):
            take(content)
        said = running.stderr.read()
    _must_have_worked("pg_dump", running.returncode, said)


class Restoring:
    """pg_restore at work: takes the archive in pieces, all of it in one transaction."""

    def __init__(self, url: str) -> None:
        """Start the program; ProgramMissing if there is none."""
        command, environment = _prepared(
            "pg_restore", url, ("--data-only", "--single-transaction", "--exit-on-error", "--no-owner")
        )
        self._running = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )

    def take(self, content: bytes) -> None:
        """Hand on one piece; ProgramMissing if the program has given up."""
        assert self._running.stdin is not None
        try:
            self._running.stdin.write(content)
        except BrokenPipeError:
            self.finish()
            raise ProgramMissing("pg_restore ended before it had read everything.") from None

    def finish(self) -> None:
        """Wait until it is done; ProgramMissing if it failed, and then nothing was written."""
        try:
            _, said = self._running.communicate()
        except BrokenPipeError:
            said = b""
        _must_have_worked("pg_restore", self._running.wait(), said)

    def give_up(self) -> None:
        """End it; what it wrote is rolled back."""
        self._running.kill()
        self._running.communicate()


def mark(session: Session, revision: str) -> None:
    """Say that these tables are being filled, and let their owner pass row security meanwhile."""
    session.execute(text("UPDATE alembic_version SET version_num = :word"), {"word": f"{RESTORING}{revision}"})
    hold_owner(session, held=False)


def unmark(session: Session, revision: str) -> None:
    """Say that the tables may be served."""
    hold_owner(session, held=True)
    session.execute(text("UPDATE alembic_version SET version_num = :word"), {"word": revision})


def emptied(session: Session, revision: str) -> None:
    """Take out what a restore that was not finished has put in, and its mark."""
    names = ", ".join(f'"{table}"' for table in _tables(session))
    session.execute(text(f"TRUNCATE {names}"))
    unmark(session, revision)


def hold_owner(session: Session, *, held: bool) -> None:
    """Whether row security holds the owner of the tables as well."""
    walled = text(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relrowsecurity"
        " AND relnamespace = current_schema()::regnamespace ORDER BY relname"
    )
    for (table,) in session.execute(walled).all():
        session.execute(text(f'ALTER TABLE "{table}" {"" if held else "NO "}FORCE ROW LEVEL SECURITY'))


def _tables(session: Session) -> list[str]:
    query = text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename")
    known = set(Base.metadata.tables)
    return [name for (name,) in session.execute(query).all() if name in known]


def version_of(program: str) -> int:
    """The main version of a program of PostgreSQL, such as 15. ProgramMissing: it is not here, or does not say."""
    said = subprocess.run(
        [_place(program), "--version"], capture_output=True, text=True, timeout=_VERSION_SECONDS, check=False
    )
    found = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    if said.returncode or found is None:
        raise ProgramMissing(f"{program} does not say which version it is. {HOW_TO_INSTALL}")
    return int(found[1])


def _place(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise ProgramMissing(f"{program} was not found in PATH; backups of PostgreSQL need it. {HOW_TO_INSTALL}")
    return found


def _prepared(program: str, url: str, options: tuple[str, ...]) -> tuple[list[str], dict[str, str]]:
    found = _place(program)
    address = address_of(url)
    environment = dict(os.environ)
    if address.password:
        environment["PGPASSWORD"] = str(address.password)
    # Who this is, as `rows.enter_everything` says it: an operator's command, which sees every row.
    environment["PGOPTIONS"] = "-c waymark.kind=everything"
    return [found, *options, f"--dbname={without_password(address)}"], environment


def without_password(address: URL) -> str:
    """The address as libpq reads it; a password travels in the environment, where no list of processes shows it."""
    query: dict[str, Any] = {name: value for name, value in address.query.items() if name != "options"}
    return URL.create(
        "postgresql", address.username, None, address.host, address.port, address.database, query
    ).render_as_string(hide_password=False)  # fmt: skip


def _must_have_worked(program: str, code: int, said: bytes) -> None:
    if code:
        words = " ".join(said.decode("utf-8", "replace").split())[-600:]
        raise ProgramMissing(f"{program} failed: {words or f'it ended with {code}'}")
