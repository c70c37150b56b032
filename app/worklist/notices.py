"""Notices to oneself: list them, mark one as read."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Row, update

from app.access.desk import Desk
from app.access.log import refused
from app.kit.errors import NotFound
from app.kit.paging import Ask
from app.models.base import is_id
from app.worklist import queries
from app.worklist.queries import NOTICE
from app.worklist.schemas import NoticeOut, NoticeReadIn, NoticesOut


def listed(desk: Desk, ask: Ask, unread_only: bool = False) -> NoticesOut:
    """One page of the actor's own notices. Not a look at anybody's case: a notice says only that there is one."""
    rows, following = queries.notices(desk, ask, unread_only)
    return NoticesOut(items=[_out(row) for row in rows], unread=queries.unread(desk), next=following)


def marked(desk: Desk, notice_id: str, body: NoticeReadIn) -> NoticeOut:
    """Mark one of the actor's own notices as read, or as unread again; the first reading is the one that counts.

    NotFound for any other notice.
    """
    row = queries.notice(desk, notice_id) if is_id(notice_id) else None
    if row is None:
        refused(desk, "notice", notice_id if is_id(notice_id) else "-", {"answer": 404})
        raise NotFound()
    if body.read != (row.read_at is not None):
        read_at = desk.now if body.read else None
        desk.session.execute(update(NOTICE).where(NOTICE.c.id == notice_id).values(read_at=read_at))
    after = queries.notice(desk, notice_id)
    assert after is not None
    return _out(after)


def _out(row: Row[Any]) -> NoticeOut:
    return NoticeOut(
        id=row.id,
        kind=row.kind,
        subject=row.subject_kind,
        subject_id=row.subject_id,
        detail=json.loads(row.detail) if row.detail else {},
        at=row.at,
        read_at=row.read_at,
    )
