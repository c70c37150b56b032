"""Facts of a stay in a shelter that keeps its beds here: bed, admission, leave, and a longer first protection."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

# States of care in which no bed is needed here any more: in another country's hands, or ended.
LEFT_THE_HOUSE: Final = frozenset({"handed_over", "closed"})
# States of care in which a place is lived in, which is looked at as long as it is; a journey is no place.
LIVED_IN: Final = frozenset(
    {"sheltered", "recovering", "planning_return", "including_locally", "resettling", "reintegrating"}
)


@dataclass(frozen=True, slots=True)
class BedFacts:
    """A bed that a shelter (office code) has confirmed: held ``until`` a moment, or in use (None)."""

    request: str
    shelter: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AdmissionFacts:
    """What the person signed on coming to a shelter; ``agreed`` False: they do not want to stay there.

    shelter: None for one that keeps no beds here. used_on: the day of the placement there that rested on it, for one
    signature outside carries one placement.
    """

    on: date
    shelter: str | None
    agreed: bool
    rules_explained: bool
    witnessed: bool
    used_on: date | None = None


def used(form: AdmissionFacts | None, shelter: str | None, on: date) -> AdmissionFacts | None:
    """The signed form once somebody was placed at ``shelter``: outside of those kept here it carries one placement."""
    if form is None or shelter is not None or form.shelter is not None or form.used_on is not None:
        return form
    return replace(form, used_on=on)


@dataclass(frozen=True, slots=True)
class LeaveFacts:
    """The person is out of the shelter for a while, as everybody may be; ``until`` None: not said."""

    on: date
    until: date | None


@dataclass(frozen=True, slots=True)
class ExtensionFacts:
    """Leave of an authority to keep up temporary protection until a day, and whether the person was told."""

    on: date
    until: date
    person_told: bool
