"""Another office that may be competent: what a country that declines can say beside its reason."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.casework.forms import From, Kind, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup


class Suggestion(RecordForm):
    """An office and nothing else: it travels whatever the person agreed to, so it holds no word about them."""

    office: Annotated[Short, From("office")] | None = Field(
        default=None, title=mark("Which other office may be able to help?")
    )


KIND = Kind(
    "suggestion", "Suggestion of another office", FieldGroup.FACTS, Suggestion, {"office": "mm-info-centre"},
    home="referral", shared=True,
)
