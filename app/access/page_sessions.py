"""Sessions of the HTML door: a random value in one cookie, its hash in the database, short when idle."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.access import attempts, factors, first_factor, rows
from app.access.desk import House
from app.access.first_factor import ACCOUNT, Known
from app.access.log import noted
from app.access.sessions import end_session
from app.kit.errors import Unauthorised
from app.models.base import new_id
from app.models.session import LoginSession
from app.models.user import User

# A page that was asked for so recently need not be noted again: reading does not become writing.
SEEN_EVERY: Final = timedelta(seconds=30)
# Between the password and the code of the second factor.
HALF_LIFETIME: Final = timedelta(minutes=5)

_TABLE: Final[Any] = LoginSession.__table__


class Locked(Unauthorised):
    """The screen of this sign-in is locked; its person's number opens it again."""

    code = "screen_locked"
    title = "This page is locked."


@dataclass(frozen=True, slots=True)
class Admitted:
    """What a first factor leads to: the value of the session's cookie, and whether the second is still missing."""

    value: str
    half: bool


def new_value() -> str:
    """256 random bits as 43 letters: what a cookie holds, never the database."""
    return secrets.token_urlsafe(32)


def digest(value: str) -> str:
    """What the database keeps of a cookie's value; 256 random bits need no slow hash."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def admit(house: House, known: Known, earlier: str | None = None, own_device: bool = False) -> Admitted:
    """Go on after the first factor of ``known``: a session, or half of one where the account has a second factor.

    ``earlier``: the value of a session cookie the browser came with; that session ends, so that nobody can prepare
    one for somebody else. ``own_device``: the person says that nobody else uses this one. Raises Unauthorised if the
    account has changed meanwhile.
    """
    with house.db.write() as session:
        now = house.clock.now()
        first_factor.must_be_unchanged(session, known)
        if factors.enrolled(session, known.user_id):
            return Admitted(_put(session, known, now, "half", HALF_LIFETIME, own_device), True)
        lasts = house.policies.safeguards.screen.session_lasts
        return Admitted(_enter(session, known, now, lasts, earlier, own_device), False)


def complete(house: House, half: str, code: str, address: str, earlier: str | None = None) -> str | None:
    """Turn the half session of the cookie value ``half`` into a whole one; its new value, None for a wrong code.

    Raises Unauthorised if there is no such half session any more, TooMany.
    """
    with house.db.write() as session:
        now = house.clock.now()
        row = session.execute(
            ACCOUNT.add_columns(LoginSession.own_device)
            .join(LoginSession, LoginSession.user_id == User.id)
            .where(
                LoginSession.digest == digest(half),
                LoginSession.kind == "half",
                LoginSession.ended_at.is_(None),
                LoginSession.expires_at > now,
                LoginSession.token_version == User.token_version,
                User.active.is_(True),
            )
        ).one_or_none()
        if row is None:
            raise Unauthorised()
        if not factors.prove(session, house.keys, row.user_id, code, now):
            return None
        lasts = house.policies.safeguards.screen.session_lasts
        return _enter(session, first_factor.known(row, address), now, lasts, earlier, row.own_device)


def rotate(session: Session, session_id: str) -> str:
    """Give the session another cookie value; the one before is worth nothing from the next request on."""
    value = new_value()
    session.execute(update(_TABLE).where(_TABLE.c.id == session_id).values(digest=digest(value)))
    return value


def seen(session: Session, session_id: str, now: datetime) -> None:
    """Note that a page was asked for, which keeps an idle session from ending."""
    session.execute(
        update(_TABLE).where(_TABLE.c.id == session_id, _TABLE.c.ended_at.is_(None)).values(seen_at=now)
    )


def end_by_value(session: Session, value: str, now: datetime, why: str) -> None:
    """End the session of a cookie value, if there is one."""
    found = session.execute(select(_TABLE.c.id).where(_TABLE.c.digest == digest(value))).scalar_one_or_none()
    if found is not None:
        end_session(session, found, now, why)


def _enter(
    session: Session, known: Known, now: datetime, lasts: timedelta, earlier: str | None, own_device: bool
) -> str:
    attempts.forgive(session, known.login, known.address)
    if earlier is not None:
        end_by_value(session, earlier, now, "signed_in_again")
    # What others began with this account's password and did not finish is over.
    session.execute(delete(_TABLE).where(_TABLE.c.user_id == known.user_id, _TABLE.c.kind == "half"))
    value = _put(session, known, now, "page", lasts, own_device)
    sid = session.execute(select(_TABLE.c.id).where(_TABLE.c.digest == digest(value))).scalar_one()
    rows.enter_own(session, known.actor, now)
    noted(session, known.actor, now, "signed_in", "session", sid)
    return value


def _put(session: Session, known: Known, now: datetime, kind: str, lasts: timedelta, own_device: bool) -> str:
    value = new_value()
    session.execute(
        insert(_TABLE).values(
            id=new_id(), user_id=known.user_id, token_version=known.token_version, started_at=now,
            expires_at=now + lasts, kind=kind, digest=digest(value), seen_at=now, own_device=own_device,
        )
    )  # fmt: skip
    return value
