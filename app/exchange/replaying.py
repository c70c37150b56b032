"""After a restored backup: announce the new epoch to a partner, and take back what it knows and we forgot.

The partner answers with nothing but the conversation between the two: its own messages that had arrived here, ours that
had arrived there, and the receipts for both. It changes nothing of its own by answering. What comes back is believed by
the signatures in it, each side's by its own, and only in its order (docs/decisions/0051).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import insert, or_, select

from app.access.desk import Desk, House
from app.access.log import looked
from app.access.notices import tell
from app.casework import giving_back, messages, mirror, onlookers, receipts, records, replays
from app.casework.giving_back import Forgotten
from app.casework.messages import Envelope
from app.casework.wire import MessageRefused
from app.exchange import letters
from app.kit.canonical import NotCanonical
from app.kit.errors import AppError, Conflict, Erased
from app.kit.log import logger

__all__ = [
    "ASKS", "LARGEST", "Answers", "ReplayUnfit", "announcement", "answers", "awaited", "catch_up", "forgo", "take",
]  # fmt: skip

ASKS: Final = "epoch"
TELLS: Final = "replay"
LARGEST: Final = 8 << 20
# As much as one answer holds, unless one conversation alone is more.
PAGE: Final = 2 << 20
# Backups live 35 days; nobody goes back further.
OLDEST: Final = timedelta(days=45)
# Clocks differ, and what was under way when the backup was made may be dated before it.
SLACK: Final = timedelta(days=1)
_MESSAGE: Final[Any] = messages.TABLE
_RECEIPT: Final[Any] = receipts.TABLE


class ReplayUnfit(Conflict):
    """What was asked or told about an epoch cannot be used; nothing was changed."""

    code = "replay_unfit"
    title = "This was not taken up."


class Answers(Protocol):
    """The part of a transport that asking needs."""

    def announce(self, to: str, content: bytes) -> bytes:
        """Bring an announcement to a partner; its answer, a letter."""


@dataclass(slots=True)
class _Counts:
    theirs: int = 0
    ours: int = 0
    lost: int = 0


def awaited(house: House, here: str, partner: str) -> bool:
    """Whether ``here`` waits for what this partner knows."""
    with house.db.read() as session:
        return replays.awaited(house.system_desk(session, here, "exchange"), partner) is not None


def announcement(house: House, here: str, partner: str, after: str = "") -> bytes:
    """The letter by which ``here`` says that it began a new epoch, and asks for what is known of it.

    after: the last conversation that was told. ReplayUnfit: nothing is awaited, or the partner is none.
    """
    known = house.partners.of(partner)
    with house.db.read() as session:
        epoch = replays.awaited(house.system_desk(session, here, "exchange"), partner)
    if epoch is None or known is None:
        raise ReplayUnfit()
    header = {"from": here, "to": partner, "type": ASKS}
    said = {
        "epoch": epoch.id, "number": epoch.number, "backup_at": epoch.backup_at.isoformat(), "after": after,
    }  # fmt: skip
    signer = house.signing.signer(here)
    return letters.write(Envelope(header, said, b""), known.seals_with, signer, house.clock.now())


def answers(house: House, here: str, partner: str, asked: Envelope) -> Iterator[bytes]:
    """What ``here`` knows of its conversations with a partner since the backup that the partner went back to.

    A letter for each page, from the one on that was asked for.

    asked: the announcement, opened and proven. Raises ReplayUnfit for one that says something else.
    """
    known = house.partners.of(partner)
    epoch, since, after = _asked(asked, house.clock.now())
    assert known is not None
    header = {"from": here, "to": partner, "type": TELLS, "epoch": epoch}
    while True:
        with house.db.write() as session:
            desk = house.system_desk(session, here, "exchange")
            told, following = _told(desk, partner, since, after)
            looked(desk, "partner_epoch_announced", "country", partner, {"count": len(told)})
        body = Envelope(header, {"conversations": told, "next": following}, b"")
        yield letters.write(body, known.seals_with, house.signing.signer(here), house.clock.now())
        if following == "":
            return
        after = following


def take(house: House, here: str, partner: str, told: Envelope) -> str:
    """Take up one answer of a partner, already opened and proven; after which conversation it goes on, or "".

    Each conversation in a transaction of its own; what was taken up before is passed over. With the last answer nothing
    is awaited any more. ReplayUnfit: this is no answer to what was asked.
    """
    with house.db.read() as session:
        epoch = replays.awaited(house.system_desk(session, here, "exchange"), partner)
    following, said = told.body.get("next"), told.body.get("conversations")
    if epoch is None or told.header.get("type") != TELLS or told.header.get("epoch") != epoch.id:
        raise ReplayUnfit()
    if not isinstance(following, str) or not isinstance(said, list):
        raise ReplayUnfit(code="replay_unreadable")
    counts = _Counts()
    for each in said:
        _take_up(house, here, partner, each, counts)
    with house.db.write() as session:
        desk = house.system_desk(session, here, "exchange")
        detail = {"theirs": counts.theirs, "ours": counts.ours, "lost": counts.lost}
        if following == "":
            row = {"country": here, "partner": partner, "epoch": epoch.id, "done_at": desk.now, **detail}
            session.execute(insert(replays.TABLE), row)
            tell(desk, onlookers.countrywide(desk, "exchange:operate"), "replay_done", "country", partner, detail)
        if counts.lost:
            tell(desk, onlookers.countrywide(desk, "exchange:operate"), "replay_lost", "country", partner, detail)
        looked(desk, "replay_taken", "country", partner, detail)
    return following


def catch_up(house: House, transport: Answers, partner: str, read: Callable[[bytes, str, str], Envelope]) -> bool:
    """Ask a partner, for each country at home here that waits, until it has told everything; whether anything was.

    read: opens an answer (`Post.told`). Raises PartnerAway or PartnerRefused of the transport; what came is kept.
    """
    asked = False
    for here in house.signing.countries:
        after = ""
        while awaited(house, here, partner):
            told = read(transport.announce(partner, announcement(house, here, partner, after)), here, partner)
            following = take(house, here, partner, told)
            if following and following <= after:
                raise ReplayUnfit(code="replay_in_a_circle")
            after, asked = following, True
    return asked


def forgo(house: House, here: str, partner: str) -> bool:
    """Wait no longer for a partner that cannot tell what we forgot; whether anything was waited for.

    What it would have told is then known to nobody here, and it refuses numbers that were used before.
    """
    with house.db.write() as session:
        desk = house.system_desk(session, here, "exchange")
        epoch = replays.awaited(desk, partner)
        if epoch is None:
            return False
        row = {"country": here, "partner": partner, "epoch": epoch.id, "done_at": desk.now}
        session.execute(insert(replays.TABLE), {**row, "theirs": 0, "ours": 0, "lost": 0})
        looked(desk, "replay_forgone", "country", partner)
    return True


def _asked(asked: Envelope, now: datetime) -> tuple[str, datetime, str]:
    said = asked.body
    try:
        epoch, after, since = str(said["epoch"]), str(said["after"]), datetime.fromisoformat(said["backup_at"])
        if since.tzinfo is None or len(epoch) > 36 or len(after) > 36 or "\0" in after:
            raise ValueError
    except (KeyError, ValueError, TypeError):
        raise ReplayUnfit(code="epoch_unreadable") from None
    if not now - OLDEST <= since <= now + SLACK:
        raise ReplayUnfit(code="epoch_too_old")
    return epoch, since - SLACK, after


def _told(desk: Desk, partner: str, since: datetime, after: str) -> tuple[list[dict[str, Any]], str]:
    lately = select(_RECEIPT.c.id).where(
        _RECEIPT.c.country == desk.actor.country, _RECEIPT.c.message_id == _MESSAGE.c.message_id, _RECEIPT.c.at >= since
    )
    touched = (
        select(_MESSAGE.c.shared_id)
        .distinct()
        .where(
            _MESSAGE.c.country == desk.actor.country, _MESSAGE.c.other_country == partner,
            _MESSAGE.c.shared_id > after, or_(_MESSAGE.c.created_at >= since, lately.exists()),
        )
        .order_by(_MESSAGE.c.shared_id)
    )  # fmt: skip
    found: list[dict[str, Any]] = []
    size = 0
    for shared_id in desk.session.execute(touched).scalars().all():
        if size > PAGE:
            return found, found[-1]["referral"]
        found.append(_conversation(desk, partner, shared_id))
        size += len(json.dumps(found[-1]))
    return found, ""


def _conversation(desk: Desk, partner: str, shared_id: str) -> dict[str, Any]:
    """All of one conversation that both sides had: a message of ours without a receipt is still on its way."""
    mine = (_MESSAGE.c.country == desk.actor.country, _MESSAGE.c.other_country == partner)
    rows = desk.session.execute(
        select(_MESSAGE).where(*mine, _MESSAGE.c.shared_id == shared_id).order_by(_MESSAGE.c.created_at, _MESSAGE.c.seq)
    ).all()
    ids = [row.message_id for row in rows]
    given = desk.session.execute(
        select(_RECEIPT).where(_RECEIPT.c.country == desk.actor.country, _RECEIPT.c.message_id.in_(ids))
    ).all()
    arrived = {row.message_id for row in given if row.level == "stored"}
    return {
        "referral": shared_id,
        "messages": [
            {"header": json.loads(row.header), "body": _body(desk, row), "signature": row.signature.hex()}
            for row in rows
            if row.direction == "in" or row.message_id in arrived
        ],
        "receipts": [{"content": row.content.decode(), "signature": row.signature.hex()} for row in given],
    }


def _body(desk: Desk, row: Any) -> dict[str, Any] | None:
    """What a message said; None where the person was erased meanwhile."""
    try:
        return messages.body_of(desk, row, records.key_of(desk, row.key_id)) if row.sealed_body else None
    except Erased:
        return None


def _take_up(house: House, here: str, partner: str, said: Any, counts: _Counts) -> None:
    """One conversation, whole or not at all."""
    found = _Counts()
    try:
        with house.db.write() as session:
            desk = house.system_desk(session, here, "exchange")
            _Conversation(desk, partner, said, found).take_up()
    except (Forgotten, AppError, ValueError, KeyError, TypeError, AttributeError, NotCanonical) as fault:
        logger().warning("replay_lost", kind=type(fault).__name__, country=partner)
        counts.lost += 1
        return
    counts.theirs += found.theirs
    counts.ours += found.ours


class _Conversation:
    """One conversation as the partner told it, on the desk of the country that forgot its end."""

    def __init__(self, desk: Desk, partner: str, said: Mapping[str, Any], counts: _Counts) -> None:
        self._desk, self._partner, self._counts = desk, partner, counts
        self._shared = str(said["referral"])
        self._told = [
            Envelope(dict(each["header"]), dict(each["body"]), bytes.fromhex(each["signature"]))
            for each in said["messages"]
        ]
        self._receipts = [(each["content"].encode(), bytes.fromhex(each["signature"])) for each in said["receipts"]]
        self._own = self._own_receipts()

    def take_up(self) -> None:
        """Bring back what is missing, in the order in which it had happened here, then the receipts."""
        here = self._desk.actor.country
        if any(each.header["referral"] != self._shared for each in self._told):
            raise MessageRefused("The message is addressed to another country.", "address")
        missing = [each for each in self._told if not self._is_known(str(each.header["id"]))]
        missing.sort(key=lambda one: int(one.header["seq"]))
        ours = [each for each in missing if each.header["from"] == here]
        theirs = [each for each in missing if each.header["from"] != here]
        for each in ours:
            # We had heard so far when we wrote this, and no further.
            heard = [messages.digest_of_signed(one) for one in theirs]
            upto = heard.index(each.header["answers"]) + 1 if each.header["answers"] in heard else 0
            for one in theirs[:upto]:
                self._hear(one)
            theirs = theirs[upto:]
            giving_back.give_back(self._desk, each, self._partner)
            self._counts.ours += 1
        for one in theirs:
            self._hear(one)
        self._keep_receipts()

    def _hear(self, envelope: Envelope) -> None:
        mirror.take_in(self._desk, envelope, self._own.get((str(envelope.header["id"]), "stored")))
        self._counts.theirs += 1

    def _own_receipts(self) -> dict[tuple[str, str], tuple[bytes, bytes]]:
        """Message id and level -> the receipts that bear our own signature: we had given them."""
        found: dict[tuple[str, str], tuple[bytes, bytes]] = {}
        here, signing = self._desk.actor.country, self._desk.signing
        for content, signature in self._receipts:
            said = json.loads(content)
            at = datetime.fromisoformat(said["at"])
            if said["by"] == here and signing.verifies(here, content, signature, said["key"], at):
                found[str(said["message"]), str(said["level"])] = (content, signature)
        return found

    def _keep_receipts(self) -> None:
        known = {
            row.message_id: row
            for row in self._desk.session.execute(
                select(_MESSAGE.c.message_id, _MESSAGE.c.direction, _MESSAGE.c.digest).where(
                    _MESSAGE.c.country == self._desk.actor.country, _MESSAGE.c.shared_id == self._shared
                )
            )
        }
        for (message_id, level), (content, signature) in self._own.items():
            row = known.get(message_id)
            if row is not None and row.direction == "in" and json.loads(content)["digest"] == row.digest.hex():
                receipts.keep(self._desk, message_id, level, content, signature)
        for content, signature in self._receipts:
            row = known.get(str(json.loads(content)["message"]))
            if row is not None and row.direction == "out":
                travelled = receipts.travelling(content, signature)
                receipts.accept(self._desk, travelled, self._partner, row.message_id, row.digest.hex())

    def _is_known(self, message_id: str) -> bool:
        query = select(_MESSAGE.c.id).where(
            _MESSAGE.c.country == self._desk.actor.country, _MESSAGE.c.message_id == message_id
        )
        return self._desk.session.execute(query).first() is not None
