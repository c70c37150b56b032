"""A real PostgreSQL server for the tests: in a temporary folder, reached by a socket, gone afterwards.

Three roles as in real use: one that may do everything (only this file is it), the owner of the tables, and the role
that serves, which every test gets unless it asks for another.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

from tests.quick_folder import quick_folder

ACCOUNTS = ("postgres", "waymark-tests", "nobody")
SUPERUSER, OWNER, SERVING = "waymark_tests", "waymark_owner", "waymark_app"
START_SECONDS = 60
# The longest path a socket may have is 107 bytes; PostgreSQL adds its own file name.
LONGEST_FOLDER = 80
PR_SET_PDEATHSIG = 1

HOW_TO_INSTALL = (
    "The tests need PostgreSQL's server programs (initdb, postgres), and they were not found. On Debian "
    "`sh script/test`, run as root, installs them. By hand: apt-get install postgresql (Debian, Ubuntu), "
    "dnf install postgresql-server (Fedora), brew install postgresql (macOS). They are looked for in "
    "/usr/lib/postgresql/VERSION/bin and in PATH."
)


class PostgresMissing(Exception):
    """The tests need PostgreSQL and it cannot be run; the text says what to install."""


def binaries() -> Path:
    """Return the folder of initdb and postgres, the newest version first.

    Raises:
        PostgresMissing: there is none.
    """

    def version(folder: Path) -> tuple[int, ...]:
        return tuple(int(part) for part in folder.parent.name.split(".") if part.isdigit())

    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=version, reverse=True)
    on_path = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    for folder in [*packaged, *on_path]:
        if all(os.access(folder / program, os.X_OK) for program in ("initdb", "postgres")):
            return folder
    raise PostgresMissing(HOW_TO_INSTALL)


@dataclass
class Cluster:
    """One running server. A database is a clone of a template, made in a few hundredths of a second."""

    folder: Path
    bin: Path
    pid: int
    version: int
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _templates: dict[str, str] = field(default_factory=dict)

    def url(self, name: str, role: str = SERVING) -> str:
        """Return the SQLAlchemy URL of a database of this server, for one of the three roles."""
        return f"postgresql+psycopg://{role}@/{name}?host={self.folder}"

    def command(self, sql: str, database: str = "postgres") -> None:
        """Run one statement outside any transaction, as the role that may do everything."""
        with psycopg.connect(
            f"host={self.folder} user={SUPERUSER} dbname={database}", autocommit=True
        ) as connection:
            connection.execute(sql.encode())

    def make_roles(self) -> None:
        """Make the two roles of real use, with nothing but a login."""
        for role in (OWNER, SERVING):
            self.command(f"CREATE ROLE {role} LOGIN")

    def template(self, name: str, fill: Callable[[str], None]) -> str:
        """Return the name of a template database; made once, filled by `fill(url)` as the owner of its tables."""
        if name not in self._templates:
            self.command(f'CREATE DATABASE "{name}" OWNER {OWNER}')
            fill(self.url(name, OWNER))
            self._templates[name] = name
        return name

    def clone(self, template: str) -> str:
        """Make a database like ``template`` and return its name."""
        name = f"waymark_{next(self._numbers)}"
        # In memory copying files is the faster way; on a disk it is the slower one since version 15 knows another.
        in_memory = self.folder.parent == Path(quick_folder() or "")
        strategy = "STRATEGY = FILE_COPY" if in_memory and self.version >= 150_000 else ""
        self.command(f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE "{template}" {strategy}')
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        self.command(f'DROP DATABASE "{name}" WITH (FORCE)')

    @contextmanager
    def database(self, template: str = "template1", role: str = OWNER) -> Iterator[str]:
        """Clone a template, hand out the URL of the clone for ``role``, and drop it afterwards."""
        name = self.clone(template)
        try:
            yield self.url(name, role)
        finally:
            self.drop(name)


@contextmanager
def running_cluster(*, fsync: bool = False, tended: bool = False) -> Iterator[Cluster]:
    """Make a server, start it, and stop it by its own process id however the block ends.

    Args:
        fsync: whether commits reach the disk; only crash drills need it.
        tended: whether it is vacuumed and analysed as a real one is; a test is over before that pays.

    Raises:
        PostgresMissing: the programs are not installed, or there is no account to run them under.
    """
    programs = binaries()
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix="waymark-pg-", dir=None if fsync else quick_folder()))
    if len(str(folder)) > LONGEST_FOLDER:
        folder.rmdir()
        raise PostgresMissing(
            "the path of the temporary folder is too long for a socket; set TMPDIR to a shorter one"
        )
    server: subprocess.Popen[bytes] | None = None
    try:
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        data = folder / "data"
        _initdb(programs, data, account)
        log = folder / "server.log"
        server = _start(programs, data, folder, log, account, fsync=fsync, tended=tended)
        version = _wait_until_ready(server, folder, log)
        cluster = Cluster(folder, programs, server.pid, version)
        cluster.make_roles()
        yield cluster
    finally:
        if server is not None:
            _stop(server)
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> pwd.struct_passwd | None:
    """Return the account to run the server under; None means the present one, for it is not root."""
    if os.geteuid() != 0:
        return None
    useradd = shutil.which("useradd")
    if useradd and not any(_known(name) for name in ACCOUNTS[:2]):
        subprocess.run(
            [useradd, "--system", "--no-create-home", "--shell", "/bin/false", ACCOUNTS[1]],
            check=False,
            capture_output=True,
        )
    for name in ACCOUNTS:
        known = _known(name)
        if known is not None:
            return known
    raise PostgresMissing("PostgreSQL refuses to run as root, and there is no account postgres; create one")


def _known(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _run_as(account: pwd.struct_passwd | None) -> dict[str, object]:
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
    if account is None:
        return {"env": environment, "cwd": "/"}
    identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return {"env": environment, "cwd": "/", **identity}


def _initdb(programs: Path, data: Path, account: pwd.struct_passwd | None) -> None:
    made = subprocess.run(
        [
            programs / "initdb", "--pgdata", data, "--no-sync",
            "--auth=trust", f"--username={SUPERUSER}", "--encoding=UTF8", "--locale=C",
        ],
        capture_output=True,
        text=True,
        check=False,
        **_run_as(account),
    )  # fmt: skip
    if made.returncode != 0:
        raise PostgresMissing(f"initdb failed: {made.stderr.strip()}")


def _start(
    programs: Path, data: Path, folder: Path, log: Path, account: pwd.struct_passwd | None, *, fsync: bool,
    tended: bool, more: Mapping[str, str] = {},
) -> subprocess.Popen[bytes]:  # fmt: skip
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "on" if fsync else "off",
        "full_page_writes": "on" if fsync else "off",
        "max_connections": "60",
        "shared_buffers": "64MB",
        "max_wal_size": "256MB",
        "autovacuum": "on" if tended else "off",
        # A drill that is sped up makes in a minute what takes an office a week.
        "autovacuum_naptime": "10s",
        "timezone": "UTC",
        **more,
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with log.open("wb") as output:
        return subprocess.Popen(
            [programs / "postgres", "-D", data, *options],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            **_run_as(account),
        )


def _die_with_parent() -> None:
    """Ask the kernel to end the server when the tests are killed and cannot end it themselves."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def _wait_until_ready(server: subprocess.Popen[bytes], folder: Path, log: Path) -> int:
    """Return the server's version (150018 for 15.18) as soon as it answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            address = f"host={folder} user={SUPERUSER} dbname=postgres connect_timeout=2"
            with psycopg.connect(address) as connection:
                return connection.info.server_version
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise PostgresMissing(f"the PostgreSQL server did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGQUIT)  # at once: nothing in it is worth a checkpoint
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
