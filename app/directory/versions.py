"""The clocks of a corridor with all their versions, side by side: before, in force, and to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from policies.model import CORRIDOR_CLOCKS, Corridor, DatedClock, Instrument, Policies

__all__ = ["ClockRow", "Texts", "clock_rows", "texts"]


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One clock of a corridor; ``own``: this corridor states it, else it is the regional default."""

    name: str
    own: bool
    before: tuple[DatedClock, ...]
    now: DatedClock | None
    coming: tuple[DatedClock, ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """The instruments of a corridor by whether they hold on a day."""

    now: tuple[Instrument, ...]
    over: tuple[Instrument, ...]
    coming: tuple[Instrument, ...]


def clock_rows(policies: Policies, corridor: Corridor, today: date) -> list[ClockRow]:
    """Every clock of ``corridor``, in the order of a return."""
    found = []
    for name in CORRIDOR_CLOCKS:
        own = corridor.dated_clocks.get(name, ())
        versions = own or policies.default_corridor.dated_clocks.get(name, ())
        before = tuple(each for each in versions if each.until is not None and each.until < today)
        now = next((each for each in versions if each.holds_on(today)), None)
        coming = tuple(each for each in versions if each.from_ > today)
        found.append(ClockRow(name, bool(own) and not corridor.is_default, before, now, coming))
    return found


def texts(corridor: Corridor, today: date) -> Texts:
    """The instruments of ``corridor``: those in force, over, and to come."""
    every = corridor.instruments
    return Texts(
        corridor.in_force(today),
        tuple(each for each in every if each.until is not None and each.until < today),
        tuple(each for each in every if each.from_ > today),
    )
