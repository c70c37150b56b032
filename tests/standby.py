"""Two real PostgreSQL servers, one of which follows the other: killed by signal 9, promoted, and brought back.

Everything an operator does when a primary dies is done here with PostgreSQL's own programs; docs/operations.md tells it
in the same words.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psycopg

from tests import postgres
from tests.postgres import LONGEST_FOLDER, OWNER, SERVING, SUPERUSER, PostgresMissing
from tests.quick_folder import quick_folder

NAMES: Final = ("north", "south")
WAIT_SECONDS: Final = 90.0
# In the file of each data folder, since pg_rewind starts the server by itself and gives it no settings.
IN_THE_FILE: Final = "wal_log_hints = on\nwal_keep_size = 512MB\nmax_connections = 60\n"


class NotInTime(Exception):
    """What was waited for did not come."""


def until(what: str, done: Callable[[], Any], seconds: float = WAIT_SECONDS) -> Any:
    """What ``done`` gives as soon as it is something. NotInTime: it never was."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(psycopg.OperationalError):
            if found := done():
                return found
        time.sleep(0.05)
    raise NotInTime(what)


@dataclass
class Member:
    """One of the two. ``name``: what the other knows its follower by; ``folder``: where its socket and data are."""

    name: str
    folder: Path
    programs: Path
    follows: Path
    commits: str
    server: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.folder / "data"

    @property
    def address(self) -> str:
        """How it is reached by the role that may do everything."""
        return f"host={self.folder} user={SUPERUSER} dbname=postgres connect_timeout=5"

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """The rows of one statement outside any transaction."""
        with psycopg.connect(self.address, autocommit=True) as connection:
            cursor = connection.execute(question.encode())
            return cursor.fetchall() if cursor.description else []

    def start(self) -> None:
        """Start it and wait until it answers; called by the thread that lives longest, for it dies with that one."""
        more = {
            "synchronous_commit": self.commits,
            "primary_conninfo": f"host={self.follows} user={SUPERUSER} application_name={self.name}",
            # Whoever looks for its primary again looks often: a drill has no hour to wait.
            "wal_retrieve_retry_interval": "200ms",
        }
        log, account = self.folder / "server.log", postgres._account()
        self.server = postgres._start(
            self.programs, self.data, self.folder, log, account, fsync=True, tended=True, more=more
        )
        postgres._wait_until_ready(self.server, self.folder, log)

    def kill(self) -> None:
        """End it as a power cut would: signal 9 to the server and at once to every process of it."""
        assert self.server is not None
        children = _children(self.server.pid)
        for pid in (self.server.pid, *children):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.server.wait()
        until("its processes to be gone", lambda: not any(_alive(pid) for pid in children))

    def stop(self) -> None:
        """End it at the end of the drill."""
        if self.server is not None:
            for pid in _children(self.server.pid):
                # One that was stopped would not hear that it is to end.
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
            postgres._stop(self.server)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs under the account of the server. RuntimeError with its words if it fails."""
        command = [self.programs / program, *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, **postgres._run_as(postgres._account())
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr.strip()[-800:]}")

    def forget_settings(self) -> None:
        """What ALTER SYSTEM wrote on the other came along with its files, and is not meant for this one."""
        (self.data / "postgresql.auto.conf").write_text("")


@dataclass
class Pair:
    """A primary and its standby. ``synchronous``: whether a commit waits for the standby."""

    primary: Member
    standby: Member
    synchronous: bool
    told: list[str] = field(default_factory=list)

    def url(self, name: str, options: str = "") -> str:
        """The URL of a database for the role that serves, which names both servers; the program finds the right one."""
        hosts = ",".join(str(each.folder) for each in sorted((self.primary, self.standby), key=lambda one: one.name))
        more = f"&options={options}" if options else ""
        return f"postgresql+psycopg://{SERVING}@/{name}?host={hosts}{more}"

    def owner_url(self, name: str) -> str:
        """The URL of a database of the primary for the owner of its tables."""
        return f"postgresql+psycopg://{OWNER}@/{name}?host={self.primary.folder}"

    def follow(self) -> None:
        """Wait until the standby follows; from then on, if they are to, commits wait for it."""
        streaming = "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming' AND sync_state IN {states}"
        until("the standby to follow", lambda: self.primary.ask(streaming.format(states="('async', 'sync', 'quorum')")))
        if self.synchronous:
            self.primary.ask(f"ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 ({self.standby.name})'")
            self.primary.ask("SELECT pg_reload_conf()")
            until("commits to wait for it", lambda: self.primary.ask(streaming.format(states="('sync', 'quorum')")))

    def hold_back_sending(self) -> None:
        """From now on nothing that is written reaches the standby: the sending process stands still."""
        ((pid,),) = self.primary.ask("SELECT pid FROM pg_stat_replication")
        os.kill(pid, signal.SIGSTOP)

    def hold_back_applying(self) -> None:
        """From now on the standby has on its disk what is written, and does not show it yet."""
        self.standby.ask("SELECT pg_wal_replay_pause()")

    def waiting(self) -> int:
        """How many commits of the primary wait for the standby now."""
        ((found,),) = self.primary.ask("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
        return int(found)

    def promote(self) -> None:
        """Make the standby the primary. The other one must be dead: nobody else may take a write from now on."""
        self.standby.ask(f"SELECT pg_promote(true, {WAIT_SECONDS:.0f})")
        until("the standby to take writes", lambda: self.standby.ask("SELECT 1 WHERE NOT pg_is_in_recovery()"))
        self.primary, self.standby = self.standby, self.primary

    def rejoin(self, how: str) -> None:
        """Bring the dead one back as the standby of the other. how: "rewind" (pg_rewind) or "copy" (pg_basebackup)."""
        dead, source = self.standby, self.primary
        if how == "rewind":
            # Where the two parted is read from the last checkpoint of whoever leads now.
            source.ask("CHECKPOINT")
            dead.run("pg_rewind", f"--target-pgdata={dead.data}", f"--source-server={source.address}", "--no-sync")
        else:
            shutil.rmtree(dead.data)
            _copy(source, dead)
        _be_a_standby(dead)
        dead.start()
        self.follow()


@contextmanager
def pair(*, synchronous: bool = True, commits: str = "remote_apply") -> Iterator[Pair]:
    """Make both servers and start them; they end with the block, however it ends.

    Args:
        synchronous: whether commits wait for the standby once it follows.
        commits: synchronous_commit of both servers.

    Raises:
        PostgresMissing: the programs are not installed, or there is no account to run them under.
    """
    programs, account = postgres.binaries(), postgres._account()
    folders = [Path(tempfile.mkdtemp(prefix="waymark-pg-", dir=quick_folder())) for _ in NAMES]
    members = [
        Member(name, here, programs, there, commits)
        for name, here, there in zip(NAMES, folders, reversed(folders), strict=True)
    ]
    try:
        for folder in folders:
            if len(str(folder)) > LONGEST_FOLDER:
                raise PostgresMissing("the path of the temporary folder is too long; set TMPDIR to a shorter one")
            if account is not None:
                os.chown(folder, account.pw_uid, account.pw_gid)
        first, second = members
        postgres._initdb(programs, first.data, account)
        with (first.data / "postgresql.conf").open("a") as settings:
            settings.write(IN_THE_FILE)
        first.start()
        for role in (OWNER, SERVING):
            first.ask(f"CREATE ROLE {role} LOGIN")
        _copy(first, second)
        _be_a_standby(second)
        second.start()
        made = Pair(first, second, synchronous)
        made.follow()
        yield made
    finally:
        for member in members:
            member.stop()
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


def _copy(source: Member, to: Member) -> None:
    host = f"--host={source.folder}"
    to.run("pg_basebackup", host, f"--username={SUPERUSER}", f"--pgdata={to.data}", "--checkpoint=fast", "--no-sync")


def _be_a_standby(member: Member) -> None:
    member.forget_settings()
    # An empty file of that name is how PostgreSQL is told to follow.
    mark, like = member.data / "standby.signal", member.data.stat()
    mark.touch()
    if os.geteuid() == 0:
        os.chown(mark, like.st_uid, like.st_gid)


def _children(pid: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # After the name in brackets: state, then whose child it is.
            if int(status.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(status.parent.name))
    return found


def _alive(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
