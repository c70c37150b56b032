"""The JSON door of the caseload room."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.access.door import Door, needs
from app.caseload import asking, service
from app.caseload.schemas import ActOut, AskIn, AskOut, AssignIn, CaseloadOut, HandoverIn
from app.kit.errors import Forbidden, Invalid
from app.kit.problems import documented

router = APIRouter(tags=["caseload"])

Assigner = Annotated[Door, Depends(needs("case:assign"))]
Asker = Annotated[Door, Depends(needs("transfer:request"))]
Hander = Annotated[Door, Depends(needs("case:handover"))]


@router.post(
    "/caseload/assign", response_model=ActOut, responses=documented(Invalid, Forbidden), summary="Give several cases",
)  # fmt: skip
def assign(body: AssignIn, door: Assigner) -> Response:
    """Give several cases to one colleague. Each moves by itself; the answer says what became of each."""
    return door.once(lambda desk: service.assign(desk, body))


@router.get(
    "/caseload", response_model=CaseloadOut, responses=documented(Forbidden), summary="See what somebody carries",
)  # fmt: skip
def caseload(
    door: Hander, user_id: Annotated[str, Query(max_length=36, description="The colleague.")] = ""
) -> CaseloadOut:
    """The open cases a colleague carries within your reach: what a hand-over would move."""
    with door.write() as desk:
        return service.caseload(desk, user_id)


@router.post(
    "/caseload/hand-over", response_model=ActOut, responses=documented(Invalid, Forbidden),
    summary="Hand over a caseload",
)  # fmt: skip
def hand_over(body: HandoverIn, door: Hander) -> Response:
    """Hand over all or several open cases of one colleague to another: leave, illness, the end of a job."""
    return door.once(lambda desk: service.hand_over(desk, body))


@router.post(
    "/caseload/ask", response_model=AskOut, responses=documented(Invalid, Forbidden),
    summary="Ask another office about several cases",
)  # fmt: skip
def ask(body: AskIn, door: Asker) -> Response:
    """Ask an office to take over, or to share in, several cases. Each is asked for by itself, under its own consent.

    The answer says what became of each. A case moves when the other office takes it over.
    """
    return door.once(lambda desk: asking.ask(desk, body))
