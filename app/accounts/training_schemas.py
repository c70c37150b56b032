"""What is taken and given about trainings: codes and days, no name of whoever gave one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Code = Annotated[str, Field(min_length=1, max_length=40)]
TrainingId = Annotated[str, Field(max_length=36, examples=["7a1b2c3d-0000-4000-8000-0123456789ab"])]
State = Literal["valid", "ends_soon", "ended", "revoked"]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class TrainingIn(_In):
    """One training, as its paper says."""

    kind: Annotated[Code, Field(examples=["identification"], description="Code list training_kind.")]
    given_by: Annotated[Code, Field(examples=["ministry"], description="Code list training_giver.")]
    done_on: Annotated[date, Field(strict=False, examples=["2025-03-03"])]
    valid_until: Annotated[
        date | None,
        Field(strict=False, examples=["2027-03-03"], description="The last day its paper states, if it states one."),
    ] = None


class TrainingCorrectionIn(TrainingIn):
    """What the entry should have said; the earlier one stays. If-Match: the training's ``version``."""

    training_id: TrainingId
    why: Annotated[Code, Field(examples=["wrong_entry"], description="Code list training_undo.")]


class TrainingRevocationIn(_In):
    """Which training counts no longer, and why; it stays in the list. If-Match: the training's ``version``."""

    training_id: TrainingId
    why: Annotated[Code, Field(examples=["not_proven"], description="Code list training_undo.")]


class TrainingOut(BaseModel):
    """One training as it is now; ``version``: how many entries there are about it, for If-Match."""

    id: str
    kind: str
    given_by: str
    done_on: date
    valid_until: Annotated[date | None, Field(description="The last day; never later than the country allows.")]
    state: State
    why: str | None
    entered_at: datetime
    version: int


class TrainingsOut(BaseModel):
    """Every training of an account, the earliest first, also those that were taken back."""

    items: list[TrainingOut]
