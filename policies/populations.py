"""Who can be counted: each population's unit, its dates, and by what it can be told apart or narrowed.

These are words of the program, not of an agreement: app/statistics/populations.py says how each is read from the
database, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from policies.reports import Unit

__all__ = ["AGE", "COUNTRY", "OFFICE", "POPULATIONS", "SPELLED", "WAY", "YEAR", "YES_NO", "Population"]

# Where the values of a dimension come from, when it is no code list.
COUNTRY, OFFICE, YES_NO, YEAR, WAY, AGE = "(country)", "(office)", "(yes or no)", "(year)", "(way in)", "(age)"
# The values of those that are few enough to be spelled out.
SPELLED: Final[Mapping[str, tuple[str, ...]]] = {
    YES_NO: ("yes", "no"),
    AGE: ("0-17", "18+", "unknown"),
    WAY: ("shelter", "other", "return", "government", "iom", "embassy", "agency", "self"),
}


@dataclass(frozen=True, slots=True)
class Population:
    """Something that is counted in one unit.

    dimensions: name -> the code list of its values, or one of the words above. narrowed: what it can be filtered by
    beside them. dates: which days can put one into a period. stands: whether one can say who was there on a day.
    channel: the dimension that tells the channel, "" where the population knows none.
    """

    unit: Unit
    dates: tuple[str, ...]
    dimensions: Mapping[str, str]
    narrowed: Mapping[str, str]
    stands: bool = False
    channel: str = ""

    @property
    def filters(self) -> Mapping[str, str]:
        """All that it can be narrowed by."""
        return {**self.dimensions, **self.narrowed}


PEOPLE: Final = {
    "nationality": COUNTRY, "exploitation": "exploitation", "age_band": "age_band", "sex": "sex", "year": YEAR,
}  # fmt: skip
CASE: Final = {
    **PEOPLE, "source": "case_source", "way_in": WAY, "identification": "identification_state",
    "exploited_in": COUNTRY,
}  # fmt: skip
ROUTE: Final = {"from_country": COUNTRY, "to_country": COUNTRY, "sex": "sex", "age_band": AGE, "year": YEAR}

POPULATIONS: Final[Mapping[str, Population]] = {
    # Everybody whose case was opened, once, whatever became of it.
    "people": Population("person", ("opened_on", "presumed_on"), CASE, {"placed": YES_NO}, channel="way_in"),
    # People whom this country's competent authority, or another's, has found to be trafficked.
    "identified": Population("person", ("decided_on",), {**CASE, "decided_by": OFFICE}, {"placed": YES_NO}),
    # People who were told no, by what was found instead.
    "findings": Population("person", ("opened_on",), {**PEOPLE, "finding": "other_finding"}, {}),
    # Nationals of this country who were exploited in another.
    "abroad": Population("person", ("opened_on",), {**CASE}, {}),
    # Cases: somebody may have had more than one.
    "cases": Population(
        "case", ("opened_on",), {**CASE, "care": "care_state"}, {"placed": YES_NO}, stands=True, channel="way_in"
    ),
    # Formal decisions on identification that count today, whichever way they went.
    "decisions": Population(
        "decision", ("decided_on",), {**PEOPLE, "decided_by": OFFICE, "identification": "identification_state"}, {}
    ),
    # This country's copies of referrals.
    "referrals": Population(
        "referral", ("opened_on",), {**ROUTE, "referral": "referral_state", "declined_for": "decline_reason"}, {},
        channel="channel",
    ),
    # Receipts signed at a border, and returns of which only the case tells: no referral of this program brought them.
    "returns": Population("return", ("received_on",), {**ROUTE, "referral": "referral_state"}, {}, channel="channel"),
    # Claims for a remedy: one person may have several.
    "claims": Population(
        "claim", ("claimed_on",),
        {"remedy": "remedy_kind", "forum": "remedy_forum", "claim": "remedy_state", "nationality": COUNTRY,
         "sex": "sex", "year": YEAR}, {},
    ),
}  # fmt: skip
