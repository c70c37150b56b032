"""A question on paper to the embassy of a country with which no office is agreed."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, From, Kind, Listed, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts
from workflows.guards.inquiries import TO

# What is asked, the most telling first: by it the question is called.
_ORDER = ("nationality", "travel_document", "receive")


class EmbassyRequest(RecordForm):
    """OHCHR G11.5, G6.3. The letter takes names, birth and origin from what is known of the person, nothing else."""

    to_country: Annotated[str, Listed("world"), From("world")] = Field(
        title=mark("The embassy of which country is asked?")
    )
    embassy: Short = Field(
        title=mark("Which embassy or consulate?"),
        description=mark("The part and the city, such as consular section, Bangkok. No name."),
    )
    asked: Annotated[
        tuple[Annotated[str, Coded("embassy_asked")], ...], Field(strict=False, min_length=1, max_length=3)
    ] = Field(title=mark("What is the embassy asked?"))
    registered_at: Short | None = Field(
        default=None,
        title=mark("Where may the birth or the household be registered?"),
        description=mark("A village, district or office, as the person says. Nothing of what happened to them."),
    )


def fold(matter: MatterFacts, form: EmbassyRequest, entry: Entry) -> MatterFacts:
    """What is asked, and the embassy of which country."""
    kept = {flag for flag in matter.flags if not flag.startswith(TO)}
    about = min(form.asked, key=lambda code: _ORDER.index(code) if code in _ORDER else len(_ORDER))
    return replace(matter, about=about, flags=frozenset({*kept, f"{TO}{form.to_country}"}))


KIND = Kind(
    "embassy_request", "Question to an embassy", FieldGroup.RISK, EmbassyRequest,
    {"to_country": "KE", "embassy": "Consular section, Bangkok", "asked": ["nationality", "travel_document"],
     "registered_at": "Kisumu county"},
    fold_matter=fold, permission="inquiry:ask",
)  # fmt: skip
