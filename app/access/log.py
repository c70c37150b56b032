"""Writes the book of looks: one row in the same transaction as the look, so that no log means no answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.access.desk import Desk
from app.models.access_log import AccessEntry
from app.models.base import new_id
from workflows.facts import Actor

Detail = Mapping[str, str | int | bool | None | Sequence[str]]

_INSERT: Final = insert(AccessEntry)


def looked(desk: Desk, action: str, subject_kind: str, subject_id: str, detail: Detail | None = None) -> None:
    """Note, inside the desk's transaction, that its actor did ``action`` to ``subject_kind`` ``subject_id``.

    ``detail`` holds ids, codes and counts only, never a name or a search text. RuntimeError on a reading
    desk, where the row would be lost: a route that looks must open `Door.write`.
    """
    if not desk.writable:
        raise RuntimeError(f"{action}: a look can only be noted on a writing desk")
    noted(desk.session, desk.actor, desk.now, action, subject_kind, subject_id, detail)


def noted(
    session: Session,
    actor: Actor,
    at: datetime,
    action: str,
    subject_kind: str,
    subject_id: str,
    detail: Detail | None = None,
) -> None:
    """The same row for code that has no desk: signing in, and refusals kept after a roll-back."""
    text = None
    if detail is not None:
        text = json.dumps(detail, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    session.execute(
        _INSERT,
        {
            "id": new_id(),
            "at": at,
            "actor_id": actor.id,
            "country": actor.country,
            "action": action,
            "subject_kind": subject_kind,
            "subject_id": subject_id,
            "detail": text,
        },
    )


def refused(desk: Desk, subject_kind: str, subject_id: str, detail: Detail | None = None) -> None:
    """Have a refused look noted once the refusal has undone the rest of the transaction."""
    actor, now = desk.actor, desk.now
    desk.keep_if_refused(lambda session: noted(session, actor, now, "refused", subject_kind, subject_id, detail))
