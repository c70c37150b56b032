"""Stepping up: acts of power ask that the person at the keys has just proved again who they are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.access.desk import Desk
from app.kit.errors import Forbidden
from app.models.session import LoginSession


def mark(session: Session, session_id: str, now: datetime) -> None:
    """Note that the second factor of the sign-in ``session_id`` was shown at ``now``."""
    session.execute(update(LoginSession).where(LoginSession.id == session_id).values(stepped_up_at=now))


def must_be_fresh(desk: Desk, act: str) -> None:
    """Raise Forbidden (code step_up_needed) unless this sign-in has stepped up within the minutes of the policies.

    ``act``: the act in a few words, for the sentence ("sealing a case").
    """
    if not is_fresh(desk):
        minutes = int(desk.policies.safeguards.step_up_lasts.total_seconds() // 60)
        raise Forbidden(
            f"This needs a fresh proof that it is you, for {act}: send a code of your authenticator (or your password, "
            f"where none is asked of you) to /auth/step-up, then try again within {minutes} minutes.",
            code="step_up_needed",
            title="Show your second factor first.",
            extra={"act": act, "how": "POST /auth/step-up", "minutes": minutes},
        )


def is_fresh(desk: Desk) -> bool:
    """Whether the last proof of this sign-in still counts; the system needs none."""
    if desk.actor.system:
        return True
    at = desk.session.execute(
        select(LoginSession.stepped_up_at).where(LoginSession.id == desk.session_id)
    ).scalar_one_or_none()
    return at is not None and desk.now - at < desk.policies.safeguards.step_up_lasts
