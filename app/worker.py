"""The worker: carries out the outbox, in order and each effect once, rings missed deadlines, watches over access."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog
from sqlalchemy import bindparam, or_, select, update

from app.access import attempts, deciding, drafts, mailing, once, rows, sessions
from app.access.desk import House
from app.accounts import training_watching as trainings
from app.casework import birthdays, burying, guardians, jobs, withdrawing
from app.casework.following import HANDLERS
from app.casework.outbox import FIRST_OF_LINE
from app.casework.ringing import ring
from app.casework.stopping import wake
from app.directory import watching as directory
from app.emergency import watching as emergencies
from app.exchange import capability_door, replaying
from app.exchange.delivery import deliver
from app.exchange.receiving import Post
from app.exchange.remote import PartnerAway, Routed
from app.exchange.transport import Transport
from app.fund import watching as claims
from app.imports import watching as imports
from app.inquiries import watching as inquiries
from app.kit.errors import AppError
from app.kit.keyfile import KeyMissing
from app.meetings import visit_watching as visits
from app.meetings import watching as meetings
from app.metrics.counted import Counted
from app.models.outbox import OutboxRow
from app.oversight import sealing
from app.oversight import watching as looks
from app.readiness import watching as operations
from app.referrals import watching as referrals
from app.services import watching as services
from app.shelter import watching as shelters
from app.tips import watching as tips
from app.transfers import watching as transfers

log = structlog.get_logger("worker")
TABLE: Any = OutboxRow.__table__
LONGEST_WAIT = timedelta(hours=1)
# What is to be tried later than anything ever waits was put off by a clock that has been put right since.
_IN_TIME = or_(TABLE.c.next_at <= bindparam("now"), TABLE.c.next_at > bindparam("beyond"))
_DUE = (
    select(TABLE)
    .where(TABLE.c.done_at.is_(None), _IN_TIME, FIRST_OF_LINE)
    .order_by(TABLE.c.next_at, TABLE.c.created_at, TABLE.c.line, TABLE.c.seq)
    .limit(1)
)
# Partners with an installation of their own have a lane each; everything else is done here, in one.
_NEXT = _DUE.where(or_(TABLE.c.to_country.is_(None), TABLE.c.to_country.not_in(bindparam("far", expanding=True))))
_NEXT_OF_LANE = _DUE.where(TABLE.c.to_country == bindparam("lane"))
_DONE = update(TABLE).where(TABLE.c.id == bindparam("row"))
SWEEP_EVERY = timedelta(hours=1)
WATCH_EVERY = timedelta(minutes=1)
# How often it is asked whether a checkpoint is due: after 15 minutes or 100 entries (app/oversight/sealing.py).
SEAL_EVERY = timedelta(seconds=10)
# How long a lane rests after its partner did not answer: longer each time, and never so long that a mended line waits.
FIRST_REST = timedelta(seconds=1)
LONGEST_REST = timedelta(seconds=30)
# What is watched every minute, beside the book of looks: each for itself, whatever happens to the others.
WATCHED: Final[Mapping[str, Callable[[House], int]]] = {
    "emergencies": emergencies.ring, "referrals": referrals.ring, "hanging": referrals.ring_hanging,
    "shelters": shelters.ring, "services": services.ring,
    "claims": claims.ring,
    "transfers": transfers.ring, "tips": tips.ring, "operations": operations.ring, "trainings": trainings.ring,
    "directory": directory.ring, "inquiries": inquiries.ring,
    "meetings": meetings.ring, "decisions": meetings.ring_decisions,
    "visits": visits.ring, "visit_parts": visits.ring_parts,
    "imports": imports.ring, "approvals": deciding.expire, "tombstones": burying.bury_all,
}


def _within(passed: timedelta, every: timedelta) -> bool:
    """Whether it was done so short a time ago; a clock that was put back since makes it due, or it would wait."""
    return timedelta(0) <= passed < every


class Worker:
    """Drains the outbox. Several may run: each row is locked while it is worked on."""

    def __init__(
        self, house: House, transport: Transport | None = None, pause: float = 0.5, counted: Counted | None = None
    ) -> None:
        """pause: seconds to rest when nothing is waiting; transport: to the other countries; counted: for metrics."""
        self._house = house
        self._counted = counted or Counted()
        self._transport = transport or Routed(house)
        self._post = Post(house)
        # Which partners have nothing to tell any more: nobody restores a backup under a running program.
        self._whole: set[str] = set()
        self._pause = pause
        self._swept: datetime | None = None
        self._watched: datetime | None = None
        self._looked: datetime | None = None
        self._aged: dict[str, date] = {}
        self._asked_to_seal: datetime | None = None
        self._lanes: dict[str, threading.Thread] = {}
        # Partner -> when it was last seen to that it knows what we read.
        self._told: dict[str, datetime] = {}
        # Lane -> how often in a row its partner did not answer, and until when it rests.
        self._rests: dict[str, tuple[int, datetime]] = {}

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set: effects first, then missed deadlines, then the sweep, then a rest.

        The watch comes round every minute, however much is waiting: an alarm is no good tomorrow. What goes to a
        partner with an installation of its own goes by a thread of its own: one that hangs holds up nobody. So do
        checkpoints, since the places off the machine may hang too.
        """
        apart = threading.Thread(target=self._keep_sealing, args=(stop,), name="sealing")
        apart.start()
        while not stop.is_set():
            self._open_lanes(stop)
            try:
                busy = self.one()
            except Exception as error:  # noqa: BLE001 - the loop outlives a database that is away for a while
                log.warning("worker_rests", kind=type(error).__name__)
                busy = False
            idle: dict[str, Callable[[], int]] = {
                "ring": self.ring, "sweep": self.sweep, "come_of_age": self.come_of_age,
            }  # fmt: skip
            self._apart(({} if busy else idle) | {"watch": self.watch})
            # One step of long work at a time: what waits in the outbox never waits for more than that.
            busy = self._apart({"jobs": partial(jobs.work_once, self._house)}) > 0 or busy
            if not busy:
                stop.wait(self._pause)
        for thread in (apart, *self._lanes.values()):
            thread.join()
        self._transport.close()

    def _keep_sealing(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._apart({"seal": self.seal})
            stop.wait(self._pause)

    def _open_lanes(self, stop: threading.Event) -> None:
        for partner in self._partners():
            if partner not in self._lanes:
                lane = threading.Thread(target=self._serve_lane, args=(partner, stop), name=f"lane-{partner}")
                self._lanes[partner] = lane
                lane.start()

    def _serve_lane(self, partner: str, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                busy = self.one(partner)
                if not busy:
                    self.tell(partner)
            except Exception as error:  # noqa: BLE001 - as in `run`
                log.warning("worker_rests", kind=type(error).__name__)
                busy = False
            if not busy:
                stop.wait(self._pause)

    def tell(self, partner: str) -> int:
        """Once a minute, in the partner's own lane: tell it what we read, if that changed; of how many countries."""
        now = self._house.clock.now()
        if partner in self._told and _within(now - self._told[partner], WATCH_EVERY):
            return 0
        self._told[partner] = now
        return capability_door.ring(self._house, partner)

    def _partners(self) -> tuple[str, ...]:
        """The partners, as far as their files can be read: a file that is wrong stops no other work."""
        try:
            return self._house.partners.countries
        except KeyMissing as fault:
            log.error("partners_unreadable", kind=type(fault).__name__)
            return tuple(self._lanes)

    def _apart(self, rounds: Mapping[str, Callable[[], int]]) -> int:
        """What these rounds have done; one that fails rests a minute and holds back none of the others."""
        done = 0
        for name, work in rounds.items():
            try:
                done += self._house.setbacks.tried("worker", name, self._house.clock.now(), work, WATCH_EVERY)
            except Exception as error:  # noqa: BLE001 - the database is away for a while
                log.warning("worker_rests", kind=type(error).__name__)
            rests = name in self._house.setbacks.resting("worker", self._house.clock.now())
            self._counted.round(name, "rests" if rests else "made")
        return done

    def sweep(self) -> int:
        """Every hour, forget what is kept only for a time: answers given once, failed sign-ins, dead tokens, drafts."""
        now = self._house.clock.now()
        if self._swept is not None and _within(now - self._swept, SWEEP_EVERY):
            return 0
        with self._house.db.write() as session:
            rows.enter_everything(session)
            once.purge(session, now)
            attempts.purge(session, now)
            sessions.purge(session, now)
            drafts.purge(session, now)
        self._swept = now
        return 1

    def come_of_age(self) -> int:
        """Once a day, see to what the calendar brings: birthdays, guardians who begin, ended consents; how many."""
        today = self._house.clock.now().date()
        rounds = {"birthdays": birthdays.ring, "guardians": guardians.ring, "withdrawing": withdrawing.ring}
        due = {name: partial(self._daily, name, ring) for name, ring in rounds.items() if self._aged.get(name) != today}
        return self._apart(due)

    def _daily(self, name: str, ring: Callable[[House], int]) -> int:
        today = self._house.clock.now().date()
        done = ring(self._house)
        self._aged[name] = today
        return done

    def watch(self) -> int:
        """Once a minute, ring what waited too long and views of many persons, end unanswered approvals; how many.

        Then mails say that there is something new: last, since a server that does not answer takes its time.
        """
        now = self._house.clock.now()
        if self._watched is not None and _within(now - self._watched, WATCH_EVERY):
            return 0
        self._watched = now
        rounds = {name: partial(ring, self._house) for name, ring in WATCHED.items()}
        rung = self._apart({"looks": self._look, **rounds})
        self._apart({"mailing": partial(mailing.tell_by_mail, self._house)})
        return rung

    def _look(self) -> int:
        # What a round that failed did not judge is judged by the next.
        now = self._house.clock.now()
        done = looks.ring(self._house, self._looked)
        self._looked = now
        return done

    def seal(self) -> int:
        """Every ten seconds, seal a checkpoint if one is due and bring off the machine what has not left; how many."""
        now = self._house.clock.now()
        if self._asked_to_seal is not None and _within(now - self._asked_to_seal, SEAL_EVERY):
            return 0
        self._asked_to_seal = now
        return sealing.round_of(self._house)

    def drain(self, most: int = 100_000) -> int:
        """Carry out everything that is due now, with what follows from it; how many effects were done."""
        done = 0
        while done < most and any(self.one(lane) for lane in ("", *self._partners())):
            done += 1
        return done

    def one(self, lane: str = "") -> bool:
        """Carry out the oldest effect of a lane that is due and first of its line; False when there is none.

        lane: a partner's code; empty for everything that goes to none. A failing effect stays, is tried again later
        and holds back only its own line. A partner that does not answer makes its lane rest, and nothing of it waits
        longer than that.
        """
        tries, until = self._rests.get(lane, (0, None))
        now = self._house.clock.now()
        if until is not None and now < until <= now + LONGEST_REST:
            return False
        try:
            # After a restored backup a partner tells first what was forgotten; until then nothing is said to it.
            if lane and lane not in self._whole:
                asked = replaying.catch_up(self._house, self._transport, lane, self._post.told)
                self._whole.add(lane)
                if asked:
                    return True
        except PartnerAway:
            self._let_rest(lane, tries)
            return False
        except AppError as error:
            log.warning("replay_waits", country=lane, kind=error.code)
            self._let_rest(lane, tries)
            return False
        row = self._next(lane)
        if row is None:
            return False
        try:
            self._carry_out(row)
        except PartnerAway as away:
            self._counted.effect(row.effect, row.to_country, "partner_away")
            self._let_rest(lane, tries)
            self._postpone(row, away, timedelta(0))
            return False
        except Exception as error:  # noqa: BLE001 - any failure only delays this one line
            self._counted.effect(row.effect, row.to_country, "postponed")
            self._postpone(row, error, min(timedelta(seconds=2 ** min(row.attempts, 12)), LONGEST_WAIT))
        else:
            self._counted.effect(row.effect, row.to_country, "done")
        self._rests.pop(lane, None)
        return True

    def _let_rest(self, lane: str, tries: int) -> None:
        rest = min(FIRST_REST * 2 ** min(tries, 6), LONGEST_REST)
        self._rests[lane] = (tries + 1, self._house.clock.now() + rest)

    def ring(self) -> int:
        """Note every deadline that has passed unanswered, and let clocks run whose cause is over; how many."""
        return self._apart({"wake": partial(wake, self._house), "tasks": partial(ring, self._house)})

    def _next(self, lane: str) -> Any:
        now = self._house.clock.now()
        when = {"now": now, "beyond": now + LONGEST_WAIT}
        with self._house.db.read() as session:
            rows.enter_everything(session)
            if lane:
                return session.execute(_NEXT_OF_LANE, {**when, "lane": lane}).one_or_none()
            return session.execute(_NEXT, {**when, "far": list(self._partners())}).one_or_none()

    def _carry_out(self, row: Any) -> None:
        payload = json.loads(row.payload)
        if row.effect == "deliver":
            deliver(self._house, self._transport, row.country, payload["message"])
            self._done(row)
        elif row.effect == "deliver_receipt":
            self._transport.bring_receipt(payload["to"], row.country, payload["message"], payload["receipt"])
            self._done(row)
        else:
            self._follow(row, payload)

    def _follow(self, row: Any, payload: dict[str, Any]) -> None:
        """Effect and its mark in one transaction: done together or not at all."""
        with self._house.db.write() as session:
            desk = self._house.system_desk(session, row.country)
            mine = select(TABLE.c.id).where(TABLE.c.id == row.id, TABLE.c.done_at.is_(None))
            if session.execute(mine.with_for_update(skip_locked=True)).first() is None:
                return
            HANDLERS[row.effect](desk, payload)
            session.execute(_DONE, {"row": row.id, "done_at": self._house.clock.now()})

    def _done(self, row: Any) -> None:
        with self._house.db.write() as session:
            rows.enter_everything(session)
            session.execute(_DONE, {"row": row.id, "done_at": self._house.clock.now()})

    def _postpone(self, row: Any, error: Exception, wait: timedelta) -> None:
        word = error.code if isinstance(error, AppError) else type(error).__name__
        log.warning("effect_postponed", job=row.effect, attempt=row.attempts + 1, kind=word)
        with self._house.db.write() as session:
            rows.enter_everything(session)
            values = {
                "attempts": row.attempts + 1,
                "last_error": word,
                "next_at": self._house.clock.now() + wait,
            }
            session.execute(update(TABLE).where(TABLE.c.id == row.id).values(values))
