"""Three installations in one process for the simulation: each with a database, keys, people and a clock of its own.

A morning is prepared once, through the real services: a referral from Thailand to Myanmar at several depths, and one
from Myanmar to China that waits to be sent. Every seed begins with a copy of one of these mornings: that costs little.
"""

from __future__ import annotations

import random
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import bindparam, event, func, select

import app.main
from app.access.desk import House
from app.casework.facts import referral_facts_from
from app.casework.held import REFERRAL
from app.casework.messages import TABLE as MESSAGE
from app.casework.move import Command, perform
from app.casework.receipts import TABLE as RECEIPT
from app.exchange.receiving import Post
from app.exchange.remote import HttpTransport, Routed
from app.kit import migrate
from app.kit.clock import SettableClock
from app.kit.errors import NotFound
from app.models import base
from app.models.outbox import OutboxRow
from app.settings import Settings
from app.worker import Worker
from tests.conftest import START
from tests.factories import cases, referrals, staff
from tests.factories.forms import form
from tests.factories.houses import CHEAP, put_offices
from tests.factories.staff import Staff, desk_of, hire_staff
from tests.gates.states_people import ACTS, prepare
from tests.gates.states_weather import Air, Killed
from tests.inspect import reading
from tests.journeys.apart import introduce
from workflows.facts import ReferralFacts

OUTBOX: Final[Any] = OutboxRow.__table__
# Asked after every event of every seed; made once.
_WAITS = OUTBOX.c.done_at.is_(None)
_LEFT: Final = select(OUTBOX.c.id).where(_WAITS)
_LANES: Final = select(OUTBOX.c.to_country).where(_WAITS).distinct()
_COPY: Final = select(REFERRAL).where(REFERRAL.c.shared_id == bindparam("shared"))
_COPIES: Final = select(REFERRAL.c.shared_id, REFERRAL.c.version, REFERRAL.c.chain_head).order_by(REFERRAL.c.shared_id)
_COUNTS: Final = tuple(select(func.count()).select_from(table) for table in (MESSAGE, RECEIPT, OUTBOX))
COUNTRIES: Final = ("TH", "MM", "CN")
PLACES: Final = {**staff.PLACES, "CN": ("cn-welfare", "cn-mps", "cn-border-ruili")}
# How deep the first referral is when a seed begins, and the steps from one depth to the next.
DEPTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "approved": (),
    "sent": ("send",),
    "acknowledged": ("acknowledge",),
    "tracing": ("disclose_identity", "start_tracing"),
    "assessed": ("report_assessment",),
    "plan_proposed": ("propose_plan",),
    "accepted": ("accept",),
    "handover_scheduled": ("schedule_handover", "confirm_handover"),
    "handed_over": ("sign_handover",),
    "received": ("sign_receipt",),
    "in_reintegration": ("start_reintegration",),
}
PROCESS: Final = timedelta(seconds=1)


@dataclass
class Talk:
    """One referral: who sends it to whom, the sender's copy and case, and the number that both copies share."""

    here: str
    there: str
    sent: str
    case: str
    shared: str

    def side(self, country: str) -> str:
        """Which end of it a country is; "" for one that has nothing to do with it."""
        return {self.here: "sender", self.there: "receiver"}.get(country, "")


@dataclass
class Country:
    """One installation: what its program holds, who works there, and what a restart makes anew."""

    code: str
    house: House
    clock: SettableClock
    file: Path
    staff: Staff = field(default_factory=dict)
    # By how much its clock is wrong.
    skew: timedelta = timedelta(0)
    worker: Worker = field(init=False)
    post: Post = field(init=False)
    line: HttpTransport = field(init=False)
    # So many commits on, its process is killed in the middle of one; 0: it lives.
    dies_in: int = 0

    def start(self, air: Air) -> None:
        """Start its processes: whatever they had in mind before is gone."""
        self.dies_in = 0
        self.line = HttpTransport(self.house, air.client)
        self.worker = Worker(self.house, Routed(self.house, self.line))
        self.post = Post(self.house)

    def commits(self, connection: Any) -> None:
        """Called before each commit: the last moment at which a transaction can be lost."""
        if self.dies_in and connection.get_execution_options().get("waymark_mode") == "write":
            self.dies_in -= 1
            if not self.dies_in:
                raise Killed(self.code)


class World:
    """Three installations and the air between them."""

    def __init__(self, folder: Path) -> None:
        """folder: an empty one, in memory if possible."""
        self.air = Air(self.deliver)
        self.talks: tuple[Talk, ...] = ()
        self.passed = timedelta(0)
        self._mornings: dict[str, tuple[dict[str, bytes], timedelta]] = {}
        self.countries: dict[str, Country] = {}
        template = folder / "template.db"
        migrate.upgrade(f"sqlite:///{template}")
        for code in COUNTRIES:
            file = folder / code / "waymark.db"
            (file.parent / "var").mkdir(parents=True)
            shutil.copyfile(template, file)
            settings = Settings(environment="demo", var=file.parent / "var", database_url=f"sqlite:///{file}")
            clock = SettableClock(START)
            country = Country(code, app.main.open_house(settings, clock, CHEAP), clock, file)
            event.listen(country.house.db.engine, "commit", country.commits)
            put_offices(country.house)
            with _places():
                country.staff = hire_staff(country.house, code)
            self.countries[code] = country
        for here in COUNTRIES:
            for there in COUNTRIES:
                if here != there:
                    address = f"https://{here.lower()}.example"
                    introduce(self[here].house, address, here, to=self[there].house, per_hour=10_000_000)
        for country in self.countries.values():
            country.start(self.air)
        self._prepare()

    def __getitem__(self, code: str) -> Country:
        return self.countries[code]

    def close(self) -> None:
        """Close every line and every database."""
        self.air.client.close()
        for country in self.countries.values():
            country.house.db.dispose()

    # ------------------------------------------------------------------------------------------- mornings

    def _prepare(self) -> None:
        """Walk one referral through its depths in fair weather, and keep the databases at each of them."""
        self.talks = tuple(self.talk(here, there, office) for here, there, office in (
            ("TH", "MM", "mm-dor"), ("MM", "CN", "cn-mps"),
        ))  # fmt: skip
        for depth, steps in DEPTHS.items():
            for name in steps:
                self.step(self.talks[0], name)
                self.drain()
            self._keep(depth)

    def talk(self, here: str, there: str, office: str) -> Talk:
        """A draft that somebody else has approved, for a case with all that its whole way rests on."""
        house, people = self[here].house, self[here].staff
        case = cases.bring_case(house, people, "planning_return")
        for purpose in referrals.CONSENTS:
            cases.add(house, people["case_manager"], case, "consent", purpose=purpose, recipient=there)
        cases.add(house, people["case_manager"], case, "pre_return_risk")
        cases.add(house, people["case_manager"], case, "travel_document")
        cases.add(house, people["legal_officer"], case, "legal_status")
        sent = referrals.draft(house, people, case, there, office)
        talk = Talk(here, there, sent, case, referrals.row_of(house, sent).shared_id)
        self.step(talk, "approve")
        return talk

    def _keep(self, depth: str) -> None:
        self._mornings[depth] = ({}, self.passed)
        for code, country in self.countries.items():
            country.house.db.dispose()
            self._mornings[depth][0][code] = country.file.read_bytes()

    def begin(self, depth: str, chance: random.Random) -> None:
        """Go back to the morning of that depth; the clocks are right, nobody remembers anything."""
        content, self.passed = self._mornings[depth]
        self.air.clear()
        for code, country in self.countries.items():
            country.house.db.dispose()
            for side in ("-wal", "-shm"):
                country.file.with_name(country.file.name + side).unlink(missing_ok=True)
            country.file.write_bytes(content[code])
            country.skew = timedelta(0)
            country.start(self.air)
        self.pass_time(timedelta(0))
        # Ids are drawn from the seed, so that one seed is one story: they stand in the order of the queues.
        base.uuid = SimpleNamespace(uuid4=lambda: uuid.UUID(int=chance.getrandbits(128), version=4))  # type: ignore[attr-defined]

    # --------------------------------------------------------------------------------------------- time

    def pass_time(self, by: timedelta) -> None:
        """Let time pass for everybody; each reads it from a clock that is wrong in its own way."""
        self.passed += by
        for country in self.countries.values():
            country.clock.set(START + self.passed + country.skew)

    # --------------------------------------------------------------------------------------------- letters

    def deliver(self, code: str, path: str, content: bytes) -> dict[str, Any]:
        """Hand over what came through the air, at the post of a country."""
        post = self[code].post
        if path.endswith("/inbox"):
            return {"receipt": post.letter(content)}
        post.receipt(content)
        return {}

    def carry(self, code: str, lane: str) -> bool:
        """Let the worker of a country carry out one thing of a lane; whether there was one."""
        return self[code].worker.one(lane)

    def drain(self) -> int:
        """In fair weather, carry out whatever waits until nothing does; how much that was."""
        done, rest = 0, PROCESS
        while True:
            left = self._left()
            for code in COUNTRIES:
                for lane in self.lanes(code):
                    while self.carry(code, lane):
                        done += 1
                        self.pass_time(PROCESS)
            now_left = self._left()
            if not now_left or rest > timedelta(hours=12):
                return done
            # Whoever was refused is tried again later; a clock that was set back has to come that far first.
            rest = PROCESS if now_left != left else rest * 4
            self.pass_time(rest)

    def _left(self) -> list[str]:
        """The ids of all effects that are not done."""
        found: list[str] = []
        for code in COUNTRIES:
            with reading(self[code].house.db) as session:
                found += session.execute(_LEFT).scalars()
        return found

    def lanes(self, code: str) -> list[str]:
        """The lanes of a country in which something waits: "" for what stays at home, or a partner."""
        with reading(self[code].house.db) as session:
            return sorted(lane or "" for lane in session.execute(_LANES).scalars())

    # ------------------------------------------------------------------------------------------------ acts

    def copy(self, talk: Talk, code: str) -> Any:
        """The row of a country's copy; None where it has none."""
        with reading(self[code].house.db) as session:
            return session.execute(_COPY, {"shared": talk.shared}).one_or_none()

    def facts(self, talk: Talk, code: str) -> ReferralFacts:
        """What a country's copy says."""
        return referral_facts_from(self.copy(talk, code).facts)

    def step(self, talk: Talk, name: str, **given: str) -> None:
        """Take a step on the copy whose it is, with all that it rests on. AppError: it was refused."""
        act = ACTS[name]
        code = talk.here if act.side == "sender" else talk.there
        if self.copy(talk, code) is None:
            raise NotFound()
        prepare(self, talk, name)
        copy, house = self.copy(talk, code), self[code].house
        record = form(house, act.form, **act.fields(self, talk)) if act.form else None
        with desk_of(house, self[code].staff[act.role]) as desk:
            order = Command("referral", name, copy.id, copy.version, record=record, given=given or act.given)
            perform(desk, order)

    def print_of(self, code: str) -> tuple[Any, ...]:
        """Everything of an installation that a message can change, in a few numbers and digests."""
        with reading(self[code].house.db) as session:
            counts = (session.execute(each).scalar_one() for each in _COUNTS)
            return (*map(tuple, session.execute(_COPIES)), *counts)


@contextmanager
def _places() -> Iterator[None]:
    known = staff.PLACES
    staff.PLACES = PLACES
    try:
        yield
    finally:
        staff.PLACES = known


@contextmanager
def opened(folder: Path) -> Iterator[World]:
    """A world in a folder; ids are drawn by chance again afterwards."""
    with ExitStack() as stack:
        known = base.uuid  # type: ignore[attr-defined]
        stack.callback(setattr, base, "uuid", known)
        world = World(folder)
        stack.callback(world.close)
        yield world
