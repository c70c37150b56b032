"""Takes in what another country's installation sends: known, signed, fresh, opened, and only then believed.

Whatever is wrong is answered with a code, so that the partner's operators can mend it, and changes nothing. What came
under a partner's own signature and was refused stands in the book of looks; what anybody could have sent stands in the
log alone, or strangers could fill the book.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final, TypeVar

from sqlalchemy.exc import IntegrityError

from app.access.desk import Desk, House
from app.access.log import noted
from app.casework.messages import Envelope
from app.casework.mirror import take_in
from app.casework.replays import AWAITED
from app.casework.wire import MessageRefused
from app.exchange import replaying, witnessing
from app.exchange.delivery import take_receipt
from app.exchange.letters import Letter, Unreadable, bound_to, read
from app.kit.errors import AppError, TooMany
from app.kit.hpke import CannotOpen
from app.kit.log import logger
from app.kit.partners import Partner
from app.kit.words import mark

__all__ = ["CARRIED", "LARGEST_RECEIPT", "SKEW", "LetterRefused", "Post"]

# Order is by number and not by clock; but what was sent on another day was not sent now.
SKEW: Final = timedelta(hours=24)
# What was carried in a parcel has been on its way.
CARRIED: Final = timedelta(days=30)
HOUR: Final = timedelta(hours=1)
LARGEST_RECEIPT: Final = 16_384
Settled = TypeVar("Settled")


class LetterRefused(AppError):
    """The letter of another country's installation was not taken in; nothing was changed."""

    status = 400
    code = "letter_unreadable"
    title = "This letter was not taken in."


class Post:
    """The post of one running program: it also counts what each partner sends."""

    def __init__(self, house: House) -> None:
        """house: what the running program holds."""
        self.house = self._house = house
        self._counts = _Counts()

    def letter(self, content: bytes, *, carried: bool = False) -> dict[str, Any]:
        """Take in a letter; the receipt as it travels back. ``carried``: it came in a parcel.

        Raises LetterRefused (400, 403, 404), MessageRefused (409), TooMany (429), each with a code.
        """
        now = self._house.clock.now()
        letter, partner = self._signed(content, now)
        try:
            self._may_send(partner, now, carried=carried)
            envelope = self._opened(letter, now, CARRIED if carried else SKEW)
            self._must_be_whole(letter.receiver, letter.sender)
            receipt = self._settled(letter.receiver, lambda desk: take_in(desk, envelope).receipt)
        except AppError as refusal:
            raise self._refused(letter, refusal) from None
        # The letter holds by its own signatures, whatever its sender's log looks like.
        witnessing.heard(self._house, letter.receiver, letter.sender, letter.checkpoint, letter.sent)
        ours = witnessing.ours(self._house, letter.receiver)
        return receipt if ours is None else {**receipt, "checkpoint": ours}

    def announced(self, content: bytes) -> bytes:
        """Answer a partner that went back to a backup: a letter with what we know of the conversations since."""
        return next(self._answers(content, carried=False))

    def announced_whole(self, content: bytes) -> Iterator[bytes]:
        """The same for an announcement that came in a parcel: all letters of the answer."""
        return self._answers(content, carried=True)

    def _answers(self, content: bytes, *, carried: bool) -> Iterator[bytes]:
        """The letters of an answer, one after the other.

        Nothing of ours changes but the book of looks. Raises as `letter`, and ReplayUnfit (409).
        """
        now = self._house.clock.now()
        letter, partner = self._signed(content, now)
        try:
            self._may_send(partner, now, carried=carried)
            asked = self._opened(letter, now, CARRIED if carried else SKEW)
            if letter.header.get("type") != replaying.ASKS:
                raise LetterRefused(code="no_announcement")
            yield from replaying.answers(self._house, letter.receiver, letter.sender, asked)
        except AppError as refusal:
            raise self._refused(letter, refusal) from None

    def told(self, content: bytes, here: str, partner: str, *, carried: bool = False) -> Envelope:
        """The opened answer of a partner that `announced` has written for ``here``. LetterRefused: it is none."""
        now = self._house.clock.now()
        try:
            letter = read(content, replaying.LARGEST)
        except Unreadable as fault:
            raise LetterRefused(f"{fault}.".capitalize()) from None
        if (letter.sender, letter.receiver) != (partner, here):
            raise _stranger()
        self._sender(letter, now)
        return self._opened(letter, now, CARRIED if carried else SKEW)

    def _must_be_whole(self, here: str, partner: str) -> None:
        """What comes before the partner has told what we forgot would be applied to the wrong state."""
        if replaying.awaited(self._house, here, partner):
            refusal = LetterRefused(
                mark("We went back to a backup and wait for your answer to our announcement."), code=AWAITED
            )
            refusal.status = 503
            raise refusal

    def receipt(self, content: bytes) -> bool:
        """Keep a later receipt for a message of ours; False where it answers none, or is not signed by a partner."""
        said, key = _receipt(content)
        by, to = said["from"], said["to"]
        partner = self._house.partners.of(by)
        if partner is None or to not in self._house.signing.countries:
            raise self._refused(None, _stranger())
        receipt = {"content": said["content"], "signature": said["signature"]}
        signed = _bytes(said["signature"])
        now = self._house.clock.now()
        if not self._house.signing.verifies(by, said["content"].encode(), signed, key, now):
            raise self._refused(None, _stranger())
        if partner.suspended_at is not None:
            raise self._refused(None, _suspended())
        self._must_be_whole(to, by)
        self._settled(to, lambda desk: take_receipt(desk, by, said["message"], receipt))
        witnessing.heard(self._house, to, by, said.get("checkpoint"))
        return True

    def _settled(self, country: str, work: Callable[[Desk], Settled]) -> Settled:
        """What ``work`` gives on the desk of a country, in one transaction.

        A line that doubles may bring the same twice at one moment: who comes second to the unique index finds it known
        the next time, and is answered as one that comes later.
        """
        try:
            with self._house.db.write() as session:
                return work(self._house.system_desk(session, country, "exchange"))
        except IntegrityError:
            with self._house.db.write() as session:
                return work(self._house.system_desk(session, country, "exchange"))

    def _signed(self, content: bytes, now: datetime) -> tuple[Letter, Partner]:
        """A letter as it came, still sealed, and the partner that has signed it. LetterRefused: it is none."""
        try:
            letter = read(content)
        except Unreadable as fault:
            raise self._refused(None, LetterRefused(f"{fault}.".capitalize())) from None
        return letter, self._sender(letter, now)

    def _sender(self, letter: Letter, now: datetime) -> Partner:
        """The partner that has signed this letter, just now and for a country that is at home here."""
        partner = self._house.partners.of(letter.sender)
        # Whoever is no partner learns nothing, not even who lives here.
        if partner is None or letter.receiver not in self._house.signing.countries:
            raise self._refused(None, _stranger())
        if not self._house.signing.verifies(letter.sender, letter.signed_bytes, letter.signature, letter.key, now):
            raise self._refused(None, _stranger())
        return partner

    def _may_send(self, partner: Partner, now: datetime, *, carried: bool) -> None:
        if partner.suspended_at is not None:
            raise _suspended()
        if not carried and not self._counts.admits(partner.country, partner.per_hour, now):
            raise TooMany(mark("This partner sends more in an hour than was agreed."), code="quota_reached")

    def _opened(self, letter: Letter, now: datetime, skew: timedelta) -> Envelope:
        if abs(now - letter.sent) > skew:
            raise LetterRefused(mark("The clocks of the two installations differ too much."), code="clock_wrong")
        try:
            opened = self._house.exchange.open(
                letter.receiver, letter.sealed_for, letter.sealed, bound_to(letter.header)
            )
            return letter.body(opened)
        except CannotOpen:
            raise LetterRefused(
                mark("The letter is not sealed with a key of ours, or was changed."), code="not_sealed_for_us"
            ) from None
        except Unreadable:
            raise LetterRefused(mark("What the letter holds cannot be read.")) from None

    def _refused(self, letter: Letter | None, refusal: AppError) -> AppError:
        """Note the refusal: in the log, and in the book of looks if a partner has signed for it."""
        sender = letter.sender if letter is not None else ""
        logger().warning("letter_refused", code=_code(refusal), country=sender)
        if letter is not None:
            with self._house.db.write() as session:
                desk = self._house.system_desk(session, letter.receiver, "exchange")
                actor = replace(desk.actor, id=f"partner:{sender}")
                noted(session, actor, desk.now, "letter_refused", "country", sender, {"code": _code(refusal)})
        return refusal


class _Counts:
    """How many letters each partner has sent in the last hour, as this process has seen it."""

    def __init__(self) -> None:
        self._seen: dict[str, deque[datetime]] = {}
        self._lock = Lock()

    def admits(self, country: str, most: int, now: datetime) -> bool:
        with self._lock:
            seen = self._seen.setdefault(country, deque())
            while seen and now - seen[0] >= HOUR:
                seen.popleft()
            if len(seen) >= most:
                return False
            seen.append(now)
            return True


def _code(refusal: AppError) -> str:
    return str(refusal.extra.get("reason", refusal.code)) if isinstance(refusal, MessageRefused) else refusal.code


def _stranger() -> LetterRefused:
    refusal = LetterRefused(mark("This does not come from a partner of ours."), code="no_partner")
    refusal.status = 403
    return refusal


def _suspended() -> LetterRefused:
    refusal = LetterRefused(
        mark("The exchange with this partner is suspended. Ring the other side's operators."), code="partner_suspended"
    )
    refusal.status = 403
    return refusal


def _receipt(content: bytes) -> tuple[dict[str, Any], str]:
    """The parts of a receipt as it travels, and the id of its key; LetterRefused for anything else."""
    parts = ("from", "to", "message", "content", "signature")
    try:
        said = json.loads(content) if len(content) <= LARGEST_RECEIPT else None
        inner = json.loads(said["content"]) if isinstance(said, dict) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        said = inner = None
    if not isinstance(said, dict) or not isinstance(inner, dict) or said.keys() - {"checkpoint"} != set(parts):
        raise LetterRefused(mark("This is no receipt that can be read."))
    if not all(isinstance(said[name], str) for name in parts) or not isinstance(inner.get("key"), str):
        raise LetterRefused(mark("This is no receipt that can be read."))
    return said, inner["key"]


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
