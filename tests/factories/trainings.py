"""Trainings of those who sign, so that a town's people may do what their roles let them do."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.models.base import new_id
from app.models.training import TrainingEntry

CHILDREN = ("child_interviewing", "work_with_children")
# Who signs, and what each was trained in; whoever holds none of these roles signs nothing of the kind.
OF_ROLE: dict[str, tuple[str, ...]] = {
    "first_responder": CHILDREN,
    "social_worker": CHILDREN,
    "case_manager": CHILDREN,
    "health_officer": CHILDREN,
    "legal_officer": ("identification", *CHILDREN),
    "supervisor": ("identification", *CHILDREN),
    "national_focal_point": ("identification", *CHILDREN),
}
A_YEAR = timedelta(days=365)


def train(session: Session, now: datetime, people: Iterable[tuple[str, str, Collection[str]]]) -> None:
    """Give (account id, country, roles) the trainings of their roles: done two years ago, with three years left."""
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(), "country": country, "training_id": new_id(), "seq": 1, "user_id": user_id,
            "act": "recorded", "kind": kind, "given_by": "ministry", "done_on": (now - 2 * A_YEAR).date(),
            "valid_until": (now + 3 * A_YEAR).date(), "why": None, "entered_by": "system", "entered_at": now,
        }
        for user_id, country, roles in people
        for kind in sorted({kind for role in roles for kind in OF_ROLE.get(role, ())})
    ]  # fmt: skip
    if rows:
        session.execute(insert(TrainingEntry), rows)
