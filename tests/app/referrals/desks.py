"""Browsers for the staff of a town: the pages of the referral desk as two countries see them."""

from __future__ import annotations

from sqlalchemy import update

from app.models.user import User
from tests.app.access.browser import Browser
from tests.app.access.world import PASSWORD
from tests.factories.houses import CHEAP
from tests.factories.referrals import row_of
from tests.factories.staff import Worker
from tests.factories.towns import Town
from tests.inspect import writing


def desk_of(town: Town, worker: Worker) -> Browser:
    """A browser in which ``worker`` has just signed in, standing on the page that comes first."""
    with writing(town.house.db) as session:
        session.execute(update(User).where(User.id == worker.id).values(password_hash=CHEAP.hash(PASSWORD)))
    browser = Browser(town.app)
    answer = browser.sign_in(worker.login)
    assert answer.status_code == 303, answer.text
    return browser


def reference(town: Town, referral_id: str) -> str:
    """The reference of a copy, which stands in the addresses of its pages."""
    return str(row_of(town.house, referral_id).reference)
