"""Checks of what the pages of a new case were answered with, each refusal at its field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from app.access.desk import Desk
from app.cases import intake, person_queries
from app.cases.new_case import WHY, came_back_on
from app.cases.new_forms import NOT_ASKED, NOT_SAID
from app.casework import ages
from app.casework.spelling.zawgyi import in_unicode, looks_like_zawgyi
from app.kit import names
from app.kit.errors import Invalid
from app.kit.words import mark
from policies.model import Policies

_EXPLAINED: Final = {
    "giver": mark("Say who agreed, or choose that the person was not asked yet."),
    "form": mark("Say in which form they agreed, or choose that the person was not asked yet."),
}
_NOT_BOTH: Final = mark("Give an answer, or say why there is none, not both.")
_ALL_THREE: Final = mark("Say from which country, on which day and in which way, or leave all three open.")
_UNLIKELY: Final = {
    "returned_from": mark("Choose another country than the one you work in."),
    "returned_on": mark("This day lies in the future."),
}
_FIRST_YEAR: Final = 1900
# A year this large is one of the Buddhist era, which began so many years earlier.
_BUDDHIST_FROM: Final = 2400
_BUDDHIST: Final = 543


def check_codes(policies: Policies, **codes: tuple[str, str]) -> None:
    """Raise Invalid (422) with a sentence for each field whose value is neither in its list nor a way of not saying.

    ``codes``: field -> the name of its list and the value.
    """
    wrong = [
        {"field": field, "rule": f"a code of '{name}'", "sentence": mark("Choose one of the answers.")}
        for field, (name, value) in codes.items()
        if value not in (NOT_ASKED, NOT_SAID) and not policies.knows(name, value)
    ]
    if wrong:
        raise Invalid(extra={"errors": wrong})


def must_explain(**fields: str) -> None:
    """Raise Invalid (422) for each field that was left open although the person agreed."""
    wrong = [
        {"field": name, "rule": "missing", "sentence": _EXPLAINED[name]} for name, value in fields.items() if not value
    ]
    if wrong:
        raise Invalid(extra={"errors": wrong})


def not_both(answers: Mapping[str, str]) -> None:
    """Raise Invalid (422) at each answer that also has a reason why there is none."""
    wrong = [
        {"field": names[0], "rule": "an answer or a reason", "sentence": _NOT_BOTH}
        for why, names in WHY.items()
        if answers.get(why) and all(answers.get(name, "").strip() for name in names)
    ]
    if wrong:
        raise Invalid(extra={"errors": wrong})


def check_nationality(value: str) -> None:
    """Raise Invalid (422) unless it is a country, stateless, unknown or a way of not saying."""
    known = {code for code, _ in names.countries()} | {"stateless", "unknown", NOT_ASKED, NOT_SAID}
    if value not in known:
        rule = {"field": "nationality", "rule": "a country", "sentence": mark("Choose one of the answers.")}
        raise Invalid(extra={"errors": [rule]})


def check_places(desk: Desk, said: Mapping[str, str]) -> None:
    """Raise Invalid (422) at each answer that does not fit about where it happened, and how somebody came back.

    A return is told with its country, its day and its way, for the table of returns counts by all three (MRW-2019).
    """
    known = {code for code, _ in names.countries()}
    wrong = [
        {"field": field, "rule": "a country", "sentence": mark("Choose one of the answers.")}
        for field in ("exploited_in", "returned_from")
        if said[field] and said[field] not in known
    ]
    if said["returned_by"] and not desk.policies.knows("return_channel", said["returned_by"]):
        rule = "a code of 'return_channel'"
        wrong.append({"field": "returned_by", "rule": rule, "sentence": mark("Choose one of the answers.")})
    day = any(said[f"returned_on_{part}"] for part in ("day", "month", "year"))
    told = {"returned_from": bool(said["returned_from"]), "returned_by": bool(said["returned_by"]), "returned_on": day}
    open_ones = [field for field, there in told.items() if not there] if any(told.values()) else []
    wrong += [{"field": field, "rule": "missing", "sentence": _ALL_THREE} for field in open_ones]
    on: date | None = None
    if day:
        try:
            on = came_back_on(said)
        except ValueError as error:
            wrong.append({"field": "returned_on", "rule": "a day", "sentence": str(error)})
    unlikely = intake.unlikely_return(desk, said["returned_from"], on)
    wrong += [{**each, "sentence": _UNLIKELY[each["field"]]} for each in unlikely]
    if wrong:
        raise Invalid(extra={"errors": wrong})


def zawgyi_offer(*typed: str) -> tuple[str, str] | None:
    """What a name that looks typed for the Zawgyi font says as typed, and what it says in Unicode; None for others."""
    name = " ".join(filter(None, typed))
    return (name, in_unicode(name)) if looks_like_zawgyi(name) else None


def must_choose_spelling() -> Invalid:
    """The refusal that asks whether a name is kept as typed or in Unicode: that is the worker's to say."""
    sentence = mark("Read both and choose one. The name is kept as you choose.")
    return Invalid(extra={"errors": [{"field": "spelling", "rule": "chosen", "sentence": sentence}]})


def language_of(language: str, other: str) -> str:
    """The code of the language that was chosen, or typed as another one; Invalid (422) for one nobody knows."""
    if language != "other":
        return language
    code = names.language_called(other)
    if code is None:
        sentence = mark("Nobody here knows a language of this name. Type it otherwise, or choose Not known.")
        raise Invalid(extra={"errors": [{"field": "other_language", "rule": "a language", "sentence": sentence}]})
    return code


def check_birth(desk: Desk, year: str, child: bool, age_band: str) -> None:
    """Raise Invalid (422) at the year of birth where it contradicts the age that is said."""
    wrong = ages.misfits({"birth_year": int(year)}, child, age_band, desk.today) if year else []
    if wrong:
        raise Invalid(extra={"errors": wrong})


def against_earlier(desk: Desk, reference: str, age: str) -> Invalid | None:
    """Invalid (422) at the age where it says adult of somebody who is a child in the case of ``reference``."""
    earlier = person_queries.referenced(desk, reference) if reference and age == "18+" else None
    if earlier is None or not person_queries.counts_as_child(desk, earlier.id):
        return None
    return Invalid(extra={"errors": [ages.still_child("age")]})


def year_of(desk: Desk, typed: str) -> str:
    """A year of birth as typed, in digits of any script and of either calendar, as a year of ours; "" for none.

    Invalid (422) for what is no year in which somebody who lives could be born.
    """
    if not typed:
        return ""
    year = int(typed) if typed.isdecimal() else 0
    year -= _BUDDHIST if year >= _BUDDHIST_FROM else 0
    if not _FIRST_YEAR <= year <= desk.today.year:
        sentence = mark("Type the year in four digits, such as 2003 or 2546, or leave it open.")
        raise Invalid(extra={"errors": [{"field": "birth_year", "rule": "a year", "sentence": sentence}]})
    return str(year)
