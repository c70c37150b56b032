"""Proves a store that was just filled, before anybody is served from it: chains, checkpoints, facts, keys and seals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import House
from app.casework import epochs
from app.casework.refold import HistoryUnreadable
from app.kit.signing import known_publics
from app.oversight.rebuild import difference_of, subjects
from app.oversight.seals import open_all
from app.oversight.verify import verify_all
from app.oversight.witnessed import check_witnessed
from app.settings import Settings

__all__ = ["Proof", "prove"]

# Of faults of one kind so many are named.
NAMED = 5


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proven, a sentence for each part, and what was found at fault."""

    checked: tuple[str, ...]
    faults: tuple[str, ...]


def prove(session: Session, house: House, settings: Settings, told: Callable[[int, int], None]) -> Proof:
    """Prove all that ``session`` sees, as `waymark audit verify`, `audit seals` and `rebuild-facts` would.

    ``told``: called with how many subjects of how many were folded again. Nothing is changed. What a restore of an
    earlier epoch took away is no fault here: the move is what is judged.
    """
    trusted = known_publics(settings.checkpoint_key_file)
    newest = epochs.current(session)
    chains = verify_all(session)
    seen = check_witnessed(
        session, trusted, settings.checkpoint_places, None, epochs.FIRST if newest is None else newest.number
    )
    seals = open_all(session, house.keys)
    checked = [
        chains.sentence,
        f"{seen.checkpoints} checkpoints with {seen.lines} heads and looks verified",
        f"{seals.keys} data keys and {seals.seals} seals opened; {seals.erased} seals of people who were erased",
    ]
    faults = [each for each in (chains.fault, seen.fault) if each]
    faults += seals.broken[:NAMED]
    asked, differing = _facts(session, house, told)
    checked.append(f"{asked} cases and referral copies folded again from their histories, {len(differing)} differ")
    return Proof(tuple(checked), (*faults, *differing[:NAMED]))


def _facts(session: Session, house: House, told: Callable[[int, int], None]) -> tuple[int, list[str]]:
    found = subjects(session)
    differing = []
    for number, (kind, subject_id, country) in enumerate(found, 1):
        try:
            difference = difference_of(house.system_desk(session, country, "move"), kind, subject_id)
            if difference is not None:
                differing.append(difference.sentence)
        except HistoryUnreadable as error:
            differing.append(str(error))
        told(number, len(found))
    rows.enter_everything(session)
    return len(found), differing
