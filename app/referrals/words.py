"""Words of the referral desk that no code list holds: languages and countries, in the language of the page."""

from __future__ import annotations

from datetime import datetime

from babel import Locale

from app.casework.shapes import NextStepOut
from app.kit import names
from app.kit.reader import Reader, reader
from app.kit.words import mark, say, say_as
from policies.model import Policies
from workflows.referral import MACHINE

# What each mark of the strip is called, and each answer of a page that has just done something.
MARKS = {
    "sent": mark("Sent"),
    "seen": mark("Seen"),
    "answered": mark("Answered"),
    "handed_over": mark("Handed over"),
    "arrived": mark("Arrived safely"),
}

# Steps whose plain title says less than the desk needs to read.
STEPS = {
    "acknowledge": mark("Accept"),
    "return_for_info": mark("Ask a question"),
    "send": mark("Send referral"),
}
# Fields of what the other country tells about a person.
FIELDS = {
    "given_names": mark("Given names"), "family_name": mark("Family name"), "other_names": mark("Other names"),
    "birth_date": mark("Date of birth"), "birth_year": mark("Year of birth"), "sex": mark("Sex"),
    "place_of_origin": mark("Place of origin"), "safe_contact": mark("Safe way of contact"),
    "phone": mark("Telephone"), "family_contact": mark("Family"), "health_alert": mark("Health alert"),
    "level": mark("Level"), "services": mark("Services"), "age_band": mark("Age band"), "child": mark("Child"),
    "language": mark("Language"), "nationality": mark("Nationality"), "exploitation": mark("What happened"),
    "border_point": mark("Border point"), "on": mark("Day"), "expires": mark("Runs out on"),
    "valid_until": mark("Valid until"), "visits": mark("Visits made"), "contact_lost": mark("Contact lost"),
    "told_of": mark("Claims of which was told"),
}  # fmt: skip


def step_word(step: NextStepOut) -> str:
    """What a step is called on a button."""
    return say_as("step", STEPS.get(step.step, step.title))


def message_word(kind: str) -> str:
    """What a message says was done; a kind nobody knows here is shown as it came."""
    row = MACHINE.step(kind)
    return say_as("step", row.title) if row else kind


def field_word(name: str) -> str:
    """What a field of a person's data is called; one nobody knows here is shown as it came."""
    return say(FIELDS[name]) if name in FIELDS else name


def with_offset(local: datetime) -> str:
    """The time of day of a moment in its own zone, with the offset: two clocks meet at a bridge. 09:00 (UTC+07:00)."""
    offset = f"{local:%z}"
    return f"{local:%H:%M} (UTC{offset[:3]}:{offset[3:5]})"


def bridge_time(at: datetime) -> str:
    """The time of day where the reader is, with its offset."""
    return with_offset(at.astimezone(reader().zone))


def language_word(code: str) -> str:
    """What the language with this ISO 639-1 code is called; the code itself if nobody knows."""
    return str(Locale.parse(reader().language).languages.get(code, code))


def country_word(policies: Policies, code: str) -> str:
    """What a country is called: as the policies call it, else as the reader's language does."""
    known = policies.countries.get(code)
    return names.country(code, known.name if known else "")


def reader_of(policies: Policies, country: str, now: Reader) -> Reader:
    """Somebody who reads the first official language of ``country``, in its time; else as ``now``.

    Papers for two countries are written once for each.
    """
    known = policies.countries.get(country)
    spoken = known.languages[0] if known else ""
    language = _INTERFACE.get(spoken, "en")
    return Reader(language, "", policies.zone(country) if known else now.zone, now.now)


# Languages of a country -> languages the interface is written in.
_INTERFACE = {"th": "th", "my": "my", "lo": "lo", "km": "km", "vi": "vi", "zh": "zh_Hans"}
