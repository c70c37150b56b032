"""Places off the machine that keep signed checkpoints: a folder, or a log host that speaks syslog.

A third is in app/kit/object_store.py.
"""

from __future__ import annotations

import os
import re
import secrets
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

from app.kit.folders import keep_names
from app.kit.signing import KeyFile, Signer

__all__ = [
    "FILE", "LONGEST_NAMES", "Folder", "LogHost", "Place", "PlaceFault", "Witness", "file_name", "has_left",
    "name_fault",
]  # fmt: skip

# Numbers go on after a restored backup, so what was made since has the epoch in its name (docs/decisions/0037).
FILE: Final = re.compile(r"checkpoint-(\d{10})(?:-epoch-([0-9a-z-]+))?\.json")
PORTS: Final = {"tls": 6514, "tcp": 601, "udp": 514}
WAIT_SECONDS: Final = 10.0
# Facility 13, log audit; severity 5, notice.
PRIORITY: Final = 13 * 8 + 5


# The places a checkpoint has left for stand in its row (app/models/checkpoint.py).
LONGEST_NAMES: Final = 400


class PlaceFault(Exception):
    """A place does not take a checkpoint, or holds another one under its number; the text says which.

    ``code``: the same as a word, for the log.
    """

    def __init__(self, text: str, code: str = "place_away") -> None:
        """text: for whoever asks; it holds addresses and names of settings, never a key."""
        super().__init__(text)
        self.code = code


def file_name(number: int, epoch: str) -> str:
    """The name of the file or object that holds a checkpoint; epoch: empty for the first."""
    return f"checkpoint-{number:010}" + (f"-epoch-{epoch}" if epoch else "") + ".json"


def has_left(left_for: str | None, name: str) -> bool:
    """Whether ``name`` is among the places that a checkpoint left for, as they stand in its row."""
    return f", {name}, " in f", {left_for or ''}, "


def name_fault(places: Sequence[Place]) -> str | None:
    """What is wrong with the names of these places together: they must fit into the row of a checkpoint."""
    names = [place.name for place in places]
    if len(", ".join(names)) > LONGEST_NAMES:
        return f"the places for checkpoints have names of more than {LONGEST_NAMES} letters in all"
    return None


class Place(Protocol):
    """Where checkpoints are written to. Writing the same one again changes nothing."""

    @property
    def name(self) -> str:
        """What to call the place, for the page of the installation."""

    @property
    def reads_back(self) -> bool:
        """Whether what was written can be read from there."""

    def put(self, number: int, epoch: str, at: datetime, whole: bytes, compact: bytes) -> None:
        """Write checkpoint ``number`` of the moment ``at`` there: the whole, or where only a line fits, ``compact``.

        epoch: the id of the epoch it was made in; empty for the first.

        Raises:
            PlaceFault: it could not be written.
        """

    def held(self) -> Iterator[tuple[int, str, bytes]]:
        """Number, epoch and the whole of each checkpoint that can be read back from there, by their numbers.

        Raises:
            PlaceFault: the place cannot be read.
        """


@dataclass(frozen=True, slots=True)
class Witness:
    """Who signs the checkpoints of an installation, and where they go."""

    key: Signer | KeyFile
    places: tuple[Place, ...] = ()

    @property
    def signer(self) -> Signer:
        """Who signs just now: a key file that was exchanged meanwhile is read again."""
        return self.key.signer if isinstance(self.key, KeyFile) else self.key

    @property
    def names(self) -> str:
        """The places in words; empty when there is none."""
        return ", ".join(place.name for place in self.places)


class Folder:
    """A folder on another disk or machine; each checkpoint is a file of its own that is never written twice."""

    reads_back = True

    def __init__(self, path: Path) -> None:
        """path: the folder, which must be there."""
        self._path = path
        self.name = f"folder {path}"

    def put(self, number: int, epoch: str, at: datetime, whole: bytes, compact: bytes) -> None:
        """Write the file `checkpoint-NNNNNNNNNN.json`, whole or not at all, readable by its owner only."""
        file = self._path / file_name(number, epoch)
        draft = self._path / f".{file.name}.{secrets.token_hex(8)}"
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
            try:
                with os.fdopen(handle, "wb") as out:
                    out.write(whole)
                    out.flush()
                    os.fsync(out.fileno())
                # A link fails where the name is taken: nobody's checkpoint is written over.
                os.link(draft, file)
                keep_names(self._path)
            finally:
                draft.unlink(missing_ok=True)
        except FileExistsError:
            if file.read_bytes() != whole:
                text = f"{file} is another checkpoint {number} than the one of this database"
                raise PlaceFault(text, "another_checkpoint") from None
        except OSError as error:
            raise PlaceFault(f"{self._path} cannot be written to: {error.strerror}") from None

    def held(self) -> Iterator[tuple[int, str, bytes]]:
        """Every checkpoint file of the folder."""
        try:
            for file in sorted(self._path.iterdir()):
                named = FILE.fullmatch(file.name)
                if named:
                    yield int(named[1]), named[2] or "", file.read_bytes()
        except OSError as error:
            raise PlaceFault(f"{self._path} cannot be read: {error.strerror}") from None


class LogHost:
    """A log host that takes syslog (RFC 5424) over TLS (RFC 5425), TCP (RFC 6587, counted) or UDP (RFC 5426)."""

    reads_back = False

    def __init__(self, url: str, context: ssl.SSLContext | None = None) -> None:
        """url: such as tls://log.example:6514. context: for tls, whom to believe; the machine's own if left out.

        Raises:
            ValueError: not such an address.
        """
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.username:
            raise ValueError("a log host is given as tls://host:6514, tcp://host:601 or udp://host:514")
        self._way, self._host = parts.scheme, parts.hostname
        self._port = parts.port or PORTS[parts.scheme]
        self._context = context
        self.name = f"log host {self._way}://{self._host}:{self._port}"

    def put(self, number: int, epoch: str, at: datetime, whole: bytes, compact: bytes) -> None:
        """Send the compact form as one message; it fits into a datagram."""
        head = f"<{PRIORITY}>1 {at.isoformat().replace('+00:00', 'Z')} - waymark - checkpoint - "
        message = head.encode("ascii") + compact
        try:
            if self._way == "udp":
                family, kind, *_, address = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_DGRAM)[0]
                with closing(socket.socket(family, kind)) as line:
                    line.sendto(message, address)
                return
            with closing(socket.create_connection((self._host, self._port), WAIT_SECONDS)) as bare:
                counted = str(len(message)).encode() + b" " + message
                if self._way == "tls":
                    context = self._context or ssl.create_default_context()
                    with context.wrap_socket(bare, server_hostname=self._host) as line:
                        line.sendall(counted)
                else:
                    bare.sendall(counted)
                    bare.shutdown(socket.SHUT_WR)
        except (OSError, ValueError) as error:
            raise PlaceFault(f"{self.name} does not take it: {type(error).__name__}") from None

    def held(self) -> Iterator[tuple[int, str, bytes]]:
        """Nothing: what a log host has, its keeper reads."""
        return iter(())
