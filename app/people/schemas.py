"""What the people room takes and gives."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from app.casework.identity import Identity
from app.casework.shapes import Id, Moment, Version

IdentityChange = Annotated[
    dict[str, Any],
    WithJsonSchema({**Identity.model_json_schema(), "minProperties": 1}),
    Field(min_length=1, description="Only the fields that change; null clears one."),
]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class RevealIn(_In):
    """Why somebody has to know who the person is."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"reason": "Hospital asks for the name before the operation."}}
    )

    reason: Annotated[
        str, Field(min_length=10, max_length=1000, description="In your own words; sealed in the history of the case.")
    ]


class IdentityOut(BaseModel):
    """Who the person is, within the field groups of the reader; null: nobody has said."""

    case_id: Id
    until: Annotated[Moment, Field(description="Until then it may be read again without another reason.")]
    groups: Annotated[list[str], Field(examples=[["contact", "identity"]])]
    identity: Annotated[
        dict[str, Any], Field(examples=[{"given_names": "Mya Thandar", "family_name": "Aung", "birth_year": 1998}])
    ]


class IdentityIn(_In):
    """A correction or completion."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"identity": {"family_name": "Aung", "birth_year": 1998}, "seen_version": 7}}
    )

    identity: IdentityChange
    seen_version: Annotated[int, Field(ge=1, le=999_999_999)] | None = None


class IdentityChangedOut(BaseModel):
    """Which fields were changed; not to what."""

    version: Version
    fields: Annotated[list[str], Field(examples=[["birth_year", "family_name"]])]
