"""What the approvals room takes and gives."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.access.approval_shapes import ApprovalOut


class RefusalIn(BaseModel):
    """Why the second person says no."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reason: Annotated[
        str,
        Field(
            min_length=3,
            max_length=1000,
            examples=["Two weeks of leave are no reason to make a second supervisor."],
            description="In your own words; kept sealed, read by who asked and who could decide.",
        ),
    ]


class ApprovalPageOut(ApprovalOut):
    """One approval opened, with what was said about it."""

    answer: Annotated[str | None, Field(description="The reason of a refusal, in words.")] = None


class ApprovalsOut(BaseModel):
    """One page of approvals, newest first; ``next`` is the cursor of the following page."""

    items: list[ApprovalOut]
    next: str | None = None
