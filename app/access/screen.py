"""The screen of somebody signed in: hiding it, locking it, unlocking it with their number, keeping what it held.

A screen locks when it is hidden or left alone, and then opens nothing but the page that unlocks it. People without a
number sign in again. Each of these is in the book of looks.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from app.access import drafts, rows
from app.access.desk import Desk, House
from app.access.first_factor import ACCOUNT, actor_of
from app.access.log import looked, noted
from app.access.page_sessions import digest
from app.access.sessions import end_session
from app.kit.errors import Invalid, Unauthorised
from app.models.session import LoginSession
from app.models.user import User
from policies.model import Screen

__all__ = ["checked_pin", "end", "hide", "is_locked", "left", "set_pin", "unlock"]

_TABLE: Final[Any] = LoginSession.__table__
# What was typed is kept for these: sign-ins that time or the person ended, not ones that something was wrong with.
_KEPT_FOR: Final = ("idle", "hidden", "pin_wrong", "signed_in_again")
_LONGEST_PIN: Final = 12
_ROW: Final[Any] = ACCOUNT.add_columns(
    User.pin_hash, LoginSession.id.label("sid"), LoginSession.ended_at, LoginSession.ended_why,
    LoginSession.expires_at, LoginSession.locked_at, LoginSession.seen_at, LoginSession.own_device,
).join(
    LoginSession,
    and_(LoginSession.user_id == User.id, LoginSession.token_version == User.token_version, User.active.is_(True)),
)  # fmt: skip


def hide(desk: Desk) -> bool:
    """Lock the screen of the desk's session, or end it where the person has no number; whether it ended."""
    has_pin = select(User.pin_hash.is_not(None)).where(User.id == desk.actor.id)
    locks = bool(desk.session.execute(has_pin).scalar_one())
    _close(desk.session, desk.session_id, desk.now, locks, "hidden")
    looked(desk, "screen_hidden", "session", desk.session_id, {"ended": not locks})
    return not locks


def left(house: House, value: str | None, place: str | None, typed: Iterable[tuple[str, str]] = ()) -> None:
    """Note that the cookie ``value`` opened nothing, because its screen was left alone or its sign-in is over.

    What ``typed`` holds, of a form that one of our own pages posted with that cookie, becomes a draft of its account
    for ``place``: whoever signs in to that account next finds it there. Nothing is kept for a cookie nobody knows.
    """
    if value is None:
        return
    now, pairs = house.clock.now(), list(typed)
    with house.db.read() as session:
        row = _row(session, value)
    if row is None:
        return
    screen = house.policies.safeguards.screen
    goes = row.ended_at is None and row.locked_at is None and row.expires_at > now and _idle(row, now, screen)
    limits = house.policies.safeguards.drafts
    stays = bool(pairs and place) and (row.ended_at is None or row.ended_why in _KEPT_FOR)
    stays = stays and now - row.expires_at < limits.kept_for
    if not (goes or stays):
        return
    actor = actor_of(row)
    with house.db.write() as session:
        rows.enter_own(session, actor, now)
        if goes:
            locks = row.pin_hash is not None
            _close(session, row.sid, now, locks, "idle")
            noted(session, actor, now, "screen_locked" if locks else "left_alone", "session", row.sid)
        if stays and place:
            drafts.put(session, house.keys, limits, actor, place, pairs, now)


def is_locked(house: House, value: str | None) -> bool | None:
    """Whether the screen of the cookie ``value`` is locked; None if it is over and nothing unlocks it."""
    if value is None:
        return None
    now = house.clock.now()
    with house.db.read() as session:
        row = _row(session, value)
    if row is None or row.ended_at is not None or row.expires_at <= now:
        return None
    locked = row.locked_at is not None or _idle(row, now, house.policies.safeguards.screen)
    return None if locked and row.pin_hash is None else locked


def unlock(house: House, value: str | None, pin: str) -> bool:
    """Open the locked screen of the cookie ``value`` with the person's number; False if it is not this number.

    The attempt is counted before the number is compared, so that many at once cannot outrun the count. The last wrong
    one that the policies allow ends the sign-in. Raises Unauthorised if there is nothing to unlock, or no more.
    """
    tries = house.policies.safeguards.screen.pin_tries
    with house.db.write() as session:
        row = _row(session, value) if value is not None else None
        if row is None or row.pin_hash is None:
            raise Unauthorised()
        alive = and_(_TABLE.c.id == row.sid, _TABLE.c.ended_at.is_(None), _TABLE.c.expires_at > house.clock.now())
        counted = session.execute(
            update(_TABLE)
            .where(alive, _TABLE.c.pin_failures < tries)
            .values(pin_failures=_TABLE.c.pin_failures + 1)
            .returning(_TABLE.c.pin_failures)
        ).scalar_one_or_none()
    if counted is None:
        raise Unauthorised()
    right = house.passwords.matches(row.pin_hash, _digits(pin))
    actor = actor_of(row)
    with house.db.write() as session:
        now = house.clock.now()
        rows.enter_own(session, actor, now)
        if right:
            opened: Any = session.execute(
                update(_TABLE).where(alive).values(pin_failures=0, locked_at=None, seen_at=now)
            )
            right = opened.rowcount == 1
        elif counted >= tries:
            end_session(session, row.sid, now, "pin_wrong")
        noted(session, actor, now, "screen_unlocked" if right else "pin_wrong", "session", row.sid)
    if not right and counted >= tries:
        raise Unauthorised()
    return right


def end(house: House, value: str | None, why: str) -> None:
    """End the session of the cookie ``value``, locked or not, if there is one: signing out needs no unlocking."""
    if value is None:
        return
    with house.db.write() as session:
        row = _row(session, value)
        if row is not None and row.ended_at is None:
            now = house.clock.now()
            rows.enter_own(session, actor_of(row), now)
            end_session(session, row.sid, now, why)
            noted(session, actor_of(row), now, why, "session", row.sid)


def set_pin(desk: Desk, pin_hash: str | None) -> None:
    """Give the actor's account the number whose slow hash this is, or none."""
    desk.session.execute(update(User).where(User.id == desk.actor.id).values(pin_hash=pin_hash))
    looked(desk, "pin_set" if pin_hash else "pin_removed", "account", desk.actor.id)


def checked_pin(pin: str, screen: Screen) -> str:
    """``pin`` in the digits 0 to 9. Invalid unless it is long enough and neither one digit nor a run of them."""
    digits = _digits(pin)
    if not digits.isdecimal() or not screen.pin_digits <= len(digits) <= _LONGEST_PIN:
        raise Invalid(
            f"Choose a number of {screen.pin_digits} to {_LONGEST_PIN} digits.", code="pin_length", title="Not set."
        )
    steps = {(int(after) - int(before)) % 10 for before, after in zip(digits, digits[1:], strict=False)}
    if len(steps) == 1 or len(set(digits)) < 3:
        raise Invalid("This number is easy to guess. Choose another.", code="pin_guessable", title="Not set.")
    return digits


def _close(session: Session, sid: str, now: datetime, locks: bool, why: str) -> None:
    if locks:
        still = (_TABLE.c.id == sid, _TABLE.c.ended_at.is_(None), _TABLE.c.locked_at.is_(None))
        session.execute(update(_TABLE).where(*still).values(locked_at=now))
    else:
        end_session(session, sid, now, why)


def _row(session: Session, value: str) -> Any:
    query = _ROW.where(LoginSession.digest == digest(value), LoginSession.kind == "page")
    return session.execute(query).one_or_none()


def _idle(row: Any, now: datetime, screen: Screen) -> bool:
    return bool(now - row.seen_at >= screen.idle(row.own_device))


def _digits(typed: str) -> str:
    """What was typed without spaces; digits of any script become 0 to 9."""
    kept = "".join(typed[:64].split())
    return "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in kept)
