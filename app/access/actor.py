"""From a token's claims to the actor: account, office, roles and live session in one database round trip."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from app.access.tokens import Claims
from app.kit.errors import Unauthorised
from app.models.office import Office
from app.models.session import LoginSession
from app.models.user import User, UserRole
from workflows.facts import Actor

# Everything that can end a sign-in is a condition here, so it takes effect on the very next request.
_WHO = (
    select(Office.id, Office.code, Office.organisation, Office.country, UserRole.role)
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
    .where(
        LoginSession.id == bindparam("sid"),
        LoginSession.user_id == bindparam("sub"),
        LoginSession.token_version == bindparam("version"),
        LoginSession.ended_at.is_(None),
        LoginSession.expires_at > bindparam("now"),
    )
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live sign-in: the actor, the row id of the actor's office and the session it came through."""

    actor: Actor
    office_id: str
    session_id: str


def authenticate(session: Session, claims: Claims, now: datetime) -> SignedIn:
    """Who the ``claims`` of a verified token belong to at ``now``, with today's roles and office.

    Raises Unauthorised if the account, its session or its token version is no longer what the token was
    made for.
    """
    rows = session.execute(_WHO, {"sid": claims.sid, "sub": claims.sub, "version": claims.version, "now": now}).all()
    if not rows:
        raise Unauthorised()
    office_id, code, organisation, country, _ = rows[0]
    roles = frozenset(row[4] for row in rows if row[4] is not None)
    return SignedIn(Actor(claims.sub, roles, code, organisation, country), office_id, claims.sid)
