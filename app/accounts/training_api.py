"""The JSON door of trainings: the administrator writes them down, everybody sees their own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.access.door import Door, needs
from app.accounts import training_service as service
from app.accounts.service import MANAGE
from app.accounts.training_schemas import (
    TrainingCorrectionIn,
    TrainingIn,
    TrainingOut,
    TrainingRevocationIn,
    TrainingsOut,
)
from app.kit.errors import Conflict, Invalid
from app.kit.problems import documented

router = APIRouter(tags=["accounts"])

Myself = Annotated[Door, Depends(needs("account:self"))]
Looker = Annotated[Door, Depends(needs(MANAGE))]
Changer = Annotated[Door, Depends(needs(MANAGE, versioned=True))]


@router.get("/me/trainings", response_model=TrainingsOut)
def own_trainings(door: Myself) -> TrainingsOut:
    """What one was trained in oneself, and until when it counts."""
    with door.read() as desk:
        return service.own(desk)


@router.get("/users/{user_id}/trainings", response_model=TrainingsOut)
def trainings(user_id: str, door: Looker) -> TrainingsOut:
    """What somebody was trained in, also what was taken back."""
    with door.write() as desk:
        return service.listed(desk, user_id)


@router.post(
    "/users/{user_id}/trainings", status_code=201, response_model=TrainingOut, responses=documented(Conflict, Invalid)
)
def record_training(user_id: str, body: TrainingIn, door: Looker) -> Response:
    """Write down a training of somebody else. Its last day is never later than the country lets it hold."""
    return door.once(lambda desk: service.record(desk, user_id, body), status=201)


@router.post(
    "/users/{user_id}/trainings/correct", response_model=TrainingOut, responses=documented(Conflict, Invalid)
)
def correct_training(user_id: str, body: TrainingCorrectionIn, door: Changer) -> Response:
    """Say anew what a training is; the earlier entry stays, and so does what was signed by it."""
    return door.once(lambda desk: service.correct(desk, user_id, door.version, body))


@router.post("/users/{user_id}/trainings/revoke", response_model=TrainingOut, responses=documented(Conflict, Invalid))
def revoke_training(user_id: str, body: TrainingRevocationIn, door: Changer) -> Response:
    """Take a training back. Nothing is signed by it from now on; what was signed stays signed."""
    return door.once(lambda desk: service.revoke(desk, user_id, door.version, body))
