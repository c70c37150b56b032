"""Parcels: the same letters and receipts in a file, for a post that no network reaches; carried on a stick, both ways.

A letter in a parcel is the letter that would have gone over the line, with the same numbers, seals and signatures. So a
stick that is lost loses nothing (what has no receipt is written into the next one), and one that is read twice, or read
after the line came back, changes nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import update

from app.access.desk import House
from app.exchange import letters, queries, replaying, witnessing
from app.exchange.delivery import envelope_of, take_receipt
from app.exchange.receiving import CARRIED, Post
from app.kit.canonical import canonical_bytes
from app.kit.errors import AppError, Conflict
from app.models.outbox import OutboxRow

__all__ = ["Parcel", "Unpacked", "pack", "unpack"]

FORMAT: Final = "waymark-parcel-1"
LARGEST: Final = 64 << 20
_OUTBOX: Final[Any] = OutboxRow.__table__
# An announcement of an epoch and the answer to one, where there is any: letters in base64, as those in ``letters``.
_AFTER_A_RESTORE: Final = ("epoch", "replay")
_PARTS: Final = ("format", "from", "to", "made", "key", "letters", "receipts", "answers", "heard", "signature")


class ParcelUnfit(Conflict):
    """The file is no parcel for this installation, or was damaged; nothing was taken in."""

    code = "parcel_unfit"
    title = "This parcel was not opened."


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes into a file: how many letters, later receipts, and answers to letters of the other side."""

    content: bytes
    letters: int
    receipts: int
    answers: int


@dataclass(slots=True)
class Unpacked:
    """What became of a parcel. ``answers``: message id -> our receipt, to be carried back.

    ``taken``: letters applied, or known already; ``kept``: receipts for our own messages; ``heard``: the digests of
    those that came without being asked, so that the other side need not send them again; ``refused``: the code of each
    letter or receipt that was not taken in.
    """

    sender: str
    receiver: str
    taken: int = 0
    kept: int = 0
    refused: list[str] = field(default_factory=list)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    # The answers to an announcement of an epoch, to be carried back.
    replay: list[str] = field(default_factory=list)


def pack(house: House, country: str, partner: str, back: Unpacked | None = None) -> Parcel:
    """Everything that waits to go from a country at home here to a partner, in its order.

    back: what became of the parcel that came, to be answered with this one. Raises ParcelUnfit: the one is not at home
    here, or the other no partner, or suspended.
    """
    known = house.partners.of(partner)
    if country not in house.signing.countries or known is None:
        raise ParcelUnfit(f"There is no line from {country} to {partner}: the one lives here, the other is a partner.")
    if known.suspended_at is not None:
        raise ParcelUnfit(f"The exchange with {partner} is suspended.", code="partner_suspended")
    signer, now = house.signing.signer(country), house.clock.now()
    checkpoint = witnessing.ours(house, country)
    carried = {} if checkpoint is None else {"checkpoint": checkpoint}
    answers = back.answers if back is not None else {}
    sent: list[str] = []
    later: list[dict[str, Any]] = []
    with house.db.read() as session:
        desk = house.system_desk(session, country, "exchange")
        for row in session.execute(queries.on_its_way(country, partner)):
            said = json.loads(row.payload)
            if row.effect == "deliver":
                envelope, _, _ = envelope_of(desk, said["message"])
                letter = letters.write(envelope, known.seals_with, signer, now, checkpoint)
                sent.append(base64.b64encode(letter).decode())
            else:
                later.append({"message": said["message"], **said["receipt"], **carried})
    said = {
        "format": FORMAT, "from": country, "to": partner, "made": now.isoformat(), "key": signer.key_id,
        "letters": sent, "receipts": later, "heard": back.heard if back is not None else [],
        "answers": [{"message": message, **receipt} for message, receipt in sorted(answers.items())],
    }  # fmt: skip
    if replaying.awaited(house, country, partner):
        said["epoch"] = [base64.b64encode(replaying.announcement(house, country, partner)).decode()]
    if back is not None and back.replay:
        said["replay"] = back.replay
    whole = {**said, "signature": signer.sign(_digest(said)).hex()}
    content = json.dumps(whole, ensure_ascii=False, indent=1).encode() + b"\n"
    return Parcel(content, len(sent), len(later), len(answers))


def unpack(house: House, content: bytes) -> Unpacked:
    """Take in a parcel: each letter and receipt for itself, in order, as if it had come over the line.

    Raises ParcelUnfit: it is damaged, from nobody known, for another installation, or its sender is suspended.
    """
    said = _read(content)
    sender, receiver, now = said["from"], said["to"], house.clock.now()
    partner = house.partners.of(sender)
    if partner is None or receiver not in house.signing.countries:
        raise ParcelUnfit(f"This parcel goes from {sender} to {receiver}: no line of ours.")
    parts = {name: value for name, value in said.items() if name != "signature"}
    # A parcel may have been on its way while the key was exchanged: the day it was made counts.
    if not house.signing.verifies(sender, _digest(parts), bytes.fromhex(said["signature"]), said["key"], said_at(said)):
        raise ParcelUnfit("The parcel is damaged, cut off, or not the sender's: have it written once more.")
    if partner.suspended_at is not None:
        raise ParcelUnfit(f"The exchange with {sender} is suspended.", code="partner_suspended")
    if abs(now - said_at(said)) > CARRIED:
        raise ParcelUnfit("The parcel is too old: have the other side write what still waits into a new one.")
    done, post = Unpacked(sender, receiver), Post(house)
    _after_a_restore(post, house, said, done)
    for text in said["letters"]:
        try:
            letter = base64.b64decode(text, validate=True)
            message = letters.read(letter).header["id"]
            done.answers[str(message)] = post.letter(letter, carried=True)
            done.taken += 1
        except AppError as refusal:
            done.refused.append(str(refusal.extra.get("reason", refusal.code)))
        except (ValueError, KeyError, letters.Unreadable):
            done.refused.append("letter_unreadable")
    _heard(house, done, set(said["heard"]))
    for each in (*said["receipts"], *said["answers"]):
        receipt = {"content": str(each.get("content", "")), "signature": str(each.get("signature", ""))}
        with house.db.write() as session:
            desk = house.system_desk(session, receiver, "exchange")
            kept = take_receipt(desk, sender, str(each.get("message", "")), receipt)
        if kept:
            witnessing.heard(house, receiver, sender, each.get("checkpoint"), said_at(said))
            done.kept += 1
            done.heard += [digest_of(receipt["content"])] if each in said["receipts"] else []
        else:
            done.refused.append("receipt_unfit")
    return done


def _after_a_restore(post: Post, house: House, said: dict[str, Any], done: Unpacked) -> None:
    """Answer an announcement, and take up an answer to ours, before anything else is read."""
    try:
        for text in said.get("epoch", ()):
            done.replay += _all_of_it(post, base64.b64decode(text, validate=True))
        for text in said.get("replay", ()):
            told = post.told(base64.b64decode(text, validate=True), done.receiver, done.sender, carried=True)
            replaying.take(house, done.receiver, done.sender, told)
    except AppError as refusal:
        done.refused.append(refusal.code)
    except (ValueError, letters.Unreadable):
        done.refused.append("letter_unreadable")


def _all_of_it(post: Post, asked: bytes) -> list[str]:
    """Every page of the answer: whoever carries a stick goes once."""
    return [base64.b64encode(each).decode() for each in post.announced_whole(asked)]


def _heard(house: House, done: Unpacked, digests: set[str]) -> None:
    """Have done what the other side says it has kept: receipts that nobody had asked for."""
    with house.db.write() as session:
        house.system_desk(session, done.receiver, "exchange")
        for row in session.execute(queries.on_its_way(done.receiver, done.sender)):
            said = json.loads(row.payload)
            if row.effect == "deliver_receipt" and digest_of(said["receipt"]["content"]) in digests:
                now = house.clock.now()
                session.execute(update(_OUTBOX).where(_OUTBOX.c.id == row.id).values(done_at=now))


def digest_of(content: str) -> str:
    """The name under which a receipt is said to be kept."""
    return hashlib.sha256(content.encode()).hexdigest()


def said_at(said: dict[str, Any]) -> datetime:
    """When a parcel says it was made."""
    return datetime.fromisoformat(said["made"])


def _digest(said: dict[str, Any]) -> bytes:
    """What the signature covers: every part; so a file that was cut off is found out before it is read."""
    return hashlib.sha256(canonical_bytes(said)).digest()


def _read(content: bytes) -> dict[str, Any]:
    damaged = ParcelUnfit("This is no parcel, or it was damaged: have it written once more.")
    if len(content) > LARGEST:
        raise damaged
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        raise damaged from None
    if not isinstance(said, dict) or set(said) - set(_AFTER_A_RESTORE) != set(_PARTS) or said["format"] != FORMAT:
        raise damaged
    after_a_restore = tuple(name for name in _AFTER_A_RESTORE if name in said)
    lists = ("letters", "receipts", "answers", "heard", *after_a_restore)
    texts = [name for name in _PARTS if name not in lists]
    kinds = (
        *((said[name], list) for name in lists), *((said[name], str) for name in texts),
    )  # fmt: skip
    if not all(isinstance(value, kind) for value, kind in kinds):
        raise damaged
    if not all(isinstance(each, str) for name in ("letters", "heard", *after_a_restore) for each in said[name]):
        raise damaged
    if not all(isinstance(each, dict) for name in ("receipts", "answers") for each in said[name]):
        raise damaged
    try:
        canonical_bytes(said)
        bytes.fromhex(said["signature"])
        if said_at(said).tzinfo is None:
            raise damaged
    except ValueError:
        raise damaged from None
    return said

