"""What the deputies room takes and gives."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.casework.shapes import Id, Moment

UserId = Annotated[str, Field(max_length=36, examples=["3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77"])]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class DeputyIn(_In):
    """Who is absent, who stands in, and for how long."""

    user_id: Annotated[UserId, Field(description="The absent colleague.")]
    deputy_id: Annotated[UserId, Field(description="Who stands in.", examples=["5d1c7a10-1c7e-4d0b-8a55-2f6b9c3d4e5f"])]
    since: Annotated[
        AwareDatetime | None, Field(strict=False, examples=[None], description="Now, if left out.")
    ] = None
    until: Annotated[AwareDatetime, Field(strict=False, examples=["2026-12-24T18:00:00+07:00"])]


class DeputyOut(BaseModel):
    """One time of standing in."""

    id: Id
    user_id: Id
    deputy_id: Id
    set_by: Id
    since: Moment
    until: Moment
    ended_at: Moment | None
    in_force: bool


class DeputiesOut(BaseModel):
    """One page, the latest end first; ``next`` is the cursor of the following page."""

    items: list[DeputyOut]
    next: str | None = None
