"""What the walls room takes and gives."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.casework.shapes import Id, Moment, Version

Reason = Annotated[
    str,
    Field(
        min_length=10,
        max_length=1000,
        description="In your own words; sealed in the history of the case.",
        examples=["A brother of the recruiter works in that office."],
    ),
]
UserId = Annotated[str, Field(max_length=36, examples=["3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77"])]
TWO = ["3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77", "5d1c7a10-1c7e-4d0b-8a55-2f6b9c3d4e5f"]


class Against(StrEnum):
    """Whom a block keeps away."""

    COUNTRY = "country"
    ORGANISATION = "organisation"
    USER = "user"


class Why(StrEnum):
    """Why somebody is kept away."""

    FAMILY = "family"
    COMPLICITY = "complicity"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    SAFETY = "safety"


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SealIn(_In):
    """Who alone shall see the cases of the person from now on, and why."""

    names: Annotated[list[UserId], Field(min_length=2, max_length=50, examples=[TWO])]
    reason: Reason


class LiftIn(_In):
    """Why a seal or a block is no longer needed."""

    reason: Reason


class NamesIn(_In):
    """Who is added to the seal and who is struck from it."""

    add: Annotated[list[UserId], Field(max_length=50, examples=[TWO[:1]])] = []
    strike: Annotated[list[UserId], Field(max_length=50, examples=[[]])] = []


class BlockIn(_In):
    """Whom to keep away from the person: a country, an agency (organisation) or one account."""

    against: Annotated[Against, Field(strict=False)]
    value: Annotated[
        str,
        Field(
            min_length=1,
            max_length=64,
            description="Country code, organisation code or account id.",
            examples=["3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77"],
        ),
    ]
    why: Annotated[Why, Field(strict=False)]
    until: Annotated[
        AwareDatetime | None, Field(strict=False, examples=[None], description="Open if left out.")
    ] = None
    reason: Reason


class ConflictIn(_In):
    """What ties the person at the keys to the case; nobody has to say more than they want."""

    note: Annotated[str | None, Field(max_length=1000, examples=["My cousin is among the suspects."])] = None


class NamedOut(BaseModel):
    """One account on a seal."""

    user_id: Id
    name: Annotated[str, Field(examples=["Nok Srisai"], description="Of the worker, never of the person.")]
    since: Moment


class SealOut(BaseModel):
    """The seal of a case: whether it holds, and who alone sees the case."""

    case_id: Id
    sealed: bool
    names: list[NamedOut]
    approval: Annotated[str | None, Field(description="What a second person has to confirm, see /approvals.")] = None


class BlockOut(BaseModel):
    """One block that was set."""

    id: Id
    against: Against
    value: str
    why: Why
    set_by: Id
    since: Moment
    until: Moment | None
    lifted_at: Moment | None
    in_force: bool


class BlocksOut(BaseModel):
    """Every block of the person, the newest first, those that were lifted too."""

    items: list[BlockOut]


class ConflictOut(BaseModel):
    """What follows from a declared conflict: from now on the case is out of sight."""

    declared: bool = True
    version: Version
