"""A border post that no network reaches: a group of two, and letters that go on a stick, both ways."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from app.casework import messages
from app.demo import crossing, waiting
from app.demo.apart import FROM, ApartStage
from app.demo.build import LAST_DAY
from app.demo.dice import Dice
from app.demo.life import Life, crew_of
from app.demo.people import invent
from app.demo.play import Story
from app.demo.stage import StoryFault
from app.exchange import parcels
from app.exchange.parcels import Unpacked
from app.referrals import codes, handing

# The numbers make all cross at Mae Sot (app/demo/waiting.py): two on the last day of the play, in one van, and one
# on each of two days after it, so that whoever opens the desk of the post finds work ahead.
NUMBER: Final = 5000
ABSENT: Final = 5001
LATER: Final = (5012, 5013)
POINT: Final = "mae-sot-myawaddy"
THERE: Final = "MM"
OPENED: Final = LAST_DAY - timedelta(days=150)


def people(stage: ApartStage) -> tuple[Life, ...]:
    """Those who go home over the bridge: who crosses, who does not come, and who is expected later.

    Outside both published tables, which end with the year before.
    """
    return tuple(_person(stage, number) for number in (NUMBER, ABSENT, *LATER))


def _person(stage: ApartStage, number: int) -> Life:
    return Life(
        stage, invent(number, THERE, "ForcedLabour", "18+", "M", OPENED.year, "post"),
        crew_of(stage.cast, "th-datip", number), "th-datip", "return", "ngo", OPENED, Dice("post", number),
        quirks=frozenset({"in_group"} if number in (NUMBER, ABSENT) else ()),
    )  # fmt: skip


def story(life: Life) -> Story:
    """Their way up to the bridge: everything is agreed, and they have left the shelter this morning."""
    yield from waiting.refer(life, LAST_DAY, "scheduled")


def hand_over(stage: ApartStage, life: Life, absent: Life, folder: Path) -> Iterator[str]:
    """A day at the post: one person crosses, one does not come, and no network carries a word; sentence by sentence.

    The parcels are those of `waymark exchange export` and `waymark exchange import --answer`, by the clock of the play.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    bridge = crossing.bridge_of(stage.cast, POINT, NUMBER)
    home, away = stage.houses
    stage.clock.advance(timedelta(hours=1))
    with stage.sitting():
        crossing.signed(life, bridge)
        absent.refer(bridge.here, "postpone", reason="person_did_not_come")
        copy, _ = stage.other_copy(life.referral_id)
        spoken = _code(stage, FROM, life.referral_id, "sign_handover")
    yield f"{bridge.here} signs the handover of one at the post, and that the other did not come; there is no network,"
    yield "so the letters go into a file"
    out, back = folder / "to-myanmar.parcel", folder / "to-thailand.parcel"
    packed = parcels.pack(home, FROM, THERE)
    out.write_bytes(packed.content)
    yield f"waymark exchange export {FROM} {THERE} {out.name}: {packed.letters} letters, sealed and signed"
    taken = _clean(parcels.unpack(away, out.read_bytes()))
    yield f"waymark exchange import {out.name} in the other installation: {taken.taken} letters taken in"
    with stage.sitting():
        codes.compare(stage.desk(bridge.there), copy, spoken)
        stage.referral_step(
            bridge.there, "sign_receipt", copy,
            {"officer": bridge.there, "person_present": True, "discrepancy": "none", "code_compared": True},
        )  # fmt: skip
        answered = _code(stage, THERE, copy, "sign_receipt")
    yield f"{bridge.here} reads out the code {spoken}; {bridge.there} types it in, and it fits"
    yield f"{bridge.there} has the person before them and signs the receipt: from this moment {THERE} is responsible"
    answer = parcels.pack(away, THERE, FROM, taken)
    back.write_bytes(answer.content)
    yield f"waymark exchange export {THERE} {FROM} {back.name}: {answer.letters} letter, {answer.answers} receipts"
    returned = _clean(parcels.unpack(home, back.read_bytes()))
    with stage.sitting():
        codes.compare(stage.desk(bridge.here), life.referral_id, answered)
    yield f"{bridge.there} reads out {answered}; {bridge.here} types it in once the stick is back, and it fits"
    # The last receipt goes with the next stick, or with the line once it is back.
    _clean(parcels.unpack(away, parcels.pack(home, FROM, THERE, returned).content))
    stage.carry()
    yield f"waymark exchange import {back.name}: {FROM} has the receipt, and both signatures are kept on both sides"


def _code(stage: ApartStage, country: str, referral_id: str, kind: str) -> str:
    """The code that stands on the screen of who has just signed."""
    login = next(each for each, actor in stage.cast.actors.items() if actor.country == country)
    desk = stage.desk(login)
    shared = stage.shared_of(country, referral_id)
    letter = messages.last_message(desk, shared, "out", (kind,))
    if letter is None:
        raise StoryFault(f"nothing of the type {kind} was signed")
    return handing.check_code(letter.digest.hex())


def _clean(done: Unpacked) -> Unpacked:
    if done.refused:
        raise StoryFault(f"a parcel was not taken in whole: {', '.join(done.refused)}")
    return done
