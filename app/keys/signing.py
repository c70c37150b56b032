"""The exchange of the keys that sign: a country's messages and receipts, and the checkpoints of this installation.

From the exchange on the new key signs, and running programs take it up by themselves. What comes signed with the one
before is believed until it is retired; what was signed before that is proven for ever (docs/decisions/0047).
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from app.access import rows
from app.access.desk import House
from app.keys.agreed import carry_out, note_retired
from app.keys.service import ROTATE_CHECKPOINT_KEY, ROTATE_SIGNING_KEY
from app.kit.errors import Conflict
from app.kit.keybook import Known, read_book
from app.kit.keyfile import KeyMissing
from app.kit.signing import CHECKPOINTS, end_earlier, exchange
from app.models.outbox import OutboxRow

__all__ = [
    "OVERLAP", "retire_checkpoint_keys", "retire_signing_keys", "rotate_checkpoint_key", "rotate_signing_key",
]  # fmt: skip

# How long the key before counts at least: partners and other machines look at the keys once a day.
OVERLAP: Final = timedelta(days=1)
# A message that was begun before the exchange is written with the key before.
_BEGUN: Final = timedelta(minutes=1)
_TRAVELS: Final = ("deliver", "deliver_receipt")
_OUTBOX: Final[Any] = OutboxRow.__table__


def rotate_signing_key(house: House, country: str, approval_id: str) -> str:
    """Make a new signing key of ``country``, signed by the one before, as two persons there agreed; its id.

    Killed before the end, the same call again finishes it. Raises Conflict as `carry_out`, KeyMissing naming the file.
    """
    file = _file_of(house, country)
    return carry_out(
        house, lambda: exchange(file, country, house.clock.now()).key_id, approval_id, ROTATE_SIGNING_KEY, country
    )


def rotate_checkpoint_key(house: House, file: Path, approval_id: str) -> str:
    """The same for the key that signs checkpoints, in ``file``; its id. Auditors are told the new public half."""
    return carry_out(
        house, lambda: exchange(file, CHECKPOINTS, house.clock.now()).key_id, approval_id, ROTATE_CHECKPOINT_KEY
    )


def retire_signing_keys(house: House, country: str, *, at_once: bool = False) -> tuple[str, ...]:
    """Believe nothing more that comes signed with an older key of ``country``; the ids of the keys that ended.

    ``at_once``: do not wait for the overlap, since the key was stolen. Raises Conflict if it is too early, or something
    that was signed with the older key is still on its way: it would be refused over there.
    """
    file = _file_of(house, country)
    newest = _exchanged(file, country)
    if newest is None:
        return ()
    _must_be_over(house, newest, at_once)
    waiting = _on_their_way(house, country, newest)
    if waiting:
        raise Conflict(
            f"{waiting} messages or receipts of {country} were signed with the older key and have not arrived: they"
            " would be refused. See `Exchange`, and let the worker deliver them first.",
            code="key_in_use",
        )
    gone = end_earlier(file, country, house.clock.now())
    if gone:
        note_retired(house, country, "signing", gone, at_once=at_once)
    return gone


def retire_checkpoint_keys(house: House, file: Path, *, at_once: bool = False) -> tuple[str, ...]:
    """Believe no checkpoint that says it was made from now on, and is signed with an older key; the ids that ended.

    Raises Conflict if it is too early.
    """
    newest = _exchanged(file, CHECKPOINTS)
    if newest is None:
        return ()
    _must_be_over(house, newest, at_once)
    gone = end_earlier(file, CHECKPOINTS, house.clock.now())
    if gone:
        note_retired(house, "", CHECKPOINTS, gone, at_once=at_once)
    return gone


def _file_of(house: House, country: str) -> Path:
    if country not in house.signing.countries:
        held = ", ".join(house.signing.countries)
        raise KeyMissing(f"this installation holds no signing key of {country} (it holds those of {held})")
    return house.signing.file_of(country)


def _exchanged(file: Path, holder: str) -> Known | None:
    """The newest key of a book in which an older one still counts; None if there is nothing to retire."""
    known = read_book(file, holder)
    return known[-1] if any(each.until is None for each in known[:-1]) else None


def _must_be_over(house: House, newest: Known, at_once: bool) -> None:
    age = OVERLAP if newest.since is None else house.clock.now() - newest.since
    if age < OVERLAP and not at_once:
        hours = int((OVERLAP - age).total_seconds() // 3600) + 1
        raise Conflict(
            f"The new key is too young: not everybody may know it yet. Wait {hours} hours, or say --at-once if the"
            " older one was stolen.",
            code="too_early",
        )


def _on_their_way(house: House, country: str, newest: Known) -> int:
    """How many messages and receipts from before the exchange the other side has not confirmed."""
    query = select(func.count()).select_from(_OUTBOX).where(
        _OUTBOX.c.country == country, _OUTBOX.c.effect.in_(_TRAVELS), _OUTBOX.c.done_at.is_(None)
    )
    if newest.since is not None:
        query = query.where(_OUTBOX.c.created_at < newest.since + _BEGUN)
    with house.db.read() as session:
        rows.enter_everything(session)
        return int(session.execute(query).scalar_one())
