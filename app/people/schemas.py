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


class SimilarOut(BaseModel):
    """A case whose person may be the same one, and why."""

    case_id: Id
    reference: Annotated[str, Field(examples=["TH-2026-7F3K2QAB"])]
    reasons: Annotated[list[str], Field(examples=[["name_sounds", "birth_near", "place_same"]])]


class IdentityChangedOut(BaseModel):
    """Which fields were changed; not to what."""

    version: Version
    fields: Annotated[list[str], Field(examples=[["birth_year", "family_name"]])]
    zawgyi: Annotated[
        list[str],
        Field(
            examples=[[]],
            description="Fields of these that look typed for the Zawgyi font; they are kept as sent.",
        ),
    ] = []
    candidates: Annotated[
        list[SimilarOut],
        Field(description="Cases that may be the same person's, by what is known now; the likeliest first."),
    ] = []


Reference = Annotated[str, Field(min_length=1, max_length=40, description="The reference of the other case.")]
Why = Annotated[
    str, Field(max_length=1000, description="In your own words, at least 10 letters; sealed in both histories.")
]


class JoinIn(_In):
    """Another case whose person is this one's."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"reference": "TH-2026-7F3K2QAB", "reason": "She told us of her first stay in the shelter."}
        }
    )

    reference: Reference
    reason: Why


class ApartIn(_In):
    """Another case that was joined with this one and is about somebody else."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"reference": "TH-2026-7F3K2QAB", "reason": "The embassy knows them as two sisters."}
        }
    )

    reference: Reference
    reason: Why


class JoinedOut(BaseModel):
    """A case that is joined with this one."""

    case_id: Id
    reference: Annotated[str, Field(examples=["TH-2026-7F3K2QAB"])]
    since: Moment


class SamePersonOut(BaseModel):
    """What is known and guessed about further records of one person; the likeliest first."""

    version: Version
    joined: list[JoinedOut]
    similar: list[SimilarOut]
