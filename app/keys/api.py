"""The JSON door of the keys room."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.access.approval_shapes import ApprovalAskedOut
from app.access.door import Door, needs
from app.keys import service
from app.keys.schemas import RotationIn
from app.kit.errors import Conflict, Forbidden, Invalid
from app.kit.problems import documented

router = APIRouter(tags=["keys"])

Operator = Annotated[Door, Depends(needs(service.RIGHT))]


@router.post(
    "/keys/rotations",
    status_code=202,
    response_model=ApprovalAskedOut,
    responses=documented(Invalid, Forbidden, Conflict),
    summary="Ask for the exchange of a key",
)
def ask_for_rotation(body: RotationIn, door: Operator) -> Response:
    """Ask for a key operation. A second person agrees; then `waymark keys rotate --approval ID` does it, once.

    No key ever travels through this door: the command runs on the machine that holds the key files.
    """
    return door.once(lambda desk: service.ask_for(desk, body), status=202)
