"""Facts of a stay in a shelter that keeps its beds here: bed, admission, leave, and a longer first protection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

# States of care in which no bed is needed here any more: in another country's hands, or ended.
LEFT_THE_HOUSE: Final = frozenset({"handed_over", "closed"})


@dataclass(frozen=True, slots=True)
class BedFacts:
    """A bed that a shelter (office code) has confirmed: held ``until`` a moment, or in use (None)."""

    request: str
    shelter: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AdmissionFacts:
    """What the person signed on coming to a shelter; ``agreed`` False: they do not want to stay there."""

    on: date
    shelter: str
    agreed: bool
    rules_explained: bool
    witnessed: bool


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
