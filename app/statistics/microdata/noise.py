"""Counts with noise. Noise and the count of what it gives away are OpenDP's; nothing here makes or sums either.

OpenDP is an extra (`microdata`). The whole way from records to noisy counts is one OpenDP measurement, and its own map
says the loss for one record more or less (docs/decisions/0068).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module, metadata
from itertools import product
from typing import Any, Final

from app.kit.errors import Conflict
from app.kit.words import mark

__all__ = ["EXTRA", "Counted", "Plan", "installed", "measured", "must_be_installed", "planned"]

EXTRA: Final = "pip install 'waymark[microdata]'"
NEEDED: Final = mark(
    "Synthetic records need the library OpenDP, which is not installed here. Whoever runs this installation adds the"
    " extra 'microdata': pip install 'waymark[microdata]'."
)
# One record is one person: two lists of people differ by so many records when one person is added or left out.
ONE_PERSON: Final = 1
# What rounding may add to a budget when shares of it are summed; far below anything that could be noticed.
ROUNDING: Final = 1e-9
_MARK: Final = ","
Record = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is counted: for each marginal the places of its dimensions, for each dimension how many values it has.

    The first count of all is how many people there are (no dimension). A plan is made of a declaration alone.
    """

    marginals: tuple[tuple[int, ...], ...]
    sizes: tuple[int, ...]

    def cells(self, at: int) -> list[Record]:
        """Every cell of a marginal, whether somebody is in it or not."""
        return list(product(*(range(self.sizes[place]) for place in self.marginals[at])))


@dataclass(frozen=True, slots=True)
class Counted:
    """Noisy counts, cell by cell in the order of the plan; how much noise; and what OpenDP says they give away."""

    counts: tuple[tuple[int, ...], ...]
    scale: float
    epsilon: float
    library: str


def planned(dimensions: Sequence[str], sizes: Sequence[int], marginals: Sequence[Sequence[str]]) -> Plan:
    """The plan of a declaration: the number of people, then its marginals."""
    places = {name: at for at, name in enumerate(dimensions)}
    return Plan(((), *(tuple(places[name] for name in each) for each in marginals)), tuple(sizes))


def installed() -> bool:
    """Whether the extra is there; nothing is loaded by asking."""
    try:
        metadata.version("opendp")
    except metadata.PackageNotFoundError:
        return False
    return True


def must_be_installed() -> None:
    """Raise Conflict (microdata_library_missing), saying what to install, where the extra is missing."""
    if not installed():
        raise Conflict(NEEDED, code="microdata_library_missing", extra={"install": EXTRA})


def measured(plan: Plan, records: Sequence[Record], epsilon: float) -> Counted:
    """Count every marginal of ``plan`` with discrete Laplace noise, all of them together within ``epsilon``.

    records: one for each person, each value inside its domain. Raises Conflict where the extra is missing, and
    ValueError if OpenDP says that more than ``epsilon`` would be given away.
    """
    must_be_installed()
    measurement, scale, loss = _measurement(plan, epsilon)
    if loss > epsilon * (1 + ROUNDING):
        raise ValueError(f"{loss} would be given away, and the budget is {epsilon}")
    counts = tuple(tuple(int(each) for each in one) for one in measurement([_text(each) for each in records]))
    return Counted(counts, scale, loss, f"opendp {metadata.version('opendp')}")


@lru_cache(maxsize=4)
def _measurement(plan: Plan, epsilon: float) -> tuple[Any, float, float]:
    """The measurement of a plan, the scale of its noise, and its loss for one person; it holds nothing of anybody."""
    dp: Any = import_module("opendp.prelude")
    # honest-but-curious: picking the dimensions of a marginal is a callback of ours, record by record (0068).
    dp.enable_features("contrib", "honest-but-curious")
    share = epsilon / len(plan.marginals)
    scale = dp.binary_search_param(
        lambda noise: dp.m.make_laplace(dp.atom_domain(T=int), dp.absolute_distance(T=int), noise),
        d_in=ONE_PERSON, d_out=share, bounds=(0.5 / share, 2.0 / share), T=float,
    )  # fmt: skip
    measurement = dp.c.make_composition([_counting(dp, plan, at, scale) for at in range(len(plan.marginals))])
    return measurement, float(scale), float(measurement.map(ONE_PERSON))


def _counting(dp: Any, plan: Plan, at: int, scale: float) -> Any:
    """One marginal of records: pick its dimensions, count each cell there can be, add noise."""
    records = (dp.vector_domain(dp.atom_domain(T=str)), dp.symmetric_distance())
    places = plan.marginals[at]

    def pick(texts: list[str]) -> list[str]:
        return [_MARK.join(parts[place] for place in places) for parts in (each.split(_MARK) for each in texts)]

    # Record by record: as many records differ after it as before.
    picked = dp.t.make_user_transformation(*records, *records, pick, lambda differing: differing)
    categories = [_text(each) for each in plan.cells(at)]
    counted = dp.t.then_count_by_categories(categories, null_category=False, MO="L1Distance<int>")
    return picked >> counted >> dp.m.then_laplace(scale)


def _text(record: Record) -> str:
    return _MARK.join(map(str, record))
