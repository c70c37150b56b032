"""From a token's claims or a cookie to the actor: account, office, roles and live session in one round trip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from app.access.page_sessions import Locked, digest
from app.access.tokens import Claims
from app.kit.errors import Unauthorised
from app.models.office import Office
from app.models.session import LoginSession
from app.models.user import User, UserRole
from policies.model import Screen
from workflows.facts import Actor

# Everything that can end a sign-in is a condition here, so it takes effect on the very next request.
_WHO = (
    select(
        User.id, Office.id, Office.code, Office.organisation, Office.country, LoginSession.id, LoginSession.seen_at,
        UserRole.role, User.language, User.calendar, User.large_text, User.display_name,
        LoginSession.own_device, LoginSession.locked_at, User.pin_hash.is_not(None),
    )
    .select_from(LoginSession)
    .join(
        User,
        and_(
            User.id == LoginSession.user_id,
            User.active.is_(True),
            User.token_version == LoginSession.token_version,
        ),
    )
    .join(Office, Office.id == User.office_id)
    .outerjoin(UserRole, UserRole.user_id == User.id)
    .where(LoginSession.ended_at.is_(None), LoginSession.expires_at > bindparam("now"))
)  # fmt: skip
_BY_TOKEN = _WHO.where(
    LoginSession.kind == "token",
    LoginSession.id == bindparam("sid"),
    LoginSession.user_id == bindparam("sub"),
    LoginSession.token_version == bindparam("version"),
)
_BY_COOKIE = _WHO.where(
    LoginSession.kind == "page",
    LoginSession.digest == bindparam("digest"),
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live sign-in: the actor, the row id of the actor's office, the session and when a page of it was asked for.

    ``language``, ``calendar``, ``large_text``: how they read; ``name``: what colleagues call them.
    ``own_device``: nobody else uses the device; ``locked_at``: since when the screen is locked; ``pin``: whether they
    have a number that unlocks it.
    """

    actor: Actor
    office_id: str
    session_id: str
    seen_at: datetime | None = None
    language: str = "en"
    calendar: str = ""
    large_text: bool = False
    name: str = ""
    own_device: bool = False
    locked_at: datetime | None = None
    pin: bool = False


def authenticate(session: Session, claims: Claims, now: datetime) -> SignedIn:
    """Who the ``claims`` of a verified token belong to at ``now``, with today's roles and office.

    Raises Unauthorised if the account, its session or its token version is no longer what the token was
    made for.
    """
    return _who(
        session, _BY_TOKEN, {"sid": claims.sid, "sub": claims.sub, "version": claims.version, "now": now}
    )


def authenticate_page(session: Session, value: str, now: datetime, screen: Screen) -> SignedIn:
    """Who the cookie's ``value`` belongs to at ``now``; Unauthorised if nobody, ended or expired.

    Locked, or Unauthorised for people without a number to unlock it, if the screen was locked or left alone for longer
    than ``screen`` allows.
    """
    who = _who(session, _BY_COOKIE, {"digest": digest(value), "now": now})
    if who.locked_at is not None or who.seen_at is None or now - who.seen_at >= screen.idle(who.own_device):
        raise Locked() if who.pin else Unauthorised()
    return who


def _who(session: Session, query: Any, values: Mapping[str, Any]) -> SignedIn:
    rows = session.execute(query, values).all()
    if not rows:
        raise Unauthorised()
    user_id, office_id, code, organisation, country, session_id, seen_at, _, *reads = rows[0]
    roles = frozenset(row[7] for row in rows if row[7] is not None)
    return SignedIn(Actor(user_id, roles, code, organisation, country), office_id, session_id, seen_at, *reads)
