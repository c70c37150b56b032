"""The Django peer as a neighbour: its environment, its filled database, and its server, all in processes of its own."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy.engine import make_url

from benchmarks.server import Server, started
from benchmarks.small_house import NotUsable

ROOT: Final = Path(__file__).resolve().parents[1]
REQUIREMENTS: Final = ROOT / "benchmarks" / "peer" / "requirements.txt"
INSTALL_SECONDS: Final = 900
NAMES: Final = ("Django", "djangorestframework", "django-fsm-2", "django-simple-history", "gunicorn", "psycopg")
BY_HAND: Final = """\
The Django peer cannot be put beside Waymark: its packages could not be installed ({why}).
Where pip reaches a package index (or a folder of wheels), make them an environment and name it:
  python3 -m venv FOLDER
  FOLDER/bin/python -m pip install -r benchmarks/peer/requirements.txt
  python -m benchmarks.peers --environment FOLDER"""


def environment(folder: Path) -> Path:
    """The Python of an environment in ``folder`` that holds the peer's packages; made if it is not there yet.

    Raises NotUsable for a folder inside the project or Waymark's own environment, and where pip cannot install; the
    text says what to do.
    """
    folder = folder.absolute()
    for ours in (ROOT, Path(sys.prefix)):
        if folder.is_relative_to(ours):
            raise NotUsable(f"{folder} lies in {ours}: the peer's packages do not belong there. Name another folder.")
    python = folder / "bin" / "python"
    if not python.exists():
        # Our own pip installs into it: making another one takes longer than the packages.
        venv.create(folder, with_pip=False, symlinks=True)
    # What is there and fits is used as it is, without asking anybody.
    if _complaint(python, "--no-index") is not None:
        why = _complaint(python)
        if why is not None:
            raise NotUsable(BY_HAND.format(why=why))
    return python


def _complaint(python: Path, *more: str) -> str | None:
    """Have pip see to it that all packages are there; what it says if they are not."""
    command = [
        sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", "--no-input", "install",
        # What is never imported need not be compiled.
        "--quiet", "--no-compile", *more, "--requirement", str(REQUIREMENTS),
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"pip was not done after {INSTALL_SECONDS} seconds"
    said = [line.removeprefix("ERROR: ") for line in done.stderr.splitlines() if line.strip()]
    return None if done.returncode == 0 else (said or ["pip said nothing"])[-1]


class Peer:
    """The peer over one database; ``url``: that of the owner of its tables, as SQLAlchemy writes it."""

    def __init__(self, python: Path, url: str) -> None:
        """Nothing runs yet."""
        address = make_url(url)
        self.python = python
        self.url = address.set(drivername="postgresql").render_as_string(hide_password=False)
        self._settings = {
            "DJANGO_SETTINGS_MODULE": "benchmarks.peer.settings",
            "PEER_SECRET_KEY": secrets.token_hex(32),
            "PEER_DATABASE_HOST": str(address.query["host"]),
            "PEER_DATABASE_NAME": str(address.database),
            "PEER_DATABASE_USER": str(address.username),
            "PYTHONPATH": str(ROOT),
        }

    def versions(self) -> dict[str, str]:
        """What is installed: package -> version."""
        asked = f"import importlib.metadata as m, json; print(json.dumps({{n: m.version(n) for n in {NAMES!r}}}))"
        found: dict[str, str] = json.loads(self._run("-c", asked))
        return found

    def fill(self, world: dict[str, Any]) -> dict[str, Any]:
        """Make the tables and put ``world`` into them; tokens, ids and versions (see benchmarks/peer/fill.py)."""
        found: dict[str, Any] = json.loads(self._run("-m", "benchmarks.peer.fill", said=json.dumps(world)))
        return found

    @contextmanager
    def running(self, log: Path, processes: int, threads: int) -> Iterator[Server]:
        """The peer under gunicorn: 1 thread are its plain workers, more are its threaded ones."""
        kind = "sync" if threads == 1 else "gthread"

        def command(port: int) -> list[str]:
            return [
                str(self.python), "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", str(processes),
                "--worker-class", kind, "--threads", str(threads), "--keep-alive", "60", "--log-level", "warning",
                # On a loaded machine a worker may wait long for its turn: that is slow, not broken.
                "--timeout", "120",
                "django.core.wsgi:get_wsgi_application()",
            ]  # fmt: skip

        with started(command, self._settings, log) as server:
            yield server

    def _run(self, *arguments: str, said: str | None = None) -> str:
        done = subprocess.run(
            [str(self.python), *arguments], cwd=ROOT, env={**os.environ, **self._settings}, input=said,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"the peer's own program failed:\n{done.stderr[-2000:]}")
        return done.stdout
