"""What a restore took away: checkpoints that are elsewhere and not here, because an older backup was brought back.

A restore that nobody made looks the same to a database. So what it explains is a fault until whoever checks says that
they know of that restore (docs/decisions/0037).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.casework import epochs
from app.kit.signing import verify

__all__ = ["Lost"]

# The moments of a backup and of a checkpoint are taken a little before each is committed.
_SLACK: Final = timedelta(minutes=1)


@dataclass(slots=True)
class Lost:
    """Checkpoints that are not here, by the epoch whose restore explains it; ``known``: the newest epoch that the one
    who checks knows of."""

    session: Session
    trusted: Mapping[bytes, datetime | None]
    known: int
    numbers: dict[int, list[int]] = field(default_factory=dict)
    # Read once: every lost checkpoint asks for them.
    _begun: Sequence[Row[Any]] = field(init=False)

    def __post_init__(self) -> None:
        self._begun = epochs.kept(self.session)

    def explained(self, number: int, held: bytes) -> str | None:
        """What is wrong with a checkpoint that is elsewhere and not here; None where a known restore explains it.

        held: the checkpoint, whole or compact, signed with a key we trust, or nothing explains it.
        """
        epoch = self._epoch(held)
        if epoch is None:
            return "newer ones were taken away"
        if epoch.number > self.known:
            return f"{_told(epoch)}. Whoever knows of that restore says so with --restored {epoch.number}"
        self.numbers.setdefault(epoch.number, []).append(number)
        return None

    def sentences(self) -> Iterator[str]:
        """What known restores took away, a sentence for each."""
        for epoch in self._begun:
            gone = sorted(set(self.numbers.get(epoch.number, ())))
            if gone:
                which = f"checkpoint {gone[0]} is" if len(gone) == 1 else f"checkpoints {gone[0]} to {gone[-1]} are"
                yield f"{which} not here: {_told(epoch)}"

    def _epoch(self, held: bytes) -> Row[Any] | None:
        try:
            kept = json.loads(held)
            body, signature = kept["body"].encode(), bytes.fromhex(kept["signature"])
            said = json.loads(body)
            key, made_at = bytes.fromhex(said["key"]), datetime.fromisoformat(said["made_at"])
            before = str(said.get("epoch", ""))
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        if key not in self.trusted or not verify(key, body, signature):
            return None
        until = self.trusted[key]
        if until is not None and made_at >= until:
            return None
        ended = {each.id: each.number for each in self._begun}.get(before, epochs.FIRST)
        for epoch in self._begun:
            if epoch.number > ended and epoch.backup_at - _SLACK <= made_at <= epoch.began_at:
                return epoch
        return None


def _told(epoch: Row[Any]) -> str:
    began, backup = (f"{each:%Y-%m-%d %H:%M} UTC" for each in (epoch.began_at, epoch.backup_at))
    return f"epoch {epoch.number} began at {began} with the backup of {backup}, and what came after it is lost"
