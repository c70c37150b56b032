"""The question whether the person is a national of another country, or may live there."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Entry, From, Kind, Listed, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts
from workflows.guards.inquiries import NATIONALITY, TO


class NationalityInquiry(RecordForm):
    """OHCHR G11.5. Names, birth and place of origin are taken from what is known of the person, and nothing else."""

    to_country: Annotated[str, Listed("country"), From("country")] = Field(title=mark("Which country is asked?"))
    registered_at: Short | None = Field(
        default=None,
        title=mark("Where may the birth or the household be registered?"),
        description=mark("A village, district or office, as the person says. Nothing of what happened to them."),
    )


def fold(matter: MatterFacts, form: NationalityInquiry, entry: Entry) -> MatterFacts:
    """What is asked, and which country."""
    kept = {flag for flag in matter.flags if not flag.startswith(TO)}
    return replace(matter, about=NATIONALITY, flags=frozenset({*kept, f"{TO}{form.to_country}"}))


KIND = Kind(
    "nationality_inquiry", "Question about nationality", FieldGroup.RISK, NationalityInquiry,
    {"to_country": "MM", "registered_at": "Hpa-An township"},
    fold_matter=fold, permission="inquiry:ask",
)  # fmt: skip
