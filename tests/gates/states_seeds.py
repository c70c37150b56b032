"""One seed of the simulation: a schedule of what people, processes, clocks and the weather do, played and judged.

A schedule is a list of plain events, so one that fails can be played again and made shorter. Whatever an event cannot
do any more in a shorter schedule (nothing waits, the step is refused) is no fault: it does nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import select

from app.access.desk import House
from app.exchange.delivery import envelope_of
from app.kit.errors import AppError
from tests.gates.states_people import (
    ACTS,
    FIRST,
    ONWARD,
    OVER,
    REASONS,
    TAKES_BACK,
    bring_to_an_end,
    choices,
    take_back,
)
from tests.gates.states_proof import Arrival, arrivals, faults_of, held_by
from tests.gates.states_strange import KINDS, speak_strangely
from tests.gates.states_table import Table
from tests.gates.states_weather import Killed
from tests.gates.states_world import COUNTRIES, DEPTHS, OUTBOX, World
from tests.inspect import reading

# An event: its name and what it needs.
Event = tuple[Any, ...]
Schedule = tuple[Event, ...]
ENDS: Final = ("completed", "declined", "no_safe_return", "withdrawn", "cancelled")
LENGTH: Final = (8, 16)
# What the air does to a letter, and how often in a hundred.
_ODDS: Final = {
    "fine": 42, "request_lost": 10, "answer_lost": 14, "doubled": 10, "late": 10, "astray": 3, "receiver_dies": 5,
    "sender_dies": 4, "garbled": 2,
}  # fmt: skip
# Hours by which a clock is put wrong: less than a day apart, beyond which a letter is refused until it is mended.
_SKEWS: Final = (-9.0, -3.0, -0.5, -0.01, 0.0, 0.2, 2.0, 7.0, 11.0)
_TOO_FAR: Final = 40.0


@dataclass
class Seen:
    """What came of a schedule: what was wrong, the ends, what arrived where, and how often what was done."""

    seed: int
    depth: str
    schedule: list[Event] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    arrived: list[Arrival] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)


class Play:
    """Plays events in a world and looks after each of them that somebody is responsible."""

    def __init__(self, world: World, seed: int, depth: str, table: Table | None = None) -> None:
        """seed: from which ids are drawn; table: the pairs that are tried by hand (tests/gates/states_table.py)."""
        self.world = world
        self.seen = Seen(seed, depth)
        self.table = table
        self.chance = Random(seed)
        # Who sent the letter that is on its way.
        self._sending = COUNTRIES[0]
        world.begin(depth, Random(seed + 1))
        world.air.others = COUNTRIES
        world.air.armed = self._arm
        world.air.after = self._sender_dies
        world.air.died = self._restart

    def one(self, event: Event) -> None:
        """Let one event happen; a process that is killed by it starts again."""
        self.seen.schedule.append(event)
        self.seen.counted[event[0]] += 1
        deeds: dict[str, Callable[..., None]] = {
            "act": self._act, "carry": self._carry, "late": self._late, "clock": self._clock, "kill": self._kill,
            "overtake": self._overtake, "strange": self._strange, "probe": self._probe, "wait": self._wait,
        }  # fmt: skip
        try:
            deeds[event[0]](*event[1:])
        except AppError as refusal:
            self.seen.counted[f"refused: {refusal.code}"] += 1
        except Killed as killed:
            self._restart(str(killed))
        for country in self.world.countries.values():
            country.dies_in = 0
        self.world.pass_time(timedelta(seconds=1))
        for shared, holders in held_by(self.world).items():
            if not holders:
                self.seen.faults.append(f"nobody is responsible after {event} ({shared[:8]})")

    def end(self, wanted: str) -> Seen:
        """Mend the weather and the clocks, let everybody finish, and judge."""
        world, seen = self.world, self.seen
        for country in world.countries.values():
            if abs(country.skew) > timedelta(hours=12):
                country.skew = timedelta(0)
        world.pass_time(timedelta(seconds=1))
        world.air.fate = "fine"
        world.drain()
        seen.faults += faults_of(world, whole=False)
        if seen.faults:
            return seen
        for number, talk in enumerate(world.talks):
            end = bring_to_an_end(world, talk, wanted if number == 0 else "cancelled")
            seen.ends.append(end)
            if end not in OVER:
                seen.faults.append(f"{talk.here} to {talk.there} came to no end: {end}")
        # What was in the air all the while comes down when everything is over.
        before = [world.print_of(code) for code in COUNTRIES]
        while world.air.flying:
            world.air.arrive(0)
        if before != [world.print_of(code) for code in COUNTRIES]:
            seen.faults.append("a letter that came after the end has changed something")
        # Chains and facts are proved in every third: it takes a tenth of a seed, and each depth and end comes to it.
        seen.faults += faults_of(world, whole=seen.seed % 3 == 0)
        if self.table is not None:
            for talk in world.talks:
                for code in (talk.here, talk.there):
                    seen.faults += self.table.try_some(world, talk, code, 2)
        seen.arrived = [each for talk in world.talks for each in arrivals(world, talk)]
        seen.counted += world.air.counted
        world.air.counted.clear()
        return seen

    # ------------------------------------------------------------------------------------------- events

    def _act(self, number: int, name: str, reason: str = "") -> None:
        talk = self.world.talks[number]
        if name in TAKES_BACK:
            take_back(self.world, talk, name)
            return
        self.world.step(talk, name, **({"reason": reason} if reason else {}))

    def _carry(self, code: str, lane: str, fate: str = "fine") -> None:
        self.world.air.fate, self._sending = fate, code
        try:
            self.world.carry(code, lane)
        finally:
            self.world.air.fate = "fine"

    def _late(self, number: int) -> None:
        if self.world.air.flying:
            self.world.air.arrive(number)

    def _clock(self, code: str, hours: float) -> None:
        self.world[code].skew = timedelta(hours=hours)

    def _wait(self, seconds: float) -> None:
        self.world.pass_time(timedelta(seconds=seconds))

    def _kill(self, code: str, commits: int, number: int, name: str, lane: str) -> None:
        """In the middle of a step of its people, or of its worker's work: the n-th commit is never made."""
        self.world[code].dies_in = commits
        if name:
            self._act(number, name)
        else:
            self._carry(code, lane)

    def _arm(self, code: str) -> None:
        self.world[code].dies_in = 1

    def _sender_dies(self) -> None:
        raise Killed(self._sending)

    def _restart(self, code: str) -> None:
        self.world[code].start(self.world.air)

    def _overtake(self, code: str, number: int) -> None:
        """A message goes out before one of its conversation that waits for its receipt: the hole has to be seen."""
        house = self.world[code].house
        waiting = waiting_messages(house, code)
        if len(waiting) > 1:
            with house.db.read() as session:
                row = waiting[1 + number % (len(waiting) - 1)]
                envelope, _, _ = envelope_of(house.system_desk(session, code, "exchange"), row)
            self.world[code].line.hand_over(envelope)

    def _strange(self, code: str, number: int, kind: str) -> None:
        """Somebody says what nobody may say; nothing may change."""
        self.seen.faults += speak_strangely(self.world, code, self.world.talks[number], kind)

    def _probe(self, number: int, code: str, wanted: int) -> None:
        if self.table is not None:
            self.seen.faults += self.table.try_some(self.world, self.world.talks[number], code, wanted)


def waiting_messages(house: House, code: str) -> list[str]:
    """The rows of the messages of a country that wait for a receipt, in the order in which they were written."""
    with reading(house.db) as session:
        query = select(OUTBOX.c.payload).where(OUTBOX.c.done_at.is_(None), OUTBOX.c.effect == "deliver")
        rows = session.execute(query.where(OUTBOX.c.country == code).order_by(OUTBOX.c.seq)).scalars()
        return [json.loads(row)["message"] for row in rows]


class Author:
    """Makes up what happens next, by chance, out of how things stand: most of it is what people do anyway."""

    def __init__(self, play: Play) -> None:
        """play: whose chance is used."""
        self.play, self.world, self.chance = play, play.world, play.chance

    def next(self) -> Event:
        """The next event."""
        odds: dict[Callable[[], Event], int] = {
            self._act: 42, self._carry: 32, self._late: 6, self._clock: 5, self._kill: 4, self._overtake: 3,
            self._strange: 2, self._probe: 4, self._wait: 2,
        }  # fmt: skip
        return self.chance.choices(list(odds), weights=list(odds.values()))[0]()

    def _talk(self) -> int:
        return 0 if self.chance.random() < 0.8 else 1

    def _country(self, number: int) -> str:
        talk = self.world.talks[number]
        return self.chance.choice((talk.here, talk.there))

    def _act(self) -> Event:
        number = self._talk()
        return ("act", number, *self._deed(number))

    def _deed(self, number: int) -> tuple[str, ...]:
        talk = self.world.talks[number]
        code = self._country(number)
        copy = self.world.copy(talk, code)
        if copy is None:
            return ("send",)
        side, state = talk.side(code), str(copy.state)
        onward = ONWARD.get(state, "")
        if self.chance.random() < 0.05:
            return ("tell_withdrawal" if side == "sender" else "tell_withdrawal_back",)
        if onward and self.chance.random() < 0.6:
            hidden = onward == "start_tracing" and not self.world.facts(talk, talk.here).identity_disclosed
            if hidden or (onward in FIRST and self.chance.random() < 0.4):
                onward = FIRST[onward]
            if ACTS[onward].side == side:
                return (onward,)
        facts = self.world.facts(talk, code)
        waits = {"confirm_withdrawal": facts.sender_took_back, "confirm_withdrawal_back": facts.receiver_took_back,
                 "answer_remedy": facts.remedy_news_waits}
        names = [name for name in choices(side, state) if waits.get(name, True)]
        if not names:
            return (onward or "send",)
        name = self.chance.choice(names)
        return (name, self.chance.choice(REASONS)) if name == "request_end" else (name,)

    def _carry(self) -> Event:
        busy = [(code, lane) for code in COUNTRIES for lane in self.world.lanes(code)]
        if not busy:
            return self._act()
        code, lane = self.chance.choice(busy)
        fate = self.chance.choices(list(_ODDS), weights=list(_ODDS.values()))[0] if lane else "fine"
        return ("carry", code, lane, fate)

    def _late(self) -> Event:
        return ("late", self.chance.randrange(8)) if self.world.air.flying else self._carry()

    def _clock(self) -> Event:
        hours = _TOO_FAR if self.chance.random() < 0.06 else self.chance.choice(_SKEWS)
        return ("clock", self.chance.choice(COUNTRIES), hours)

    def _kill(self) -> Event:
        number = self._talk()
        code = self._country(number)
        busy = self.world.lanes(code)
        if busy and self.chance.random() < 0.6:
            return ("kill", code, self.chance.choice((1, 1, 2)), number, "", self.chance.choice(busy))
        return ("kill", code, self.chance.choice((1, 1, 2)), number, self._deed(number)[0], "")

    def _overtake(self) -> Event:
        number = self._talk()
        return ("overtake", self._country(number), self.chance.randrange(4))

    def _strange(self) -> Event:
        number = self._talk()
        return ("strange", self._country(number), number, self.chance.choice(sorted(KINDS)))

    def _probe(self) -> Event:
        number = self._talk()
        return ("probe", number, self._country(number), 6)

    def _wait(self) -> Event:
        return ("wait", self.chance.choice((5.0, 60.0, 1800.0, 7200.0)))


def wanted_of(seed: int) -> tuple[str, str]:
    """The depth at which a seed begins, and the end to which its people go in the end."""
    depths = list(DEPTHS)
    return depths[seed % len(depths)], ENDS[seed // len(depths) % len(ENDS)]


def run_seed(world: World, seed: int, table: Table | None = None) -> Seen:
    """Play one seed: made up as it goes, then brought to an end and judged."""
    depth, wanted = wanted_of(seed)
    play = Play(world, seed, depth, table)
    author = Author(play)

    def made_up() -> Iterator[Event]:
        for _ in range(play.chance.randint(*LENGTH)):
            yield author.next()

    return _played(play, made_up(), wanted)


def run_again(world: World, seed: int, schedule: Iterable[Event]) -> Seen:
    """Play a schedule again, from the same morning with the same ids."""
    depth, wanted = wanted_of(seed)
    return _played(Play(world, seed, depth, Table(Random(seed))), schedule, wanted)


def _played(play: Play, events: Iterable[Event], wanted: str) -> Seen:
    """All of it; a program that breaks is a fault as any other."""
    try:
        for event in events:
            play.one(event)
            if play.seen.faults:
                return play.seen
        return play.end(wanted)
    except Exception as broken:  # noqa: BLE001 - whatever it is, the seed has to be told
        play.seen.faults.append(f"the program breaks: {type(broken).__name__} {str(broken)[:200]}")
        return play.seen


def shortest(world: World, seed: int, schedule: Schedule, tries: int = 60) -> Schedule:
    """The shortest part of a failing schedule that was found to fail as well, leaving out piece after piece."""
    size = max(1, len(schedule) // 2)
    while tries > 0:
        for start in range(0, len(schedule), size):
            part = schedule[:start] + schedule[start + size :]
            tries -= 1
            if run_again(world, seed, part).faults:
                schedule = part
                break
            if tries <= 0:
                break
        else:
            if size == 1:
                break
            size = max(1, size // 2)
    return schedule

