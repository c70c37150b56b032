"""How an approval is shown, in the same words wherever an act turns out to need a second person."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, Field

State = Literal["waiting", "agreed", "refused", "expired", "withdrawn"]
_ID = "3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77"


class ApprovalOut(BaseModel):
    """An act of power that one person asked for and another one decides about."""

    id: Annotated[str, Field(examples=[_ID])]
    kind: Annotated[str, Field(examples=["role_grant"])]
    act: Annotated[str, Field(examples=["granting a right of power"], description="The act in a few words.")]
    subject_kind: Annotated[
        str, Field(examples=["account"], description="case, account, office, organisation or country.")
    ]
    subject_id: Annotated[str, Field(examples=[_ID])]
    payload: Annotated[
        dict[str, Any], Field(examples=[{"roles": ["supervisor"]}], description="Exactly what will be done, in codes.")
    ]
    words: Annotated[
        dict[str, str] | None, Field(description="What was said about it in words; only where one approval is opened.")
    ] = None
    digest: Annotated[str, Field(description="SHA-256 over the whole act; it cannot change while it waits.")]
    in_effect: Annotated[bool, Field(description="True once agreed, and before that for acts taken at once.")]
    asked_by: Annotated[str, Field(examples=[_ID])]
    asked_at: datetime
    expires_at: datetime
    state: State
    decided_by: Annotated[str | None, Field(examples=[_ID])] = None
    decided_at: datetime | None = None
    why: Annotated[str | None, Field(examples=["asker_lost_right"], description="What stood in the way, as a code.")]
    mine: bool
    can_decide: bool
    second_persons: Annotated[int | None, Field(description="How many accounts could decide, where counted.")] = None


class ApprovalAskedOut(ApprovalOut):
    """The answer 202: nothing happened yet (or only until somebody refuses); a second person decides."""

    answer_status: ClassVar[int] = 202
