"""The stage of two installations: whoever acts does so in their own country's, and what they say goes over the line."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import House
from app.casework.held import REFERRAL
from app.demo.stage import OUTBOX, PAUSE, Stage, StoryFault
from app.demo.transaction import OneTransaction
from app.demo.world import Cast
from app.exchange.remote import Routed
from app.kit.clock import SettableClock
from app.worker import Worker

FROM = "TH"


class ApartStage(Stage):
    """Acts of the cast on several houses, each with a transaction of its own while a sitting lasts.

    Before anything is delivered all of them commit: the other installation answers from its own process or thread, and
    must find what was done.
    """

    def __init__(self, houses: Mapping[str, House], clock: SettableClock, cast: Cast) -> None:
        """houses: country -> the house in which it is at home; clock: the clock of all of them."""
        super().__init__(houses[FROM], clock, cast)
        self._houses = dict(houses)
        self._each: tuple[House, ...] = tuple({id(house): house for house in houses.values()}.values())
        self._sessions: dict[int, Session] = {}
        self._open = ExitStack()
        self._lines = [Routed(house) for house in self._each]
        self._postmen = [Worker(house, line) for house, line in zip(self._each, self._lines, strict=True)]
        # Letters that were carried over the line, and receipts that followed later.
        self.carried = 0

    @property
    def houses(self) -> tuple[House, ...]:
        """The houses, each once: Thailand's first."""
        return self._each

    @contextmanager
    def sitting(self) -> Iterator[None]:
        """One transaction in each house for many acts; all commit when the block ends, and whenever post is carried."""
        self._sit_down()
        try:
            yield
            self._no_effect_failed()
        except BaseException:
            # A failed effect is the reason why a story did not find what it looked for.
            reason = self._failed() if self._sessions else None
            self._open.__exit__(*sys.exc_info())
            self._sessions.clear()
            if reason is not None:
                raise StoryFault(reason) from None
            raise
        self._stand_up()

    def place_of(self, country: str) -> tuple[House, Session]:
        """The house in which a country is at home, and its open transaction."""
        house = self._houses[country]
        return house, self._sessions[id(house)]

    @property
    def session(self) -> Session:
        """The open transaction of Thailand's house."""
        return self.place_of(FROM)[1]

    def other_copy(self, referral_id: str) -> tuple[str, str | None]:
        """The other country's copy of a referral, in whichever house it lies."""
        shared = None
        for session in self._sessions.values():
            rows.enter_everything(session)
            query = select(REFERRAL.c.shared_id).where(REFERRAL.c.id == referral_id)
            shared = session.execute(query).scalar_one_or_none() or shared
        for session in self._sessions.values():
            query = select(REFERRAL.c.id, REFERRAL.c.case_id).where(
                REFERRAL.c.shared_id == shared, REFERRAL.c.id != referral_id
            )
            row = session.execute(query).one_or_none()
            if row is not None:
                return row.id, row.case_id
        raise StoryFault("the other country has no copy of this referral")

    def shared_of(self, country: str, referral_id: str) -> str:
        """The id that both copies of a referral share, of a copy that lies in that country's house."""
        _, session = self.place_of(country)
        rows.enter_everything(session)
        query = select(REFERRAL.c.shared_id).where(REFERRAL.c.id == referral_id)
        return str(session.execute(query).scalar_one())

    def deliver(self) -> None:
        """Commit, carry out what waits in both outboxes over the line between them, and go on."""
        if self.mail:
            self._stand_up()
            self.carry()
            self._sit_down()
            self.clock.advance(PAUSE)
            self.mail = False

    def carry(self) -> None:
        """Let the worker of each house do what it can, outside any transaction, until nothing waits."""
        while done := sum(postman.drain() for postman in self._postmen):
            self.carried += done

    def hang_up(self) -> None:
        """Close the lines between the houses."""
        for line in self._lines:
            line.close()

    def ring(self) -> None:
        """Ring every deadline that has passed, in each house."""
        for house in self._each:
            bell = Worker(replace(house, db=OneTransaction(self._sessions[id(house)])))
            while bell.ring():
                pass

    def _sit_down(self) -> None:
        self._open = ExitStack()
        for house in self._each:
            self._sessions[id(house)] = self._open.enter_context(house.db.write())

    def _stand_up(self) -> None:
        self._sessions.clear()
        self._open.close()

    def _no_effect_failed(self) -> None:
        if reason := self._failed():
            raise StoryFault(reason)

    def _failed(self) -> str | None:
        for session in self._sessions.values():
            rows.enter_everything(session)
            query = select(OUTBOX.c.effect, OUTBOX.c.last_error).where(
                OUTBOX.c.done_at.is_(None), OUTBOX.c.attempts > 0
            )
            failed = session.execute(query.limit(1)).one_or_none()
            if failed is not None:
                return f"the effect '{failed.effect}' failed: {failed.last_error}"
        return None
