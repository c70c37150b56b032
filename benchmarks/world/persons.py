"""Persons: whose case a course of the nursery is, and the words in it in whose place every copy has its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from app.demo.people import LANGUAGES, Invented

# What stands in a pattern where a copy has a name of its own. Nothing else in any form or message is written so.
GIVEN, FAMILY, PLACE, PHONE = "Qxgiven", "Qxfamily", "Qxplace", "Qxphone"
SLOTS: Final = (GIVEN, FAMILY, PLACE, PHONE)
# Age band -> the youngest and the oldest that somebody of it is when their case opens.
AGES: Final = {"0-14": (9, 13), "15-17": (16, 16), "18+": (19, 52)}

CHILDREN: Final = frozenset({"0-14", "15-17"})


@dataclass(frozen=True, slots=True)
class Who:
    """What of a person the course depends on, in codes; ``source``: who told of them."""

    nationality: str
    sex: str = "F"
    age_band: str = "18+"
    exploitation: str = "ForcedLabour"
    source: str = "social_service"

    @property
    def child(self) -> bool:
        """Under 18."""
        return self.age_band in CHILDREN

    def invented(self, year: int) -> Invented:
        """The person as the stage takes them, in a case that opens in ``year``."""
        age = AGES[self.age_band][0]
        identity: dict[str, Any] = {
            "given_names": GIVEN, "family_name": FAMILY, "birth_year": year - age, "sex": self.sex,
            "place_of_origin": PLACE, "phone": PHONE,
        }  # fmt: skip
        return _Grown(0, self.nationality, self.exploitation, self.age_band, self.sex, age, identity)

    @property
    def language(self) -> str:
        """The person's language (ISO 639-1)."""
        return LANGUAGES.get(self.nationality, "zh")


class _Grown(Invented):
    """Somebody of any of the six countries; the demonstration knows nobody from China."""

    __slots__ = ()

    @property
    def language(self) -> str:
        """The person's language (ISO 639-1)."""
        return LANGUAGES.get(self.nationality, "zh")
