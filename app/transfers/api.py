"""The JSON door between offices of one country."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from app.access.desk import Desk
from app.access.door import Door, needs
from app.casework.move import StepRefused
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.problems import documented
from app.transfers import answering, service
from app.transfers.schemas import (
    AnswersIn,
    AnswersOut,
    SharedOut,
    SharedRevealIn,
    TakenOverOut,
    TakeOverIn,
    TransferDeclineIn,
    TransferOut,
    TransferQuestionIn,
    TransfersOut,
)

router = APIRouter(tags=["transfers"])

Reader = Annotated[Door, Depends(needs(service.READ))]
Answerer = Annotated[Door, Depends(needs(service.ANSWER))]
Revealer = Annotated[Door, Depends(needs(service.REVEAL))]
ANSWERS: Final = documented(NotFound, Invalid, Conflict, StepRefused)


@router.get("/transfers", response_model=TransfersOut, summary="List what offices ask of each other")
def list_transfers(door: Reader) -> TransfersOut:
    """What your office is asked by others and has asked of them: to take cases over, or to share in them."""
    with door.write() as desk:
        return service.listed(desk)


@router.post(
    "/transfers/answers", response_model=AnswersOut, responses=documented(Invalid), summary="Answer several requests"
)
def answer_transfers(body: AnswersIn, door: Answerer) -> Response:
    """Agree to, or decline, several requests in one act. Each is answered by itself; the answer tells of each."""
    return door.once(lambda desk: answering.answer(desk, body))


@router.get(
    "/transfers/{transfer_id}", response_model=TransferOut, responses=documented(NotFound),
    summary="Look at what an office is asked",
)  # fmt: skip
def look_at_transfer(transfer_id: str, door: Reader) -> TransferOut:
    """What must be known to answer: age, sex, language, needs, urgency. No name, no story, no case."""
    with door.write() as desk:
        return service.one(desk, transfer_id)


@router.post(
    "/transfers/{transfer_id}/take-over", response_model=TakenOverOut, responses=ANSWERS,
    summary="Take a case over",
)  # fmt: skip
def take_over_case(transfer_id: str, body: TakeOverIn, door: Answerer) -> Response:
    """The case, its duties and who carries it move to your office in one act."""
    return door.once(lambda desk: service.take_over(desk, transfer_id, body))


@router.post(
    "/transfers/{transfer_id}/accept", response_model=TransferOut, responses=ANSWERS, summary="Agree to share in a case"
)
def accept_share(transfer_id: str, door: Answerer) -> Response:
    """Your office sees what the person agreed to, until it is done or stopped.

    The answer is not kept: a retry is a look of its own, under what is open at that moment.
    """
    return door.once(
        lambda desk: service.accept(desk, transfer_id), again=lambda desk: service.one(desk, transfer_id)
    )


@router.post(
    "/transfers/{transfer_id}/decline", response_model=TransferOut, responses=ANSWERS,
    summary="Decline what another office asks",
)  # fmt: skip
def decline_transfer(transfer_id: str, body: TransferDeclineIn, door: Answerer) -> Response:
    """Decline, with a coded reason and a suggestion; who asked is told at once."""
    return door.once(lambda desk: service.decline(desk, transfer_id, body))


@router.post(
    "/transfers/{transfer_id}/question", response_model=TransferOut, responses=ANSWERS,
    summary="Ask back before answering",
)  # fmt: skip
def ask_about_transfer(transfer_id: str, body: TransferQuestionIn, door: Answerer) -> Response:
    """Ask a coded question; whoever asked you answers it on the case."""
    return door.once(lambda desk: service.ask_back(desk, transfer_id, body))


@router.post(
    "/transfers/{transfer_id}/finish", response_model=TransferOut, responses=ANSWERS, summary="End what was shared"
)
def finish_share(transfer_id: str, door: Answerer) -> Response:
    """The shared work is done; sight ends at once."""
    return door.once(lambda desk: service.finish(desk, transfer_id))


@router.post(
    "/transfers/{transfer_id}/reveal", response_model=SharedOut,
    responses=documented(NotFound, Forbidden, Invalid, Conflict), summary="Read what is shared",
)  # fmt: skip
def reveal_shared(transfer_id: str, body: SharedRevealIn, door: Revealer) -> Response:
    """What the person agreed that your office may read, names too; the reason is kept, and the team can read it.

    The answer is not kept: a retry is a look of its own, under what is open at that moment.
    """
    def act(desk: Desk) -> SharedOut:
        return service.reveal(desk, transfer_id, body)

    return door.once(act, again=act)
