"""What an operator asks on the command line: whether the evidence is whole, and a bundle of it for an auditor."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.access import rows
from app.casework import epochs
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.signing import known_publics, own_signer
from app.oversight.bundle import write_bundle
from app.oversight.restored import Lost
from app.oversight.seals import Opened, open_all
from app.oversight.verify import verify_all
from app.oversight.witnessed import check_witnessed, has_witness
from app.settings import Settings

__all__ = ["Proof", "export", "moment", "open_seals", "prove"]


@dataclass(frozen=True, slots=True)
class Proof:
    """What was checked, a sentence for each part, and the first fault of each part that has one."""

    checked: tuple[str, ...]
    faults: tuple[str, ...]


def moment(text: str | None) -> datetime | None:
    """The moment of `--since`: a day such as 2026-11-01, or a moment in ISO 8601; UTC where no zone is named.

    Raises ValueError for anything else.
    """
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"--since: '{text}' is no day such as 2026-11-01, nor a moment on it") from None
    return read if read.tzinfo is not None else read.replace(tzinfo=UTC)


def prove(
    settings: Settings,
    since: datetime | None = None,
    witnesses: Sequence[Path] = (),
    restored: int = epochs.FIRST,
) -> Proof:
    """Check every chain, then chains and looks against the checkpoints, then these against their copies.

    witnesses: files with checkpoints that others kept, such as partners or auditors. restored: the newest epoch that
    whoever checks knows of; what its restore took away is told and is no fault. Changes nothing.
    """
    trusted = known_publics(settings.checkpoint_key_file)
    database = Database(settings.database_url)
    try:
        with database.read() as session:
            rows.enter_everything(session)
            chains = verify_all(session, since)
            seen = check_witnessed(session, trusted, settings.checkpoint_places, since, restored)
            lost = Lost(session, trusted, restored)
            held = [each for file in witnesses for each in _told(file.read_bytes())]
            doubts = [has_witness(session, each, lost) for each in held]
            notes = dict.fromkeys((*seen.notes, *lost.sentences()))
    finally:
        database.dispose()
    checked = [f"{chains.chains} chains, {chains.entries} entries verified"]
    if seen.through is not None:
        up_to = f"{seen.through:%Y-%m-%d %H:%M} UTC"
        checked.append(f"{seen.checkpoints} checkpoints with {seen.lines} heads and looks verified, up to {up_to}")
    elif chains.entries and seen.fault is None:
        checked.append("there is no checkpoint yet, so nothing tells whether a chain was made anew")
    if witnesses:
        checked.append(f"{len(witnesses)} witnesses asked about {len(held)} checkpoints")
    checked += [f"NOTE: {each}" for each in notes]
    found = (None if chains.sound else chains.fault or chains.sentence, seen.fault, *doubts)
    return Proof(tuple(checked), tuple(each for each in found if each))


def _told(content: bytes) -> list[bytes]:
    """The checkpoints of a witness: one, or one a line, as `waymark partner witnessed` writes them."""
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return [line for line in content.split(b"\n") if line.strip()] or [content]
    return [content]


def open_seals(settings: Settings) -> Opened:
    """Open every key and seal of the installation once; KeyMissing if the key-encryption keys are lost."""
    keys = settings.kek.ring()
    database = Database(settings.database_url)
    try:
        with database.read() as session:
            rows.enter_everything(session)
            return open_all(session, keys)
    finally:
        database.dispose()


def export(settings: Settings, place: Path, since: datetime | None = None, *, closed: bool = False) -> tuple[int, int]:
    """Write the bundle for an auditor to a new file that only its owner reads; checkpoints and chains in it.

    Raises ValueError where there is no checkpoint, KeyMissing without the key, FileExistsError for a name in use.
    """
    signer = own_signer(settings.checkpoint_key_file, create=False)
    database = Database(settings.database_url)
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out, database.read() as session:
            rows.enter_everything(session)
            return write_bundle(session, out, signer, Clock().now(), since, closed=closed)
    except BaseException:
        place.unlink()  # half a bundle is none
        raise
    finally:
        database.dispose()
