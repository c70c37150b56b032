"""What a seed of the simulation is judged by: all databases, read from outside when nothing is on its way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any, Final

from app.oversight.rebuild import rebuild_facts
from tests.gates.lossy_proof import ALIKE, _receipts, _said, _told, _twice, _unproven
from tests.gates.states_world import COUNTRIES, Talk, World
from tests.journeys import custody, proof

# What was only added, and came when the conversation was over there: kept and shown, and no fact of the copy any more.
ADDED: Final = {"identity_disclosed": "disclose_identity", "schedule": "confirm_handover"}


@dataclass(frozen=True)
class Arrival:
    """A message that reached a copy: which side heard it, in which state, its type, and what became of it."""

    side: str
    state: str
    name: str
    outcome: str


def held_by(world: World) -> dict[str, list[str]]:
    """Shared id of each referral -> the countries that say in their own installation that they are responsible."""
    found: dict[str, list[str]] = {}
    for code in COUNTRIES:
        for shared, countries in custody.holders(world[code].house).items():
            found.setdefault(shared, []).extend(countries)
    return found


def faults_of(world: World, *, whole: bool = True) -> list[str]:
    """Everything that is wrong now, when all that was said should have arrived.

    whole: also what each installation keeps for itself, its chains and its facts, which takes a while.
    """
    return list(_faults(world, whole))


def _faults(world: World, whole: bool) -> Iterator[str]:
    for code in COUNTRIES:
        if lanes := world.lanes(code):
            yield f"{code}: something waits for ever, in the lanes {lanes}"
        if not whole:
            continue
        yield from (f"{code}: {each.sentence}" for each in rebuild_facts(world[code].house))
        try:
            proof.chains_hold(world[code].house)
        except AssertionError as fault:
            yield f"{code}: a chain of history is broken: {fault}"
    for shared, holders in held_by(world).items():
        if len(holders) != 1:
            yield f"{shared}: at rest {holders} are responsible"
    for talk in world.talks:
        yield from (f"{talk.here} to {talk.there}: {each}" for each in _of_talk(world, talk))
        others = set(COUNTRIES) - {talk.here, talk.there}
        if any(world.copy(talk, code) is not None for code in others):
            yield f"{others} have a copy of a referral that is none of theirs"


def _of_talk(world: World, talk: Talk) -> Iterator[str]:
    houses = [world[code].house for code in (talk.here, talk.there)]
    copies = [_told(house).get(talk.shared) for house in houses]
    sender, receiver = copies
    assert sender is not None, "the sender's copy is gone"
    if receiver is None:
        # Nobody abroad has to hear of a draft.
        if sender.stored("out"):
            yield "the offer never arrived"
        return
    notes = (_receipts(houses[0]), _receipts(houses[1]))
    yield from _differences(talk, sender, receiver)
    for house, out, back in ((houses[0], sender, receiver), (houses[1], receiver, sender)):
        yield from _said(out, back)
        yield from _unproven(house, out, notes)
        yield from _twice(out)


def _differences(talk: Talk, sender: Any, receiver: Any) -> Iterator[str]:
    """What the two copies say of the same thing in other words, but for what each notes by its own calendar."""
    late = {each.name for told in (sender, receiver) for each in _heard(told.row.side, told.history)
            if each.outcome == "already_ended"}  # fmt: skip
    for name in ALIKE:
        if ADDED.get(name) in late:
            continue
        ours, theirs = (_without_days(name, getattr(told.facts, name)) for told in (sender, receiver))
        if ours != theirs:
            yield f"{name} is {ours} in {talk.here} and {theirs} in {talk.there}"
    for told in (sender, receiver):
        if (told.row.state, told.row.custody) != (told.facts.state, told.facts.custody):
            yield f"{told.row.country}: columns and facts differ"


def _without_days(name: str, value: Any) -> Any:
    """Each side notes the day on which it took something in, by its own clock; the day of a handover is agreed."""
    if name in ("sender_took_back", "receiver_took_back"):
        return value is not None
    if is_dataclass(value) and not isinstance(value, type) and name != "schedule":
        return {part: said for part, said in asdict(value).items() if part != "on"}
    return value


def arrivals(world: World, talk: Talk) -> list[Arrival]:
    """Every message that reached a copy, as the copies' own histories tell it."""
    found = []
    for code in (talk.here, talk.there):
        told = _told(world[code].house).get(talk.shared)
        if told is not None:
            found += list(_heard(talk.side(code), told.history))
    return found


def _heard(side: str, history: list[dict[str, Any]]) -> Iterator[Arrival]:
    state = "draft" if side == "sender" else "none"
    for entry in history:
        details = entry["details"]
        if entry["kind"] == "partner":
            yield Arrival(side, state, entry["step"], "applied")
        elif entry["kind"] == "message":
            yield Arrival(side, state, entry["step"], details["result"])
        if entry["kind"] in ("step", "partner") and details.get("machine") == "referral":
            state = details["to"]
