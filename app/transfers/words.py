"""What is shared of a case, as lines for a page: a title, and the value or the code that stands for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.access.desk import Desk
from app.kit.words import mark

# Field -> its title and the code list of its value ("": as it stands).
FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "given_names": (mark("Given names"), ""), "family_name": (mark("Family name"), ""),
    "other_names": (mark("Other names"), ""), "birth_date": (mark("Date of birth"), ""),
    "birth_year": (mark("Year of birth"), ""), "place_of_origin": (mark("From"), ""), "phone": (mark("Phone"), ""),
    "safe_contact": (mark("Safe contact"), ""), "family_contact": (mark("Family"), ""),
    "health_alert": (mark("Health: what to know at once"), ""), "level": (mark("Level"), "risk_level"),
    "services": (mark("Services"), "service_kind"), "age_band": (mark("Age band"), "age_band"),
    "sex": (mark("Sex"), "sex"), "language": (mark("Language"), "language"),
    "nationality": (mark("Nationality"), "country"), "exploitation": (mark("What happened"), "exploitation"),
    "expires": (mark("Runs out on"), ""), "valid_until": (mark("Valid until"), ""), "visits": (mark("Visits made"), ""),
}  # fmt: skip
UNKNOWN: Final = "unknown"
# The code lists of an answer.
ANSWERS: Final = ("transfer_decline_reason", "transfer_suggestion", "transfer_question")


@dataclass(frozen=True, slots=True)
class Shown:
    """One line: its title, and the values with the code list they belong to."""

    title: str
    code_list: str
    values: tuple[str, ...]


def lines(content: Mapping[str, Any]) -> list[Shown]:
    """The lines of one group of data; a field without words, or without a value, is left out."""
    found = []
    for name, (title, code_list) in FIELDS.items():
        value = content.get(name)
        if value in (None, "", [], UNKNOWN):
            continue
        values = value if isinstance(value, list | tuple) else [value]
        found.append(Shown(title, code_list, tuple(str(each) for each in values)))
    return found


def offices(desk: Desk) -> dict[str, str]:
    """Code of an office of the reader's country -> its name."""
    return {office.code: office.name for office in desk.policies.countries[desk.actor.country].offices}
