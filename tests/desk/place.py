"""A small world of two countries behind a real port, its staff, and the machine's own browser in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import insert, select, update

from app.access.page_sessions import digest, new_value
from app.casework.held import CASE, REFERRAL
from app.casework.tasks import TABLE
from app.kit.clock import SettableClock
from app.models.base import new_id
from app.models.session import LoginSession
from app.models.user import User
from app.settings import Settings
from tests.app.access.served import program, served
from tests.app.access.world import PASSWORD
from tests.conftest import START
from tests.desk.hand import Hand
from tests.factories.houses import CHEAP
from tests.factories.staff import Worker
from tests.factories.towns import Town, open_town
from tests.inspect import reading, writing

COOKIE: Final = "demo-waymark"
# A picture: its name, who looks, at which path.
Shot = tuple[str, Worker, str]
VIEWS: Final = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 900}}


@dataclass
class Place:
    """The served world, and the browser that looks at it once ``browser`` is set."""

    town: Town
    base: str
    browser: Browser | None = None
    _open: list[Hand] = field(default_factory=list)
    _urgent: int = 0

    def cookie_of(self, worker: Worker, *, fresh: bool = True) -> str:
        """The cookie of a new page session of ``worker``; ``fresh``: that has just proved who it is."""
        value, now = new_value(), self.town.clock.now()
        row = {
            "id": new_id(), "user_id": worker.id, "token_version": 1, "kind": "page", "digest": digest(value),
            "started_at": now, "seen_at": now, "stepped_up_at": now if fresh else None,
            "expires_at": now + timedelta(hours=10),
        }  # fmt: skip
        with writing(self.town.house.db) as session:
            session.execute(insert(LoginSession), row)
        return value

    def window(self, view: str = "phone", *, scripts: bool = True, free: bool = False) -> Page:
        """A page of a fresh browser profile; ``free``: tools of a test may put scripts of their own into it."""
        assert self.browser is not None, "the place was opened without a browser"
        context = self.browser.new_context(
            viewport=VIEWS[view], java_script_enabled=scripts, has_touch=view == "phone", bypass_csp=free
        )  # fmt: skip
        return context.new_page()

    def at_desk(self, worker: Worker, view: str = "phone", *, scripts: bool = True, free: bool = False) -> Hand:
        """``worker``, signed in, before a fresh browser that shows nothing yet."""
        page = self.window(view, scripts=scripts, free=free)
        page.context.add_cookies([{"name": COOKIE, "value": self.cookie_of(worker), "url": self.base}])
        hand = Hand(page, self.base)
        self._open.append(hand)
        return hand

    def leave(self) -> None:
        """Close every browser profile that was opened."""
        while self._open:
            self._open.pop().page.context.close()

    def give_password(self, worker: Worker) -> str:
        """Let ``worker`` sign in with a password; the password."""
        with writing(self.town.house.db) as session:
            session.execute(update(User).where(User.id == worker.id).values(password_hash=CHEAP.hash(PASSWORD)))
        return PASSWORD

    def reads(self, worker: Worker, language: str, *, large: bool = False) -> None:
        """Set how ``worker`` reads."""
        with writing(self.town.house.db) as session:
            session.execute(update(User).where(User.id == worker.id).values(language=language, large_text=large))

    def case(self, case_id: str) -> str:
        """The reference of a case, which stands in its addresses."""
        with reading(self.town.house.db) as session:
            return str(session.execute(select(CASE.c.reference).where(CASE.c.id == case_id)).scalar_one())

    def referral(self, referral_id: str) -> str:
        """The reference of a referral."""
        with reading(self.town.house.db) as session:
            found = session.execute(select(REFERRAL.c.reference).where(REFERRAL.c.id == referral_id))
            return str(found.scalar_one())

    def urgent(self, case_id: str, kind: str) -> None:
        """Have a task of a case stand on top of every list: later calls before earlier ones."""
        self._urgent += 1
        self.due(case_id, kind, -400 - self._urgent)

    def due(self, case_id: str, kind: str, days: float) -> None:
        """Have a task of a case fall due ``days`` from now."""
        at = self.town.clock.now() + timedelta(days=days)
        with writing(self.town.house.db) as session:
            session.execute(update(TABLE).where(TABLE.c.case_id == case_id, TABLE.c.kind == kind).values(due_at=at))


@contextmanager
def open_place(url: str, folder: Path) -> Iterator[Place]:
    """The world over the migrated database at ``url``, answering at a port of this machine; without a browser."""
    settings = Settings(environment="demo", var=folder / "var", database_url=url)
    with open_town(settings, SettableClock(START)) as town, served(town) as base:
        yield Place(town, base)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium, without a window; AssertionError says what to install where it is missing."""
    found = program()
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield started
        started.close()
