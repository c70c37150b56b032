"""What the caseload room takes and gives."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.casework.shapes import Id, OfficeCode, Reference, RefusalOut, Version

UserId = Annotated[str, Field(max_length=36, examples=["3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77"])]
Why = Annotated[str, Field(max_length=60, description="A code of handing_reason.", examples=["leave"])]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ChosenIn(_In):
    """A case, and the version of it that was looked at: one that somebody changed since is left as it is."""

    case_id: Annotated[str, Field(max_length=36, examples=["5d1c7a10-1c7e-4d0b-8a55-2f6b9c3d4e5f"])]
    seen_version: Annotated[int, Field(ge=1, examples=[7])]


Chosen = Annotated[list[ChosenIn], Field(min_length=1, max_length=200)]


class AssignIn(_In):
    """Several cases, and who shall carry them."""

    cases: Chosen
    user_id: UserId
    why: Why


class HandoverIn(_In):
    """Who hands over, to whom, why, and which of their open cases; all of them if left out."""

    from_user: UserId
    user_id: UserId
    why: Why
    cases: Annotated[Chosen | None, Field(examples=[None])] = None


class AskIn(_In):
    """Several cases, and what another office is asked about each of them: the form `transfer_request`."""

    cases: Chosen
    record: Annotated[
        dict[str, Any],
        Field(
            description="The same for all. Without `needs`, each case's newest plan says which help the person needs.",
            examples=[{
                "what": "take_over", "to_office": "th-shelter-phitsanulok", "why": "person_moves", "urgency": "days",
                "needs": ["health"], "data_groups": ["needs", "language"],
            }],
        ),
    ]  # fmt: skip


class AskedCaseOut(BaseModel):
    """What became of one case. outcome: asked, or why not; refusals: every reason of a step that was refused."""

    case_id: Id
    reference: Annotated[Reference | None, Field(description="Null where you cannot see the case.")]
    outcome: Annotated[str, Field(examples=["asked"])]
    sentence: Annotated[str, Field(examples=["The other office is asked."])]
    refusals: list[RefusalOut]
    transfer_id: Annotated[str | None, Field(description="The request, where one was made.", examples=[None])]


class AskOut(BaseModel):
    """One act that asked another office about several cases, case by case."""

    id: Id
    office: OfficeCode
    asked: Annotated[int, Field(examples=[12])]
    refused: Annotated[int, Field(examples=[1])]
    cases: list[AskedCaseOut]


class MovedOut(BaseModel):
    """What became of one case. outcome: moved, or why not."""

    case_id: Id
    reference: Annotated[Reference | None, Field(description="Null where you cannot see the case.")]
    outcome: Annotated[str, Field(examples=["moved"])]
    sentence: Annotated[str, Field(examples=["Given to the colleague."])]


class ActOut(BaseModel):
    """One act on several cases, case by case."""

    id: Id
    act: Annotated[str, Field(examples=["hand_over"])]
    moved: Annotated[int, Field(examples=[12])]
    refused: Annotated[int, Field(examples=[1])]
    cases: list[MovedOut]
    left: Annotated[int, Field(description="Open cases of the colleague beyond what one act can take.", examples=[0])]


class CarriedOut(BaseModel):
    """One open case that a colleague carries."""

    case_id: Id
    reference: Reference
    version: Version
    stage: Annotated[str | None, Field(examples=["shelter"])]


class CaseloadOut(BaseModel):
    """What a colleague carries within your reach, the oldest first, up to what one act can take."""

    items: list[CarriedOut]
    count: Annotated[int, Field(description="How many there are in all.", examples=[14])]
