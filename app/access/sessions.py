"""Signing in and staying signed in: single-use refresh tokens, and sessions that end at once."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.access import attempts, factors, first_factor, rows
from app.access.desk import House
from app.access.first_factor import Known
from app.access.log import noted
from app.access.tokens import LIFETIME_SECONDS
from app.kit.errors import Unauthorised
from app.models.base import new_id
from app.models.session import LoginSession, RefreshToken
from app.models.user import User

REFRESH_LIFETIME: Final = timedelta(hours=1)

_REFRESH: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Grant:
    """What signing in or refreshing gives; ``expires_in`` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int = LIFETIME_SECONDS


def sign_in(house: House, login: str, password: str, address: str, code: str | None = None) -> Grant:
    """Open a session of the JSON door for the account ``login``; ``address`` is the caller's network address.

    ``code``: of the authenticator, or a recovery code; asked for where the account has one. Raises Unauthorised, the
    same for whatever is wrong with name and password; with its own code (second_factor_needed) only once these were
    right. Raises TooMany.
    """
    known = first_factor.show(house, login, password, address)
    sid = new_id()
    with house.db.write() as session:
        now = house.clock.now()
        first_factor.must_be_unchanged(session, known)
        complete = not factors.enrolled(session, known.user_id) or factors.prove(
            session, house.keys, known.user_id, code, now
        )
        if complete:
            refresh_token = _open(session, sid, known, now, now + house.policies.safeguards.screen.session_lasts)
    # Raised after the commit: a wrong code stays counted.
    if not complete:
        raise _second_factor_needed()
    return Grant(house.tokens.issue(known.user_id, sid, known.token_version, now), refresh_token)


def refresh(house: House, token: str) -> Grant:
    """Exchange a refresh token for a new pair; each works once, and a second use ends its whole session.

    Raises Unauthorised for anything but the one live refresh token of a live session.
    """
    if not _REFRESH.fullmatch(token):
        raise Unauthorised()
    with house.db.write() as session:
        now = house.clock.now()
        grant = _exchange(house, session, _digest(token), now)
    if grant is None:  # raised only after the commit: the end of a session whose token was copied must stay
        raise Unauthorised()
    return grant


def end_session(session: Session, sid: str, now: datetime, why: str) -> None:
    """End one session at ``now``; its tokens are worth nothing from the next request on."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.id == sid, LoginSession.ended_at.is_(None))
        .values(ended_at=now, ended_why=why)
    )


def end_all_sessions(session: Session, user_id: str, now: datetime, why: str, but: str | None = None) -> None:
    """End every session of an account, for instance because its rights or its password changed; ``but``: not this."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.user_id == user_id, LoginSession.ended_at.is_(None), LoginSession.id != (but or ""))
        .values(ended_at=now, ended_why=why)
    )


def purge(session: Session, now: datetime) -> int:
    """Delete refresh tokens of sessions that expired over a day ago; how many (the worker calls this).

    Sign-ins that stopped half-way go too.
    """
    over = select(LoginSession.id).where(LoginSession.expires_at <= now - timedelta(days=1))
    session.execute(delete(LoginSession).where(LoginSession.kind == "half", LoginSession.id.in_(over)))
    result: Any = session.execute(delete(RefreshToken).where(RefreshToken.session_id.in_(over)))
    return int(result.rowcount)


def _open(session: Session, sid: str, known: Known, now: datetime, ends: datetime) -> str:
    """Open the session ``sid``, which lasts till ``ends``; its first refresh token."""
    attempts.forgive(session, known.login, known.address)
    session.execute(
        insert(LoginSession).values(
            id=sid,
            user_id=known.user_id,
            token_version=known.token_version,
            started_at=now,
            expires_at=ends,
        )
    )
    rows.enter_own(session, known.actor, now)
    noted(session, known.actor, now, "signed_in", "session", sid)
    return _new_refresh_token(session, sid, now, ends)


def _exchange(house: House, session: Session, digest: str, now: datetime) -> Grant | None:
    found = session.execute(
        first_factor.ACCOUNT.add_columns(
            LoginSession.id.label("sid"),
            LoginSession.expires_at.label("session_expires_at"),
            LoginSession.ended_at,
            LoginSession.token_version.label("session_version"),
            RefreshToken.expires_at,
        )
        .join(LoginSession, LoginSession.user_id == User.id)
        .join(RefreshToken, RefreshToken.session_id == LoginSession.id)
        .where(RefreshToken.digest == digest)
    ).one_or_none()
    if found is None:
        return None
    first_use: Any = session.execute(
        update(RefreshToken).where(RefreshToken.digest == digest, RefreshToken.used_at.is_(None)).values(used_at=now)
    )
    if first_use.rowcount != 1:
        # Two hands hold this token and one of them stole it; nobody can tell which, so both lose.
        end_session(session, found.sid, now, "refresh_token_reused")
        rows.enter_own(session, first_factor.actor_of(found), now)
        noted(session, first_factor.actor_of(found), now, "refresh_token_reused", "session", found.sid)
        return None
    alive = (
        found.active
        and found.ended_at is None
        and found.session_version == found.token_version
        and found.expires_at > now
        and found.session_expires_at > now
    )
    if not alive:
        return None
    token = _new_refresh_token(session, found.sid, now, found.session_expires_at)
    return Grant(house.tokens.issue(found.user_id, found.sid, found.token_version, now), token)


def _new_refresh_token(session: Session, sid: str, now: datetime, latest: datetime) -> str:
    token = secrets.token_urlsafe(32)
    session.execute(
        insert(RefreshToken).values(
            digest=_digest(token),
            session_id=sid,
            issued_at=now,
            expires_at=min(now + REFRESH_LIFETIME, latest),
        )
    )
    return token


def _digest(token: str) -> str:
    # 256 random bits need no slow hash; the database only must not hold the token itself.
    return hashlib.sha256(token.encode("ascii")).hexdigest()


def _second_factor_needed() -> Unauthorised:
    return Unauthorised(
        "Send the present code of your authenticator, or a recovery code, in the field code; each works once.",
        code="second_factor_needed",
        title="The second factor is missing or wrong.",
    )
