"""Proof: that the program itself takes a filled store for one of its own making."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from app.access.desk import House
from app.casework.held import CASE, REFERRAL
from app.oversight import rebuild, sealing
from app.oversight.proving import prove
from app.settings import Settings
from tests.inspect import reading

# Of so many cases and so many copies the facts are folded again; all chains are verified.
FOLDED: Final = 150


@dataclass(frozen=True, slots=True)
class Proved:
    """What was checked, a sentence for each, and the faults."""

    checked: tuple[str, ...]
    faults: tuple[str, ...]


def proved(house: House, settings: Settings, seed: int, folded: int = FOLDED) -> Proved:
    """Seal checkpoints over the store, verify every chain as `waymark audit verify` does, and fold a sample again.

    folded: of how many cases, and of how many copies, the facts are compared as `waymark rebuild-facts` compares them.
    """
    sealing.round_of(house)
    proof = prove(settings)
    found = differences(house, seed, folded)
    said = f"{found[0]} cases and referral copies folded again from their histories, {len(found[1])} differ"
    return Proved((*proof.checked, said), (*proof.faults, *found[1]))


def differences(house: House, seed: int, folded: int) -> tuple[int, list[str]]:
    """How many subjects of a random sample were folded again, and a sentence for each whose facts differ."""
    dice, asked, differing = random.Random(seed), 0, []
    for table, look in ((REFERRAL, rebuild._referral), (CASE, rebuild._case)):
        with reading(house.db) as session:
            # Ids are random, so any place among them is: from each place drawn the next one is looked at.
            places = [f"{dice.getrandbits(32):08x}" for _ in range(folded)]
            query = select(table.c.id, table.c.country).order_by(table.c.id).limit(1)
            drawn = {session.execute(query.where(table.c.id >= place)).first() for place in places}
        for subject_id, country in sorted(each for each in drawn if each is not None):
            asked += 1
            with house.db.write() as session:
                difference = look(house.system_desk(session, country, "proof"), subject_id, False)
            if difference is not None:
                differing.append(difference.sentence)
    return asked, differing
