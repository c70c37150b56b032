"""A border post that no network reaches: one person is handed over there, and the letters go on a stick, both ways."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

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

# The number makes the person cross at Mae Sot, on the last day of the play (app/demo/waiting.py).
NUMBER: Final = 5000
POINT: Final = "mae-sot-myawaddy"
THERE: Final = "MM"
OPENED: Final = LAST_DAY - timedelta(days=150)


def person(stage: ApartStage) -> Life:
    """Somebody who goes home over the bridge; outside both published tables, which end with the year before."""
    return Life(
        stage, invent(NUMBER, THERE, "ForcedLabour", "18+", "M", OPENED.year, "post"),
        crew_of(stage.cast, "th-datip", NUMBER), "th-datip", "return", "ngo", OPENED, Dice("post", NUMBER),
    )  # fmt: skip


def story(life: Life) -> Story:
    """Their way up to the bridge: everything is agreed, and they have left the shelter this morning."""
    yield from waiting.refer(life, LAST_DAY, "scheduled")


def hand_over(stage: ApartStage, life: Life, folder: Path) -> Iterator[str]:
    """Both officers sign at the post, one after the other, and no network carries a word; what happened, sentence by
    sentence.

    The parcels are those of `waymark exchange export` and `waymark exchange import --answer`, by the clock of the play.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    bridge = crossing.bridge_of(stage.cast, POINT, NUMBER)
    home, away = stage.houses
    stage.clock.advance(timedelta(hours=1))
    with stage.sitting():
        crossing.signed(life, bridge)
        copy, _ = stage.other_copy(life.referral_id)
    yield f"{bridge.here} signs the handover at the post; there is no network, so the letter goes into a file"
    out, back = folder / "to-myanmar.parcel", folder / "to-thailand.parcel"
    packed = parcels.pack(home, FROM, THERE)
    out.write_bytes(packed.content)
    yield f"waymark exchange export {FROM} {THERE} {out.name}: {packed.letters} letter, sealed and signed"
    taken = _clean(parcels.unpack(away, out.read_bytes()))
    yield f"waymark exchange import {out.name} in the other installation: {taken.taken} letter taken in"
    with stage.sitting():
        stage.referral_step(
            bridge.there, "sign_receipt", copy,
            {"officer": bridge.there, "person_present": True, "discrepancy": "none"},
        )  # fmt: skip
    yield f"{bridge.there} has the person before them and signs the receipt: from this moment {THERE} is responsible"
    answer = parcels.pack(away, THERE, FROM, taken)
    back.write_bytes(answer.content)
    yield f"waymark exchange export {THERE} {FROM} {back.name}: {answer.letters} letter, {answer.answers} receipt"
    returned = _clean(parcels.unpack(home, back.read_bytes()))
    # The last receipt goes with the next stick, or with the line once it is back.
    _clean(parcels.unpack(away, parcels.pack(home, FROM, THERE, returned).content))
    stage.carry()
    yield f"waymark exchange import {back.name}: {FROM} has the receipt, and both signatures are kept on both sides"


def _clean(done: Unpacked) -> Unpacked:
    if done.refused:
        raise StoryFault(f"a parcel was not taken in whole: {', '.join(done.refused)}")
    return done
