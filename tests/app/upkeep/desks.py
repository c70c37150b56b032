"""Browsers for the staff of a town that looks after its administration."""

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


def desk_of(town: Town, worker: Worker) -> Browser:
    """A browser in which ``worker`` is signed in and has just shown a second factor."""
    value, now = new_value(), town.clock.now()
    row = {
        "id": new_id(), "user_id": worker.id, "kind": "page", "digest": digest(value), "token_version": 1,
        "started_at": now, "seen_at": now, "stepped_up_at": now, "expires_at": now + timedelta(hours=8),
    }  # fmt: skip
    with writing(town.house.db) as session:
        session.execute(insert(LoginSession), row)
    browser = Browser(town.app)
    browser.client.cookies.set("demo-waymark", value)
    return browser
