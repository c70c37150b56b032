"""Browsers for the staff of a town."""

from __future__ import annotations

from sqlalchemy import update

from app.models.user import User
from tests.app.access.browser import Browser
from tests.app.access.world import PASSWORD
from tests.factories.houses import CHEAP
from tests.factories.staff import Worker
from tests.factories.towns import Town
from tests.inspect import writing


def browser_at(town: Town, worker: Worker) -> Browser:
    """A browser in which ``worker`` has just signed in."""
    with writing(town.house.db) as session:
        session.execute(update(User).where(User.id == worker.id).values(password_hash=CHEAP.hash(PASSWORD)))
    browser = Browser(town.app)
    answer = browser.sign_in(worker.login)
    assert answer.status_code == 303, answer.text
    return browser
