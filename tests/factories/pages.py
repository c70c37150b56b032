"""A browser that is signed in to a town as one of its staff, without going through the sign-in page."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert

from app.access.page_sessions import digest, new_value
from app.models.base import new_id
from app.models.session import LoginSession
from tests.app.access.browser import Browser
from tests.factories.staff import Worker
from tests.factories.towns import Town
from tests.inspect import writing

COOKIE = "demo-waymark"


def browser_at(town: Town, worker: Worker, *, fresh: bool = False) -> Browser:
    """A browser with a live session of ``worker``; ``fresh``: that has just proved who it is."""
    value, now = new_value(), town.clock.now()
    row = {
        "id": new_id(),
        "user_id": worker.id,
        "token_version": 1,
        "started_at": now,
        "expires_at": now + timedelta(hours=10),
        "stepped_up_at": now if fresh else None,
        "kind": "page",
        "digest": digest(value),
        "seen_at": now,
    }
    with writing(town.house.db) as session:
        session.execute(insert(LoginSession), row)
    browser = Browser(town.app)
    browser.client.cookies.set(COOKIE, value)
    return browser
