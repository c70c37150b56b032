"""Who speaks for the person in a claim from now on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, RecordForm
from app.casework.kinds.remedy_filing import Power
from app.kit.words import mark
from policies.model import FieldGroup
from workflows import claims
from workflows.facts import MatterFacts


class RemedyRepresentation(RecordForm):
    """OHCHR-G8.8 for a child; practice G18 for everybody who goes abroad while a claim is open."""

    representative: Annotated[str, Coded("remedy_representative")] = Field(
        title=mark("Who speaks for the person there?")
    )
    power_of_attorney: Power = Field(
        title=mark("Is there a power of attorney?"),
        description=mark("Without one nobody can go on with the claim once the person is abroad."),
    )
    money_way: Long | None = Field(
        default=None,
        title=mark("How will money reach the person?"),
        description=mark("Also after they have gone home. No account numbers."),
    )


def fold(matter: MatterFacts, form: RemedyRepresentation, entry: Entry) -> MatterFacts:
    """The newest counts."""
    return claims.represented(matter, form.representative, form.power_of_attorney)


KIND = Kind(
    "remedy_representation", "Who represents the person", FieldGroup.LEGAL, RemedyRepresentation,
    {"representative": "legal_aid", "power_of_attorney": "signed", "money_way": "Through the office at home."},
    fold_matter=fold, permission="remedy:pursue",
)  # fmt: skip
