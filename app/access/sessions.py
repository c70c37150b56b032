"""Signing in and staying signed in: single-use refresh tokens, and sessions that end at once."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, delete, insert, select, update
from sqlalchemy.orm import Session

from app.access import attempts, rows
from app.access.desk import House
from app.access.log import noted
from app.access.tokens import LIFETIME_SECONDS
from app.kit.errors import Unauthorised
from app.models.base import new_id
from app.models.office import Office
from app.models.session import LoginSession, RefreshToken
from app.models.user import User
from workflows.facts import Actor

SESSION_LIFETIME: Final = timedelta(hours=12)
REFRESH_LIFETIME: Final = timedelta(hours=1)

_LOGIN: Final = re.compile(r"[\w.@+-]{1,64}")
_REFRESH: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_ACCOUNT: Final = (
    select(
        User.id.label("user_id"), User.password_hash, User.active, User.token_version,
        Office.code, Office.organisation, Office.country,
    ).join(Office, Office.id == User.office_id)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Grant:
    """What signing in or refreshing gives; ``expires_in`` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int = LIFETIME_SECONDS


def login_name(typed: str) -> str:
    """The one form of a login name that is stored and compared: compatible letters, lower case, trimmed."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def well_formed(login: str) -> bool:
    """Whether ``login`` (as `login_name` gives it) can be the name of an account at all."""
    return _LOGIN.fullmatch(login) is not None


def sign_in(house: House, login: str, password: str, address: str) -> Grant:
    """Open a session for the account ``login``; ``address`` is the caller's network address.

    Raises Unauthorised, the same for an unknown account, a disabled one and a wrong password and after the
    same work, or TooMany. The password is compared between two transactions, never while one holds the
    writer's lock.
    """
    name = login_name(login)
    with house.db.write() as session:
        attempts.count(session, name, address, house.clock.now())
        account = _account(session, name)
    stored = account.password_hash if account is not None and account.active else None
    if not house.passwords.matches(stored, password) or account is None:
        raise _not_known()
    fresh = house.passwords.hash(password) if house.passwords.stale(account.password_hash) else None
    with house.db.write() as session:
        now = house.clock.now()
        # Between the two transactions the account may have been disabled or given another password.
        unchanged = and_(
            User.id == account.user_id,
            User.active.is_(True),
            User.password_hash == account.password_hash,
            User.token_version == account.token_version,
        )
        if session.execute(select(User.id).where(unchanged).with_for_update()).one_or_none() is None:
            raise _not_known()
        if fresh is not None:
            session.execute(update(User).where(User.id == account.user_id).values(password_hash=fresh))
        attempts.forgive(session, name, address)
        sid = new_id()
        session.execute(
            insert(LoginSession).values(
                id=sid,
                user_id=account.user_id,
                token_version=account.token_version,
                started_at=now,
                expires_at=now + SESSION_LIFETIME,
            )
        )
        refresh_token = _new_refresh_token(session, sid, now, now + SESSION_LIFETIME)
        rows.enter(session, _as_actor(account), "", house.policies, now)
        noted(session, _as_actor(account), now, "signed_in", "session", sid)
    return Grant(house.tokens.issue(account.user_id, sid, account.token_version, now), refresh_token)


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


def end_all_sessions(session: Session, user_id: str, now: datetime, why: str) -> None:
    """End every session of an account, for instance because its rights or its password changed."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
        .values(ended_at=now, ended_why=why)
    )


def purge(session: Session, now: datetime) -> int:
    """Delete refresh tokens of sessions that expired over a day ago; how many (the worker calls this)."""
    over = select(LoginSession.id).where(LoginSession.expires_at <= now - timedelta(days=1))
    result: Any = session.execute(delete(RefreshToken).where(RefreshToken.session_id.in_(over)))
    return int(result.rowcount)


def _account(session: Session, name: str) -> Any:
    if not well_formed(name):
        return None
    return session.execute(_ACCOUNT.where(User.login == name)).one_or_none()


def _exchange(house: House, session: Session, digest: str, now: datetime) -> Grant | None:
    found = session.execute(
        _ACCOUNT.add_columns(
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
        rows.enter(session, _as_actor(found), "", house.policies, now)
        noted(session, _as_actor(found), now, "refresh_token_reused", "session", found.sid)
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


def _as_actor(account: Any) -> Actor:
    return Actor(account.user_id, frozenset(), account.code, account.organisation, account.country)


def _not_known() -> Unauthorised:
    return Unauthorised("This name and password do not open an account.", code="sign_in_failed", title="Not signed in.")
