"""The JSON door of the inquiries room."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Response

from app.access.door import Door, needs
from app.casework.forms import Form
from app.casework.kinds.inquiry_answer import InquiryAnswer
from app.casework.move import StepRefused
from app.inquiries import service
from app.inquiries.schemas import CannotIn, DeclineIn, InquiriesOut, InquiryOut
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.problems import documented

router = APIRouter(tags=["inquiries"])

Reader = Annotated[Door, Depends(needs(service.READ))]
Answerer = Annotated[Door, Depends(needs(service.ANSWER))]
BODY: Final = "body"
SETTLES: Final = documented(NotFound, Invalid, Conflict, Forbidden, StepRefused)


@router.get(
    "/inquiries", response_model=InquiriesOut, responses=documented(Forbidden), summary="List what other countries ask"
)
def list_inquiries(door: Reader) -> InquiriesOut:
    """What other countries ask your office about people, without names; what is open first."""
    with door.write() as desk:
        return service.listed(desk)


@router.get(
    "/inquiries/{inquiry_id}", response_model=InquiryOut, responses=documented(NotFound), summary="Read a question"
)
def read_inquiry(inquiry_id: str, door: Answerer) -> InquiryOut:
    """Whom the other country asks about, for those who answer. It says nothing of why it asks."""
    with door.write() as desk:
        return service.read(desk, inquiry_id)


@router.post(
    "/inquiries/{inquiry_id}/take-up", response_model=InquiryOut, responses=SETTLES, summary="Take a question up"
)
def take_up_inquiry(inquiry_id: str, door: Answerer) -> Response:
    """Say that your office is competent and has begun to look."""
    return door.once(lambda desk: service.take_up(desk, inquiry_id))


@router.post(
    "/inquiries/{inquiry_id}/answer", response_model=InquiryOut, responses=SETTLES, summary="Answer a question"
)
def answer_inquiry(inquiry_id: str, body: InquiryAnswer, door: Answerer) -> Response:
    """Answer what was asked, and no more; the answer is signed and goes to the country that asked."""
    return door.once(lambda desk: service.answer(desk, inquiry_id, _plain(body)))


@router.post(
    "/inquiries/{inquiry_id}/cannot-tell", response_model=InquiryOut, responses=SETTLES,
    summary="Say that there is no answer",
)  # fmt: skip
def cannot_tell_inquiry(inquiry_id: str, body: CannotIn, door: Answerer) -> Response:
    """Say that you cannot tell, with a coded reason; the other country can ask again with more."""
    return door.once(lambda desk: service.cannot_tell(desk, inquiry_id, _plain(body), BODY))


@router.post(
    "/inquiries/{inquiry_id}/decline", response_model=InquiryOut, responses=SETTLES, summary="Decline a question"
)
def decline_inquiry(inquiry_id: str, body: DeclineIn, door: Answerer) -> Response:
    """Decline, with a coded reason."""
    return door.once(lambda desk: service.decline(desk, inquiry_id, _plain(body), BODY))


def _plain(body: Form) -> dict[str, Any]:
    return body.model_dump(mode="json")
