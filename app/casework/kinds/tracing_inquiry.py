"""The request to another country to trace the family: whom to look for, how to approach, what must not be said."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Entry, From, Kind, Listed, Long, RecordForm, Said
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts
from workflows.guards.inquiries import TO, TRACING


class TracingInquiry(RecordForm):
    """OHCHR G8.4. What the relatives hear is the person's to say; without their word they hear no reason."""

    to_country: Annotated[str, Listed("country"), From("country")] = Field(title=mark("Which country is asked?"))
    look_for: Long = Field(
        title=mark("Who is to be looked for, and where?"),
        description=mark("As the person says. Nothing of what happened to them, nor where they are."),
    )
    approach: Long = Field(title=mark("How are the relatives to be approached?"))
    never_say: Long | None = Field(default=None, title=mark("What must not be said to them?"))
    may_say_why: Said = Field(
        default=None, title=mark("Does the person agree that the relatives hear why they are looked for?")
    )


def fold(matter: MatterFacts, form: TracingInquiry, entry: Entry) -> MatterFacts:
    """What is asked, and which country."""
    kept = {flag for flag in matter.flags if not flag.startswith(TO)}
    return replace(matter, about=TRACING, flags=frozenset({*kept, f"{TO}{form.to_country}"}))


KIND = Kind(
    "tracing_inquiry", "Request to trace the family", FieldGroup.RISK, TracingInquiry,
    {"to_country": "MM", "look_for": "The grandmother, in the village by the monastery.",
     "approach": "A visit by a woman, without uniform.", "never_say": "Where the person is.", "may_say_why": False},
    fold_matter=fold, permission="inquiry:ask",
)  # fmt: skip
