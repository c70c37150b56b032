"""Every message in every state of the copy that hears it: what becomes of it is declared here, and tried by hand.

Two questions, two answers. Which pairs can people bring about at all, whatever the weather: that is walked through by
tests/workflows/explorer.py, and everything else stands under a reason why it cannot happen (`why_never`). And what
becomes of the pair if a partner that means harm says it all the same: a message under the partner's true signature and
with the right number is put before the real `take_in` in a transaction that is never committed, in every state, for
every pair.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any, Final

from app.casework import messages
from app.casework.mirror import take_in
from app.casework.wire import MessageRefused
from app.kit.errors import AppError
from tests.app.exchange.wire import Hand
from tests.factories.forms import form
from tests.gates.states_people import ACTS, OVER
from tests.gates.states_world import DEPTHS, Talk, World
from tests.inspect import reading
from tests.workflows.explorer import walk
from workflows.erasure_abroad import OF_ERASURE
from workflows.referral import MACHINE, Referral
from workflows.step import Step

# The side that hears, the state of its copy, the type of the message.
Pair = tuple[str, str, str]
NONE: Final = "none"
STATES: Final = {
    "sender": tuple(state.value for state in Referral),
    # A copy that is being made is a draft until the offer is taken in, in the same transaction.
    "receiver": (NONE, *(state.value for state in Referral if state is not Referral.DRAFT)),
}
STEPS: Final[dict[str, Step]] = {row.name: row for row in MACHINE.steps}
EVERY: Final[frozenset[Pair]] = frozenset(
    (side, state, name) for side, states in STATES.items() for state in states for name in STEPS
)
# Why a pair does not come about between two honest countries.
OWN_WORD: Final = "a side never hears its own words"
NOBODY_KNOWS: Final = "nobody abroad knows of a draft"
NO_OFFER: Final = "the offer is the first message, and numbers keep the order"
AT_HOME: Final = "it is taken before the offer and is never said"
ERASING: Final = "erasures are no part of this play (tests/app/keeping/test_partners.py)"
NEVER_MET: Final = "whoever may say it has heard, or said before it, what brought the other copy out of this state"

# State -> the morning it is reached from, and by which steps.
TOUR: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "draft": ("approved", ()),
    **{depth: (depth, ()) for depth in DEPTHS if depth != "approved"},
    "returned_for_info": ("sent", ("return_for_info",)),
    "declined": ("sent", ("decline",)),
    "withdrawn": ("assessed", ("withdraw",)),
    "cancelled": ("assessed", ("cancel",)),
    "no_safe_return": ("assessed", ("find_no_safe_return",)),
    "postponed": ("handover_scheduled", ("postpone",)),
    "completed": ("in_reintegration", ("complete",)),
}


@cache
def honest() -> frozenset[Pair]:
    """Every pair that honest countries can bring about, found by walking through all that two copies can do."""
    found = set()
    for node, ways in walk().ways.items():
        for way in ways:
            name, arrives, _ = way.what.partition(" arrives")
            if arrives:
                side = "receiver" if STEPS[name].by == "sender" else "sender"
                copy = node.receiver if side == "receiver" else node.sender
                found.add((side, copy.state if copy is not None else NONE, name))
    return frozenset(found)


def why_never(pair: Pair) -> str:
    """Why honest countries do not bring this pair about; "" where they do."""
    side, state, name = pair
    if pair in honest():
        return ""
    if STEPS[name].by in (side, None):
        return OWN_WORD
    if name in OF_ERASURE:
        return ERASING
    if name == "approve":
        return AT_HOME
    if state == Referral.DRAFT:
        return NOBODY_KNOWS
    return NO_OFFER if state == NONE else NEVER_MET


def declared(pair: Pair, crossed: bool) -> str:
    """What becomes of it: a word of the receipt, or "refused <reason>" where it is not taken in.

    crossed: whoever wrote it had not heard our last word.
    """
    side, state, name = pair
    step = STEPS[name]
    if state == NONE:
        return "applied" if name == "send" else "refused unknown_referral"
    if step.by in (side, None):
        return "kept_unknown"
    if state in {each.value for each in step.start}:
        return "applied"
    if state in OVER:
        return "already_ended"
    # It moves nothing, and was said rightly: it reaches the other copy all the same.
    return "applied" if step.to is None and crossed else "not_applicable"


@dataclass
class Table:
    """Which pairs were tried by hand, and how often."""

    chance: Random
    tried: Counter[Pair] = field(default_factory=Counter)

    def try_some(
        self, world: World, talk: Talk, code: str, wanted: int, *, crossed: bool | None = None
    ) -> list[str]:
        """Try those messages that were tried least in the present state of a country's copy; what was wrong.

        crossed: whether who says them has heard our last word; by chance if left out.
        """
        side = talk.side(code)
        copy = world.copy(talk, code)
        state = copy.state if copy is not None else NONE
        names = sorted(STEPS, key=lambda name: (self.tried[side, state, name], name))[:wanted]
        before, found = world.print_of(code), []
        for name in names:
            self.tried[side, state, name] += 1
            unheard = self.chance.random() < 0.5 if crossed is None else crossed
            found += try_pair(world, talk, code, (side, state, name), crossed=unheard)
        if world.print_of(code) != before:
            found.append(f"{side}, {state}: what was never committed has changed something")
        return found

    def tour(self, world: World, wanted: int = len(STEPS)) -> list[str]:
        """Bring a referral into every state, and try messages at both ends of it; what was wrong.

        wanted: how many messages at each end of each state; all if left out.
        """
        found = []
        for state, (depth, steps) in TOUR.items():
            world.begin(depth, Random(1))
            talk = world.talks[0]
            for step in steps:
                world.step(talk, step)
                world.drain()
            reached = str(world.copy(talk, talk.here).state)
            if reached != state:
                found.append(f"the tour comes to {reached}, not to {state}")
            for code in (talk.here, talk.there):
                # By somebody who has heard our last word, and by somebody who has not.
                for crossed in (False, True):
                    found += self.try_some(world, talk, code, wanted, crossed=crossed)
        return found


class _Undone(Exception):
    """The transaction was only to be looked at."""


def try_pair(world: World, talk: Talk, code: str, pair: Pair, *, crossed: bool) -> list[str]:
    """Say it under the partner's true signature, look what becomes of it, and let it never have been."""
    side, state, name = pair
    house, there = world[code].house, talk.there if code == talk.here else talk.here
    heard, ours = _last(world, talk, code)
    answers = ours.digest.hex() if ours is not None and not crossed else messages.NO_DIGEST
    hand = Hand(
        world[there].house, there, code, talk.shared, heard.seq if heard else 0,
        heard.digest.hex() if heard else messages.NO_DIGEST, answers,
    )  # fmt: skip
    receiving = world[talk.there]
    office = receiving.staff["national_focal_point"].office
    envelope = hand.envelope(name, _body(world, talk, name), to_office=office)
    outcome, after = "", state
    try:
        with house.db.write() as session:
            taken = take_in(house.system_desk(session, code, "exchange"), envelope)
            said = json.loads(taken.receipt["content"])["outcome"]
            outcome, after = said["result"], said["state"]
            raise _Undone
    except MessageRefused as refusal:
        outcome = f"refused {refusal.extra['reason']}"
    except AppError as refusal:
        outcome = f"refused {refusal.code}"
    except _Undone:
        pass
    wanted, found = declared(pair, crossed and ours is not None), []
    late = name == "confirm_handover" and outcome == "not_applicable" and crossed
    if outcome != wanted and not late:
        found.append(f"{pair}: {outcome}, and {wanted} is declared")
    if outcome != "applied" and after != state:
        found.append(f"{pair}: {outcome}, and the state is {after}")
    if outcome == "applied" and state in {each.value for each in STEPS[name].start}:
        targets = {target.value for target in STEPS[name].targets()} or {state}
        if after not in targets:
            found.append(f"{pair}: led to {after}")
    return found


def _last(world: World, talk: Talk, code: str) -> tuple[Any, Any]:
    house = world[code].house
    with reading(house.db) as session:
        desk = house.system_desk(session, code)
        return tuple(messages.last_message(desk, talk.shared, way) for way in ("in", "out"))  # type: ignore[return-value]


def _body(world: World, talk: Talk, name: str) -> dict[str, Any]:
    act, body = ACTS.get(name), dict[str, Any]()
    if name == "send":
        body = {"about": {"age_band": {"age_band": "18+", "sex": "F"}}, "consents": [], "child": False}
    if act is not None and act.form:
        fields = {} if name == "report_visit" else act.fields(world, talk)
        filled = form(world[talk.here].house, act.form, **fields)
        body["record"] = {"kind": act.form, "version": 1, "body": filled}
    given = dict(act.given) if act is not None else {}
    return {**body, "given": given or ({"reason": "other"} if STEPS[name].given else {})}
