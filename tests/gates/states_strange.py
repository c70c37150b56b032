"""What nobody may say in the simulation: a third country about others, a forger, and numbers that are none."""

from __future__ import annotations

from typing import Final

from app.casework import messages
from app.exchange import letters
from app.kit.errors import AppError
from tests.app.exchange.wire import Hand
from tests.gates.states_world import COUNTRIES, Talk, World
from tests.inspect import reading

# Kind -> with which code it has to be refused.
KINDS: Final = {
    "another's referral": ("unknown_referral", "gap"),
    "another's name": ("no_partner",),
    "a number too far": ("gap",),
    "another past": ("broken_chain",),
    "an old number again": ("gap", "number_taken"),
}


def speak_strangely(world: World, code: str, talk: Talk, kind: str) -> list[str]:
    """Say it to the post of a country that has a part in the referral; what was wrong about the answer.

    code: who listens.
    """
    if world.copy(talk, code) is None:
        return []
    there = talk.there if code == talk.here else talk.here
    third = next(each for each in COUNTRIES if each not in (talk.here, talk.there))
    with reading(world[code].house.db) as session:
        heard = messages.last_message(world[code].house.system_desk(session, code), talk.shared, "in")
    seq, before = (heard.seq, heard.digest.hex()) if heard else (0, messages.NO_DIGEST)
    if kind == "a number too far":
        seq += 2
    elif kind == "another past":
        before = "ab" * 32
    elif kind == "an old number again":
        if seq == 0:
            return []
        seq -= 1
    speaker = third if kind in ("another's referral", "another's name") else there
    name = there if kind == "another's name" else speaker
    hand = Hand(world[speaker].house, speaker, code, talk.shared, seq, before)
    told = {"id": heard_id(world, code, talk)} if kind == "an old number again" else {}
    # Whoever takes another's name has no key of theirs: it signs with its own.
    step = "decline" if there == talk.there else "cancel"
    letter = letters.write(
        hand.envelope(step, from_=name, **told), world[code].house.exchange.public(code),
        world[speaker].house.signing.signer(speaker), world[speaker].house.clock.now(),
    )  # fmt: skip
    known = world.print_of(code)
    try:
        world[code].post.letter(letter)
        answer = "taken in"
    except AppError as refusal:
        answer = str(refusal.extra.get("reason", refusal.code))
    found = []
    if answer not in (*KINDS[kind], "clock_wrong"):
        found.append(f"{kind} from {speaker} to {code}: {answer}")
    if world.print_of(code) != known:
        found.append(f"{kind} from {speaker} to {code} has changed something")
    return found


def heard_id(world: World, code: str, talk: Talk) -> str:
    """The id of the last message that a country has heard of a referral."""
    with reading(world[code].house.db) as session:
        desk = world[code].house.system_desk(session, code)
        return str(messages.last_message(desk, talk.shared, "in").message_id)
