"""The answers that the pages of a new case offer, as value and word in the reader's language."""

from __future__ import annotations

from app.access.desk import House
from app.cases.new_case import DOUBT
from app.cases.new_forms import NOT_ASKED, NOT_SAID
from app.kit import names
from app.kit.reader import Reader, reading
from app.kit.words import say, say_as
from policies.model import Policies

Choices = list[tuple[str, str]]


def choices(house: House, who: Reader) -> dict[str, Choices]:
    """Every list of answers by the name of its question, for ``who``."""
    policies = house.policies
    with reading(who):
        near = sorted(((code, say(each.name)) for code, each in policies.countries.items()), key=lambda pair: pair[1])
        others = [each for each in names.countries() if each[0] not in policies.countries]
        return {
            "safe": [
                ("yes", say("Yes")),
                ("no", say_as("safety", "No, there is danger now")),
                ("unknown", say("Not known")),
                *_open(),
            ],
            "source": _coded(policies, "case_source"),
            "consent": [
                ("yes", say_as("consent", "Yes, the person agrees")),
                ("no", say_as("consent", "No, the person does not want it")),
                ("later", say_as("consent", "Not asked yet, or cannot answer now")),
                (NOT_SAID, say("Does not want to answer")),
            ],
            "giver": [
                ("self", say_as("consent", "The person")),
                ("guardian", say_as("consent", "A guardian, for a child")),
            ],
            "form": [
                ("written", say_as("consent", "In writing")),
                ("oral_witnessed", say_as("consent", "In words, before a witness")),
            ],
            "age": [
                *_coded(policies, "age_band", but="unknown"),
                (DOUBT, say("Not sure, may be under 18")),
                *_open(),
            ],
            "sex": [*_coded(policies, "sex", but="U"), ("U", say("Not known")), *_open()],
            "nationality": [
                *near,
                ("stateless", say("Stateless")),
                ("unknown", say("Not known")),
                *_open(),
                *others,
            ],
            "exploitation": [*_coded(policies, "exploitation"), *_open()],
            "exploited_in": [*near, *others],
            "returned_from": [*near, *others],
            "returned_by": _coded(policies, "return_channel"),
            "language": [
                *((code, names.language(code)) for code in _languages(policies)),
                ("other", say("Another language")),
                ("unknown", say("Not known")),
                *_open(),
            ],
            "level": [*_coded(policies, "risk_level"), *_open()],
        }


def _coded(policies: Policies, name: str, but: str = "") -> Choices:
    codes = policies.codes[name].codes
    return [(code, say_as(name, policies.label(name, code))) for code in codes if code != but]


def _open() -> Choices:
    return [(NOT_SAID, say("Does not want to answer")), (NOT_ASKED, say("Not asked"))]


def _languages(policies: Policies) -> list[str]:
    """The languages of the countries, and the one staff share."""
    told = {language: None for country in policies.countries.values() for language in country.languages}
    return sorted([*told, "en"])
