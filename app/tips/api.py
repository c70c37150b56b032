"""The JSON door of the tips room."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Response

from app.access.door import Door, needs
from app.casework.forms import Form
from app.casework.move import StepRefused
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.problems import documented
from app.tips import service
from app.tips.schemas import CaseFromTipIn, CloseIn, JoinTipIn, PassIn, TipIn, TipOut, TipRowOut, TipsOut

router = APIRouter(tags=["tips"])

Writer = Annotated[Door, Depends(needs(service.RECORD))]
Triager = Annotated[Door, Depends(needs(service.TRIAGE))]
BODY: Final = "body"
SETTLES: Final = documented(NotFound, Invalid, Conflict, Forbidden, StepRefused)


@router.get("/tips", response_model=TipsOut, responses=documented(Forbidden), summary="List tips")
def list_tips(door: Writer) -> TipsOut:
    """The tips of your office, those that wait first; without what was told."""
    with door.write() as desk:
        return service.listed(desk)


@router.post(
    "/tips", status_code=201, response_model=TipRowOut, responses=documented(Forbidden, Invalid),
    summary="Write down a tip",
)  # fmt: skip
def write_tip(body: TipIn, door: Writer) -> Response:
    """Write down what somebody who stays unknown has told, and what they were told themselves. No person is made."""
    return door.once(lambda desk: service.written(desk, _plain(body), BODY), status=201)


@router.get("/tips/{tip_id}", response_model=TipOut, responses=documented(NotFound), summary="Read a tip")
def read_tip(tip_id: str, door: Triager) -> TipOut:
    """What was told, for those who decide what becomes of it."""
    with door.write() as desk:
        return service.read(desk, tip_id)


@router.post("/tips/{tip_id}/close", response_model=TipOut, responses=SETTLES, summary="Close a tip")
def close_tip(tip_id: str, body: CloseIn, door: Triager) -> Response:
    """Close it with a reason. A tip of great danger or of a child is closed only when somebody is at work on it."""
    return door.once(lambda desk: service.close(desk, tip_id, _plain(body), BODY))


@router.post("/tips/{tip_id}/pass", response_model=TipOut, responses=SETTLES, summary="Pass a tip on")
def pass_tip(tip_id: str, body: PassIn, door: Triager) -> Response:
    """Pass it on to an office of this country that can look; its time to do so begins anew."""
    return door.once(lambda desk: service.pass_on(desk, tip_id, _plain(body), BODY))


@router.post("/tips/{tip_id}/case", response_model=TipOut, responses=SETTLES, summary="Open a case from a tip")
def case_from_tip(tip_id: str, body: CaseFromTipIn, door: Triager) -> Response:
    """Open a case for somebody the tip led to, and the incident if several were found. Needs `case:create` as well."""
    return door.once(lambda desk: service.into_case(desk, tip_id, _plain(body), BODY))


@router.post("/tips/{tip_id}/join", response_model=TipOut, responses=SETTLES, summary="Tie a tip to a case")
def join_tip(tip_id: str, body: JoinTipIn, door: Triager) -> Response:
    """Say to which known case it belongs, and so to which incident."""
    return door.once(lambda desk: service.join(desk, tip_id, _plain(body), BODY))


def _plain(body: Form) -> dict[str, Any]:
    return body.model_dump(mode="json")
