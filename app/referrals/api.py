"""The JSON door of the referrals room."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.access.door import Door, needs
from app.casework import timeline
from app.casework.seen import IF_MATCH, seen_version
from app.casework.shapes import StepIn
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionMissing, StaleVersion
from app.kit.paging import ask
from app.kit.problems import documented
from app.referrals import api_days, evidence, service
from app.referrals.schemas import (
    Box,
    DisclosedOut,
    HandoverOut,
    MessagesOut,
    NextStepsOut,
    ReferralIn,
    ReferralOut,
    ReferralsOut,
    RevealIn,
    StepTakenOut,
    TimelineOut,
)
from app.referrals.wait_schemas import BothEndsOut

router = APIRouter(tags=["referrals"])
router.include_router(api_days.router)

Drafter = Annotated[Door, Depends(needs("referral:draft"))]
Reader = Annotated[Door, Depends(needs("referral:read"))]
Revealer = Annotated[Door, Depends(needs("identity:reveal", once=False))]
Limit = Annotated[int | None, Query(ge=1, le=100, description="Entries per page; 50 if left out.")]
Cursor = Annotated[str | None, Query(max_length=512, description="`next` of the page before.")]


@router.post("/cases/{case_id}/referrals", status_code=201, response_model=ReferralOut, responses=documented(Conflict))
def write_referral(case_id: str, body: ReferralIn, door: Drafter) -> Response:
    """Write a referral about the person of a case. It stays a draft until somebody else approves it."""
    return door.once(lambda desk: service.draft(desk, case_id, body), status=201)


@router.get("/referrals", response_model=ReferralsOut)
def list_referrals(
    door: Reader,
    box: Annotated[Box | None, Query(description="All that you may see if left out.")] = None,
    limit: Limit = None,
    cursor: Cursor = None,
) -> ReferralsOut:
    """The referrals of a box, newest change first.

    inbox: this country receives and has to answer. outbox: this country sent and it is not over. arriving: a
    handover towards us is scheduled or signed. today: the day of handover is today. closed: it has ended.
    """
    asked = ask(limit, cursor, (datetime, str))
    with door.write() as desk:
        return service.listed(desk, box, asked)


@router.get("/referrals/{referral_id}", response_model=ReferralOut)
def read_referral(referral_id: str, door: Reader, response: Response) -> ReferralOut:
    """This country's copy with its version as ETag. Opening it tells the other country that it was seen."""
    with door.write() as desk:
        found = service.opened(desk, referral_id)
    response.headers["ETag"] = f'"{found.version}"'
    return found


@router.post(
    "/referrals/{referral_id}/steps/{step}",
    response_model=StepTakenOut,
    responses=documented(Invalid, Forbidden, NotFound, StaleVersion, Conflict, PreconditionMissing),
    openapi_extra=IF_MATCH,
)
def take_step(referral_id: str, step: str, body: StepIn, door: Reader) -> Response:
    """Take a step. Each has a permission of its own (see /workflows/referral); next-steps tells which are yours.

    A step that is blocked answers 409 with every reason, its source and who can mend it; a step of another
    role answers 403. Both change nothing and stay in the timeline as attempts.
    """
    return door.once(
        lambda desk: service.take_step(desk, referral_id, step, body, seen_version(door, body.seen_version))
    )


@router.get("/referrals/{referral_id}/next-steps", response_model=NextStepsOut)
def next_steps(referral_id: str, door: Reader) -> NextStepsOut:
    """Every step your roles could take from here, allowed or with all its reasons."""
    with door.write() as desk:
        return service.next_steps(desk, referral_id)


@router.get("/referrals/{referral_id}/timeline", response_model=TimelineOut)
def read_timeline(referral_id: str, door: Reader, limit: Limit = None, cursor: Cursor = None) -> TimelineOut:
    """Our steps and the other country's in one line, oldest first."""
    asked = ask(limit, cursor, timeline.SHAPE)
    with door.write() as desk:
        return service.history_of(desk, referral_id, asked)


@router.get("/referrals/{referral_id}/messages", response_model=MessagesOut)
def read_messages(referral_id: str, door: Reader, limit: Limit = None, cursor: Cursor = None) -> MessagesOut:
    """The messages of both directions with their receipts; signatures are verified anew at each reading."""
    asked = ask(limit, cursor, (datetime, str, int))
    with door.write() as desk:
        return service.conversation(desk, referral_id, asked)


@router.get("/referrals/{referral_id}/both-ends", response_model=BothEndsOut)
def read_both_ends(referral_id: str, door: Reader) -> BothEndsOut:
    """What was sent, stored, seen and decided at both ends, in the order it happened, and what is waited for now.

    Each act says who (country, office, role; never a person), and whether its signature holds: by which key, and
    whether that key counted on that day. `waiting` says on whom it waits, since when, and which rung is next.
    """
    with door.write() as desk:
        return service.both_ends(desk, referral_id)


@router.get(
    "/referrals/{referral_id}/proof",
    response_class=Response,
    responses={200: {"content": {evidence.MEDIA_TYPE: {}}, "description": "The file, as an attachment."}},
    summary="Take the proof of a referral",
)
def take_proof(referral_id: str, door: Reader) -> Response:
    """The signed texts of all messages and receipts with the keys, to be checked anywhere (script/verify_referral.py).

    No name and nothing that was told about the person is in it: messages are signed by the digest of their body.
    """
    with door.write() as desk:
        name, content = service.proof_of(desk, referral_id)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, media_type=evidence.MEDIA_TYPE)


@router.get("/referrals/{referral_id}/handover", response_model=HandoverOut)
def read_handover(referral_id: str, door: Reader) -> HandoverOut:
    """The meeting at the border: schedule, officers, custody, and both signatures with what verifies them."""
    with door.write() as desk:
        return service.handover(desk, referral_id)


@router.post("/referrals/{referral_id}/disclosed/reveal", response_model=DisclosedOut, responses=documented(Conflict))
def reveal_disclosed(referral_id: str, body: RevealIn, door: Revealer) -> DisclosedOut:
    """See what the other country disclosed about the person. The look and your reason stay in the record."""
    with door.write() as desk:
        return service.reveal(desk, referral_id, body.reason)
